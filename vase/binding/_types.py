"""What an annotation is: one value of a text, several, a group of fields, or a document."""

import collections.abc
import dataclasses
import types
import typing
from enum import Enum
from typing import Any, Final, Literal, NewType, TypeVar, Union, get_args, get_origin

from pydantic import BaseModel

from vase.di import EMPTY, unwrap
from vase.http import UploadFile

__all__ = [
    "choices_of",
    "contains_struct",
    "free_numbers",
    "is_group",
    "is_many",
    "is_request",
    "is_scalar",
    "is_struct",
    "is_upload",
    "members_of",
    "name_of",
    "without_none",
]

_LISTS: Final = frozenset(
    {
        list,
        set,
        frozenset,
        tuple,
        collections.abc.Sequence,
        collections.abc.MutableSequence,
        collections.abc.Set,
        collections.abc.Collection,
        collections.abc.Iterable,
    }
)
_FLOATS: Final = ("float", "complex")
_OPEN: Final = ("any", "is-instance", "function-plain", "function-before", "function-wrap", "callable")
_ITEMS: Final = {"list": "items_schema", "set": "items_schema", "frozenset": "items_schema", "dict": "values_schema"}
_NO_SCHEMAS: Final = frozenset({"serialization", "metadata", "cls", "default", "expected", "python_schema"})
_CONTAINERS: Final = (list, set, frozenset, tuple, dict, collections.abc.Mapping, collections.abc.Sequence)


def name_of(kind: object) -> str:
    """Return a type as messages show it."""
    if isinstance(kind, type) and not get_args(kind):
        return kind.__qualname__.replace("<locals>.", "")
    return str(kind).replace("typing.", "").replace("<locals>.", "")


def is_request(kind: object) -> bool:
    """Return whether a type is the request of `vase.http`."""
    # By name, so that annotations can be read where the core is not built.
    return isinstance(kind, type) and kind.__name__ == "Request" and kind.__module__ in {"vase._core", "vase.http"}


def members_of(kind: object) -> tuple[object, ...]:
    """Return the members of a union without aliases and `Annotated`, or the one type."""
    kind = unwrap(kind)[0]
    if get_origin(kind) in {Union, types.UnionType}:
        return tuple(member for part in get_args(kind) for member in members_of(part))
    return (kind,)


def without_none(kind: object) -> object:
    """Return `T` for `T | None`, and every other type as it is."""
    kind = unwrap(kind)[0]
    if get_origin(kind) not in {Union, types.UnionType}:
        return kind
    rest = [part for part in get_args(kind) if part is not type(None)]
    return unwrap(rest[0])[0] if len(rest) == 1 else kind


def is_struct(kind: object) -> bool:
    """Return whether a type is a `msgspec.Struct`."""
    return isinstance(kind, type) and hasattr(kind, "__struct_fields__") and hasattr(kind, "__struct_config__")


def is_upload(kind: object) -> bool:
    """Return whether a type is a file of a form, or a list of files, or None as well."""
    kind = without_none(kind)
    if get_origin(kind) in _LISTS:
        kind = without_none(get_args(kind)[0])
    return isinstance(kind, type) and issubclass(kind, UploadFile)


def contains_struct(kind: object) -> bool:
    """Return whether a struct of msgspec occurs in a type, so that msgspec must read and write it."""
    kind = unwrap(kind)[0]
    return is_struct(kind) or is_struct(get_origin(kind)) or any(contains_struct(part) for part in get_args(kind))


def is_group(kind: object) -> bool:
    """Return whether a type has named fields: a model, a dataclass, a TypedDict, a struct."""
    kind = without_none(kind)
    kind = get_origin(kind) or kind
    if not isinstance(kind, type):
        return False
    if is_struct(kind):
        return True
    return issubclass(kind, BaseModel) or dataclasses.is_dataclass(kind) or typing.is_typeddict(kind)


def is_many(kind: object) -> bool:
    """Return whether a type is a list, set or tuple of values that a text can hold."""
    kind = without_none(kind)
    if kind in {list, set, frozenset, tuple} if _is_hashable(kind) else False:
        return True
    if get_origin(kind) not in _LISTS:
        return False
    return all(part is Ellipsis or is_scalar(part) for part in get_args(kind))


def is_scalar(kind: object) -> bool:
    """Return whether one text can hold a value of the type, as far as can be told without Pydantic."""
    for member in members_of(kind):
        while isinstance(member, NewType):
            member = unwrap(member.__supertype__)[0]  # noqa: PLW2901  # unwrapped until a type is left
        if get_origin(member) is Literal or member in {None, Any, object}:
            continue
        if get_origin(member) is not None and not _is_plain_generic(member):
            return False
        if isinstance(member, TypeVar) or member is EMPTY or is_struct(member) or is_group(member):
            return False
        if isinstance(member, type) and issubclass(member, _CONTAINERS) and not issubclass(member, str | bytes | Enum):
            return False
    return True


def choices_of(kind: object) -> dict[str, object] | None:
    """Return the value of each text for an enumeration or `Literal` whose values are not all text, else None.

    Pydantic compares such values without reading the text first: `Literal[1]` would refuse every query.
    """
    members = [member for member in members_of(kind) if member is not type(None)]
    found: dict[str, object] = {}
    for member in members:
        if get_origin(member) is Literal:
            found |= {_text_of(value): value for value in get_args(member)}
        elif isinstance(member, type) and issubclass(member, Enum):
            found |= {_text_of(item.value): item for item in member}
        else:
            return None
    is_plain = all(isinstance(getattr(value, "value", value), str) for value in found.values())
    return None if is_plain or not found else found


def _text_of(value: object) -> str:
    if isinstance(value, Enum):
        value = value.value
    return value if isinstance(value, str) else str(value).lower() if isinstance(value, bool) else str(value)


def _is_plain_generic(kind: object) -> bool:
    """Return whether a parametrised class is still one value: `SecretType[str]` is, `list[str]` is not."""
    origin = get_origin(kind)
    is_container = not isinstance(origin, type) or issubclass(origin, _CONTAINERS) or origin in _LISTS
    return not is_container and not is_group(kind)


def _is_hashable(value: object) -> bool:
    try:
        hash(value)
    except TypeError:
        return False
    return True


def free_numbers(schema: object) -> Literal["any", "float"] | None:
    """Return whether a value read from JSON by a schema may hold a number that nobody has looked at.

    Pydantic refuses `NaN` and infinities for integers, decimals and dates, but lets them pass where a float or any
    value stands; of those, only a float is made of an integer.
    """
    found: Literal["any", "float"] | None = None
    pending = [schema]
    while pending:
        part = pending.pop()
        if isinstance(part, list | tuple):
            pending += part
        if not isinstance(part, dict):
            continue
        kind = part.get("type")
        if kind in _FLOATS and part.get("allow_inf_nan", True):
            return "float"
        takes_more = "allow" in (part.get("extra_fields_behavior"), part.get("extra_behavior"))
        if kind in _OPEN or takes_more or (kind in _ITEMS and _ITEMS[kind] not in part):
            found = "any"
        pending += [value for key, value in part.items() if key not in _NO_SCHEMAS]
    return found
