"""Parameters of the path: which converter an annotation asks for, and what is left to do with its value."""

from collections.abc import Callable
from datetime import date, datetime
from decimal import Decimal
from enum import Enum
from typing import Any, Final, Literal, get_args, get_origin
from uuid import UUID

from vase.binding._types import choices_of, members_of, name_of, without_none
from vase.http import NotFound
from vase.urls import Converter, converter_for

__all__ = ["PathFault", "PathReading", "read_path"]

_NATIVE: Final = frozenset({str, int, float, Decimal, UUID, date, datetime})
# What Pydantic makes of a value that the core has converted, besides the type itself.
_WIDENS: Final[dict[type, frozenset[type]]] = {int: frozenset({float, Decimal}), float: frozenset({Decimal})}


class PathFault(Exception):  # noqa: N818  # never leaves the room
    """The annotation of a parameter does not go together with the converter of its path."""


class PathReading:
    """How a parameter of the path is read.

    Attributes:
        refinement: The converter that the route should use, when the path leaves it open.
        convert: Makes the value of what the core has converted; None when it is the value.
        needs_codec: Whether Pydantic must look at it, because of constraints or an unusual type.
    """

    __slots__ = ("convert", "needs_codec", "refinement")

    def __init__(
        self,
        refinement: Converter | None = None,
        convert: Callable[[Any], Any] | None = None,
        *,
        needs_codec: bool = False,
    ) -> None:
        self.refinement = refinement
        self.convert = convert
        self.needs_codec = needs_codec


def read_path(kind: Any, converter: Converter, *, is_open: bool, is_constrained: bool) -> PathReading:
    """Decide how a parameter is read.

    Args:
        kind: Its type, without `Annotated`.
        converter: The converter of the path.
        is_open: Whether the path leaves the converter to the annotation.
        is_constrained: Whether there is more to check than the type.

    Raises:
        PathFault: The converter never gives a value of the type.
    """
    kind = without_none(kind)
    refinement = converter_for(kind) if is_open and converter.engine == "str" else None
    if refinement is not None and refinement.engine == converter.engine:
        refinement = None
    used = refinement or converter
    if used.to_python is not None and not _is_choice(used):
        return PathReading(refinement, _or_not_found(used.to_python), needs_codec=False)
    if _is_choice(used) and _is_choice_type(kind):
        return PathReading(refinement, _choice(kind, used), needs_codec=is_constrained)
    native = str if _is_choice(used) else used.python_type
    if not _fits(kind, native):
        made = f"converter `{used.name}` makes `{name_of(native)}`"
        raise PathFault(f"{made}, the annotation says `{name_of(kind)}`")
    is_value = kind in {Any, object, native}
    return PathReading(refinement, needs_codec=is_constrained or not is_value)


def _is_choice(converter: Converter) -> bool:
    return isinstance(converter.engine, dict) and "choice" in converter.engine


def _is_choice_type(kind: Any) -> bool:
    return get_origin(kind) is Literal or (isinstance(kind, type) and issubclass(kind, Enum))


def _choice(kind: Any, converter: Converter) -> Callable[[Any], Any] | None:
    """Return what makes a member of the texts of a choice; the core lets no other text pass."""
    if converter.to_python is not None:
        return converter.to_python
    by_text: dict[str, object] = choices_of(kind) or _plain_choices(kind)
    texts = converter.engine["choice"] if isinstance(converter.engine, dict) else ()
    unknown = [text for text in texts if text not in by_text] if isinstance(texts, list) else []
    if unknown:
        raise PathFault(f"converter `{converter.name}` lets `{unknown[0]}` pass, which is no `{name_of(kind)}`")
    is_text = all(type(value) is str for value in by_text.values())
    return None if is_text else by_text.__getitem__


def _plain_choices(kind: Any) -> dict[str, object]:
    if get_origin(kind) is Literal:
        return {value: value for value in get_args(kind)}
    return {str(member.value): member for member in kind}


def _fits(kind: Any, native: Any) -> bool:
    if native not in _NATIVE or native is str:
        return True  # a text may become anything, and nobody knows what a converter of the user makes
    for member in members_of(kind):
        if member in {Any, object, native} or member in _WIDENS.get(native, ()):
            return True
        if not isinstance(member, type) or member not in _NATIVE | {bool}:
            return True  # Pydantic decides: literals, enumerations, types of the user
    return False


def _or_not_found(to_python: Callable[[str], Any]) -> Callable[[str], Any]:
    def convert(text: str) -> Any:
        try:
            return to_python(text)
        except ValueError as error:
            raise NotFound from error

    return convert
