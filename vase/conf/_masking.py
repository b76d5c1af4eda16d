"""Values of settings as text that may be shown: secrets are masked here, and nowhere else.

A value is masked because its field is marked, typed or named as a secret; inside other values, passwords of URLs and
the items of mappings with a secret name are.
"""

from collections.abc import Mapping
from pathlib import Path
from typing import Final

from pydantic import BaseModel
from pydantic.fields import FieldInfo

from vase.conf.schema import is_secret

__all__ = ["MASK", "shown"]

MASK: Final = "********"


class _Masked:
    """Stands for a secret inside a value, so that the `repr` around it needs no care."""

    def __repr__(self) -> str:
        return MASK


def shown(name: str, field: FieldInfo | None, value: object) -> str:
    """Return the value of a setting as text without its secrets.

    Args:
        name: Name of the setting; secret words in it mask the value.
        field: Its field in the schema, if it has one.
        value: The value, typed or as the user gave it.
    """
    if is_secret(name, field):
        return MASK if value not in ("", None, [], ()) else repr(value)
    return repr(_without_secrets(value))


def _without_secrets(value: object) -> object:
    if isinstance(value, str):
        return _without_password(value)
    if isinstance(value, Path):
        return str(value)
    if isinstance(value, Mapping):
        return {key: _Masked() if is_secret(str(key), None) else _without_secrets(item) for key, item in value.items()}
    if isinstance(value, list | tuple):
        items = [_without_secrets(item) for item in value]
        return tuple(items) if isinstance(value, tuple) else items
    if isinstance(value, BaseModel) and type(value).__repr__ is BaseModel.__repr__:
        return {name: _without_secrets(item) for name, item in value if item is not None}
    return value


def _without_password(text: str) -> str:
    """Mask what stands between the first colon and the last `@` of something like a URL, however wrong the rest is."""
    before, at, host = text.rpartition("@")
    if not at:
        return text
    begin = before.find("://")
    scheme, who = ("", before) if begin < 0 else (before[: begin + 3], before[begin + 3 :])
    user, colon, _ = who.partition(":")
    return f"{scheme}{user}:{MASK}@{host}" if colon else text
