"""Text of an environment variable to the type of a setting.

Whoever deploys writes text; what the text must look like follows from the type that the schema names: words for yes and
no, numbers, lists with commas or as JSON, mappings as JSON. Pydantic checks the result like any other value.
"""

import json
import types
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Annotated, Any, Final, Literal, TypeAliasType, Union, get_args, get_origin

from pydantic import BaseModel, TypeAdapter, ValidationError

from vase.conf.schema import SettingValueError

__all__ = ["bare_type", "parse_bool", "parse_float", "parse_int", "parse_list", "parse_text"]

_TRUE: Final = frozenset({"1", "true", "yes", "on"})
_FALSE: Final = frozenset({"0", "false", "no", "off"})
_NOTHING: Final = frozenset({"", "none", "null"})


def parse_text(text: str, annotation: Any) -> object:
    """Return what a text means for a type.

    Args:
        text: The value of an environment variable.
        annotation: The type of the setting.

    Raises:
        SettingValueError: The text does not have the form of that type.
    """
    annotation = bare_type(annotation)
    origin = get_origin(annotation) or annotation
    if origin in {Union, types.UnionType}:
        return _parse_union(text, get_args(annotation))
    if origin in _SCALARS:
        return _SCALARS[origin](text)
    if origin in {list, tuple, set, frozenset}:
        return _parse_items(text, annotation)
    if origin is dict or origin is Mapping or (isinstance(origin, type) and issubclass(origin, BaseModel)):
        return _parse_json(text, "a mapping as JSON")
    return _parse_scalar(text, annotation, origin)


def parse_bool(text: str) -> bool:
    """Return True for `1 true yes on`, False for `0 false no off`, in any case."""
    word = text.strip().lower()
    if word in _TRUE or word in _FALSE:
        return word in _TRUE
    raise SettingValueError("expected one of `true`, `false`, `yes`, `no`, `on`, `off`, `1`, `0`")


def parse_int(text: str) -> int:
    """Return a whole number; underscores between digits are allowed, as in Python."""
    try:
        return int(text)
    except ValueError:
        raise SettingValueError("expected a whole number") from None


def parse_float(text: str) -> float:
    """Return a number."""
    try:
        return float(text)
    except ValueError:
        raise SettingValueError("expected a number") from None


def parse_list(text: str) -> list[Any]:
    """Return the items of a JSON list, or of a text with commas; spaces around an item do not count."""
    if text.lstrip().startswith("["):
        value = _parse_json(text, "a list as JSON, or items with commas between them")
        return value if isinstance(value, list) else [value]
    return [item for item in (part.strip() for part in text.split(",")) if item]


_SCALARS: Final[Mapping[Any, Callable[[str], object]]] = {
    bool: parse_bool,
    int: parse_int,
    float: parse_float,
    str: str,
    Path: Path,
}


def bare_type(annotation: Any) -> Any:
    """Return a type without its aliases and without the validators that `Annotated` hangs on it."""
    while True:
        if isinstance(annotation, TypeAliasType):
            annotation = annotation.__value__
        elif get_origin(annotation) is Annotated:
            annotation = get_args(annotation)[0]
        else:
            return annotation


def _parse_union(text: str, members: tuple[Any, ...]) -> object:
    if types.NoneType in members and text.strip().lower() in _NOTHING:
        return None
    others = [member for member in members if member is not types.NoneType]
    for member in others[:-1]:
        try:
            return parse_text(text, member)
        except SettingValueError:
            continue
    return parse_text(text, others[-1])


def _parse_items(text: str, annotation: Any) -> list[Any]:
    arguments = [argument for argument in get_args(annotation) if argument is not Ellipsis]
    item_type = arguments[0] if arguments else str
    return [parse_text(item, item_type) if isinstance(item, str) else item for item in parse_list(text)]


def _parse_json(text: str, expected: str) -> object:
    try:
        return json.loads(text)
    except ValueError as error:
        problem = f" ({error.msg}, column {error.colno})" if isinstance(error, json.JSONDecodeError) else ""
        message = f"expected {expected}{problem}"
        raise SettingValueError(message) from None


def _parse_scalar(text: str, annotation: Any, origin: Any) -> object:
    if origin is Literal:
        return next((choice for choice in get_args(annotation) if str(choice) == text), text)
    try:
        return TypeAdapter(annotation).validate_strings(text)
    except ValidationError:
        return text  # the check of the whole group says what is wrong with it
