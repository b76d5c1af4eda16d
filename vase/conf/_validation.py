"""Raw values through a group, all faults at once, with the defaults standing in for what was refused."""

from collections.abc import Mapping

from pydantic import ValidationError

from vase.checks import CheckMessage
from vase.conf._faults import value_fault
from vase.conf._origins import DEFAULT, Origin
from vase.conf.schema import SettingsGroup

__all__ = ["validate_group"]


def validate_group[G: SettingsGroup](
    group: type[G], values: Mapping[str, object], origins: Mapping[str, Origin]
) -> tuple[G, list[CheckMessage]]:
    """Return the group made of the values that are right, and one fault for each that is not.

    Args:
        group: The group.
        values: Raw values by name; every name is one of the group.
        origins: Where each value was given.
    """
    faults: list[CheckMessage] = []
    remaining = dict(values)
    while True:
        try:
            return group.model_validate(remaining), faults
        except ValidationError as problem:
            # A validator of the whole group names no setting; then all of its values are suspect.
            wrong = {str(details["loc"][0]) for details in problem.errors() if details["loc"]} or set(remaining)
            for details in problem.errors(include_url=False):
                name = str(details["loc"][0]) if details["loc"] else group.__name__
                faults.append(value_fault(details, name, group.model_fields.get(name), origins.get(name, DEFAULT)))
            if not wrong & set(remaining):  # the defaults themselves are wrong: `_app_settings` refuses such a group
                raise
            remaining = {name: value for name, value in remaining.items() if name not in wrong}
