"""What can be wrong with the declaration of a filter set, told with the others before the socket opens."""

import types
import uuid
from collections.abc import Iterator, Mapping
from datetime import date, datetime, time
from decimal import Decimal
from enum import Enum
from typing import Any, Final, Union, get_args, get_origin

import sqlalchemy as sa
from pydantic.fields import FieldInfo

from vase.checks import CheckMessage, error, place_of
from vase.db import PlainModel
from vase.di import unwrap
from vase.resources._lookups import Lookup, LookupFault, find_lookup
from vase.resources._rules import OrderingFilter, SearchFilter, names_of, path_of, rule_of

__all__ = ["filter_faults", "model_of"]

_NUMBERS: Final = frozenset({int, float, Decimal})
_PLAIN: Final = _NUMBERS | {str, bool, datetime, date, time, uuid.UUID}
_SEVERAL: Final = frozenset({list, set, tuple, frozenset})
_OF_TEXT: Final = frozenset({"iexact", "contains", "icontains", "startswith", "istartswith", "endswith", "iendswith"})


def model_of(kind: type[Any]) -> type[PlainModel]:
    """Return the model that a filter set is of.

    Raises:
        LookupFault: It does not say it.
    """
    for base in kind.__mro__:
        arguments = getattr(base, "__pydantic_generic_metadata__", {}).get("args", ())
        if arguments and isinstance(arguments[0], type) and issubclass(arguments[0], PlainModel):
            return arguments[0]
    raise LookupFault(
        f"`{kind.__name__}` does not say of which model it is", f"write `class {kind.__name__}(FilterSet[Model])`"
    )


def filter_faults(kind: type[Any], fields: Mapping[str, FieldInfo]) -> Iterator[CheckMessage]:
    """Yield what is wrong with a filter set.

    Args:
        kind: The class.
        fields: Its fields.
    """
    place = place_of(kind)
    try:
        model = model_of(kind)
    except LookupFault as fault:
        yield error("resources.E003", fault.args[0], hint=fault.args[1], place=place)
        return
    for name, field in fields.items():
        named = f"field `{name}` of `{kind.__name__}`"
        if field.is_required():
            hint = f"write `{name}: … | None = None`"
            yield error(
                "resources.E003", f"{named} has no default, so that nobody could leave it out", hint=hint, place=place
            )
        try:
            _check_field(model, name, field)
        except LookupFault as fault:
            yield error("resources.E003", f"{named}: {fault.args[0]}", hint=fault.args[1], place=place)


def _check_field(model: type[PlainModel], name: str, field: FieldInfo) -> None:
    rule = rule_of(field)
    if isinstance(rule, SearchFilter):
        for path in rule.paths:
            lookup = find_lookup(model, path)
            if lookup.name != "exact" or not isinstance(lookup.column.type, sa.String):
                raise LookupFault(f"`{path}` is no column of text, and only text is searched", "leave it out")
    elif isinstance(rule, OrderingFilter):
        _check_ordering(model, rule, field)
    elif rule is None or isinstance(rule.to, str):
        lookup = find_lookup(model, path_of(name, rule))
        _check_type(lookup, _members(field.annotation))


def _check_ordering(model: type[PlainModel], rule: OrderingFilter, field: FieldInfo) -> None:
    for one in rule.names:
        lookup = find_lookup(model, one)
        if lookup.relations or lookup.name != "exact":
            raise LookupFault(f"`{one}` is no column of `{model.__name__}`", "order by columns of the model itself")
    for one in names_of(field.default if isinstance(field.default, str) else None):
        if one.removeprefix("-") not in rule.names:
            raise LookupFault(f"its default names `{one}`, which is not declared", "add it to `OrderingFilter(…)`")


def _check_type(lookup: Lookup, members: list[Any]) -> None:
    """Compare the type of a field with that of its column, as far as both are plain: a database refuses the rest."""
    if lookup.name == "isnull":
        if members != [bool]:
            raise LookupFault("`isnull` asks yes or no", "annotate it `bool | None`")
        return
    if lookup.name == "in":
        if not all(get_origin(member) in _SEVERAL for member in members):
            raise LookupFault("`in` takes several values", "annotate it `list[…] | None`")
        members = [item for member in members for part in get_args(member) for item in _members(part)]
    try:
        wanted = str if lookup.name in _OF_TEXT else lookup.column.type.python_type
    except NotImplementedError:  # SQLAlchemy's word for a type that says nothing of Python
        return
    for member in members:
        if not _fits(member, wanted):
            message = f"`{lookup.column.key}` holds `{wanted.__name__}`, and the field `{member.__name__}`"
            raise LookupFault(message, f"annotate it with `{wanted.__name__}`")


def _fits(member: Any, wanted: type) -> bool:
    if not isinstance(member, type) or (member not in _PLAIN and not issubclass(member, Enum)):
        return True  # more than can be told without trying
    if wanted in _NUMBERS:
        return member in _NUMBERS
    return member is wanted or not (wanted in _PLAIN or issubclass(wanted, Enum)) or issubclass(member, wanted)


def _members(annotation: Any) -> list[Any]:
    """Return the members of a union but None, without aliases and `Annotated`."""
    kind = unwrap(annotation)[0]
    if get_origin(kind) in {Union, types.UnionType}:
        return [member for part in get_args(kind) for member in _members(part)]
    return [] if kind in (None, types.NoneType) else [kind]
