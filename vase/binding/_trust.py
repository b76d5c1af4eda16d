"""Whether a value has exactly the type that was promised, all the way down: then it is written without validation.

For each return type a function is written once that compares classes, a few nanoseconds a field. It answers True only
when nothing can be more, less or other than the annotation says: the same class, no subclass with further fields, the
right class in each field. Everything that it does not understand it distrusts; the slow way then decides.
"""

import dataclasses
import decimal
import linecache
import typing
import uuid
from collections.abc import Callable
from datetime import date, datetime, time, timedelta
from enum import Enum
from typing import Any, Final, Literal, NewType, get_args, get_origin

from pydantic import BaseModel, EmailStr

from vase.binding._types import is_struct, members_of
from vase.di import unwrap

__all__ = ["make_check", "make_encoder"]

_SCALARS: Final = frozenset(
    {
        str, int, float, bool, bytes, decimal.Decimal, uuid.UUID,
        date, datetime, time, timedelta,
    }
)  # fmt: skip
_PLAIN: Final = _SCALARS | {type(None)}
_SIMPLE: Final[dict[Any, str]] = {
    Any: "True",
    object: "True",
    None: "{} is None",
    type(None): "{} is None",
    EmailStr: "type({}) is str",
}
_DISTRUST: Final = "False"
_INLINE_DEPTH: Final = 2


def make_check(annotation: Any, *, allows_extra_keys: bool = True) -> Callable[[Any], bool]:
    """Return a function that says whether a value is exactly of a type.

    Args:
        annotation: The type.
        allows_extra_keys: Whether the writer leaves out keys that a TypedDict does not declare.
    """
    writer = _Writer(allows_extra_keys=allows_extra_keys)
    name = writer.function(annotation)
    return writer.compiled(name, f"<vase check of {annotation!r}>")


def make_encoder(
    annotation: Any, write: Callable[[Any], bytes], otherwise: Callable[[Any], Any], *, allows_extra_keys: bool = True
) -> Callable[[Any], Any]:
    """Return a function that writes a value that is exactly of a type, and passes every other one on.

    The comparison stands in the function itself: it runs for every answer, and a call costs as much as three fields.

    Args:
        annotation: The type.
        write: Writes what is exact.
        otherwise: Is given what is not.
        allows_extra_keys: Whether the writer leaves out keys that a TypedDict does not declare.
    """
    writer = _Writer(allows_extra_keys=allows_extra_keys)
    condition = writer.condition(annotation)
    writer.names |= {"write": write, "otherwise": otherwise}
    writer.lines += [
        "def encode(value):",
        "    try:",
        f"        is_exact = {condition}",
        "    except (AttributeError, KeyError, TypeError):  # not even the fields are there",
        "        is_exact = False",
        "    return write(value) if is_exact else otherwise(value)",
    ]
    return writer.compiled("encode", f"<vase encoder of {annotation!r}>")


class _Writer:
    """Writes one function for each class and each item of a container; a class may contain itself."""

    def __init__(self, *, allows_extra_keys: bool) -> None:
        self.lines: list[str] = []
        self.names: dict[str, Any] = {}
        self._functions: dict[object, str] = {}
        self._depth = 0
        self._inlines = 0
        self._allows_extra_keys = allows_extra_keys

    def function(self, annotation: Any) -> str:
        """Write a function for a type and return its name."""
        kind = _plain(annotation)
        key = _key(kind)
        if key in self._functions:
            return self._functions[key]
        name = f"is_exact_{len(self._functions)}"
        self._functions[key] = name
        if _has_fields(kind):
            body = self._fields_of(kind)
        else:
            body = [f"return {self.expression(kind, 'value', is_inline=True)}"]
        self.lines += [f"def {name}(value):", *(f"    {line}" for line in body), ""]
        return name

    def compiled(self, name: str, file: str) -> Callable[[Any], Any]:
        """Compile what has been written and return one of its functions."""
        source = "\n".join(self.lines)
        linecache.cache[file] = (len(source), None, source.splitlines(keepends=True), file)
        exec(compile(source, file, "exec"), self.names)  # noqa: S102  # written here, from types alone
        made: Callable[[Any], Any] = self.names[name]
        return made

    def condition(self, annotation: Any) -> str:
        """Return an expression like `expression`, with the comparison of the outermost type written out."""
        kind = _plain(annotation)
        if isinstance(kind, type) and not get_args(kind) and typing.is_typeddict(kind):
            return " and ".join(self._keys_of(kind))
        if isinstance(kind, type) and not get_args(kind) and _is_simple_model(kind):
            self._functions[_key(kind)] = name = f"is_exact_{len(self._functions)}"
            # A model that contains itself calls the function for its inner ones.
            self.lines += [f"def {name}(value):", *(f"    {line}" for line in self._fields_of(kind)), ""]
            return self._inlined(kind, "value")
        return self.expression(annotation, "value", is_inline=True)

    def expression(self, annotation: Any, value: str, *, is_inline: bool = False) -> str:
        """Return an expression that says whether `value` is exactly of a type."""
        kind = _plain(annotation)
        classes = _classes(kind)
        if classes is not None and len(classes) > 1:
            return f"type({value}) in {self._global(classes)}"
        members = members_of(kind)
        if len(members) > 1:
            return "(" + " or ".join(self.expression(member, value) for member in members) + ")"
        if kind in _SIMPLE:
            return _SIMPLE[kind].format(value)
        return self._compound(kind, value, is_inline=is_inline)

    def _compound(self, kind: Any, value: str, *, is_inline: bool) -> str:
        if _has_fields(kind):
            is_inside = self._depth < _INLINE_DEPTH and kind not in self._functions and _is_simple_model(kind)
            return self._inlined(kind, value) if is_inside else f"{self.function(kind)}({value})"
        if get_origin(kind) is Literal:
            return f"(type({value}), {value}) in {self._global({(type(item), item) for item in get_args(kind)})}"
        if get_origin(kind) is not None or kind in {list, set, frozenset, dict, tuple}:
            return self._container(kind, value) if is_inline else f"{self.function(kind)}({value})"
        if isinstance(kind, type) and (kind in _SCALARS or issubclass(kind, Enum)):
            return f"type({value}) is {self._global(kind)}"
        return _DISTRUST

    def _inlined(self, kind: Any, value: str) -> str:
        """Return the comparison of a model within that of another: a call costs as much as three fields."""
        self._depth += 1
        self._inlines += 1
        model = f"model_{self._inlines}"
        parts = [f"type({model} := {value}) is {self._global(kind)}"]
        for name, info in kind.model_fields.items():
            parts.append(self.expression(info.annotation, f"{model}.{name}"))
        self._depth -= 1
        return f"({' and '.join(parts)})"

    def _container(self, kind: Any, value: str) -> str:
        origin, arguments = get_origin(kind) or kind, get_args(kind)
        exact = f"type({value}) is {self._global(origin)}"
        if origin in {list, set, frozenset} and len(arguments) < 2:  # `list` and `list[T]`
            return self._every(exact, arguments[:1], value)
        if origin is tuple and len(arguments) == 2 and arguments[1] is Ellipsis:  # `tuple[T, ...]`
            return self._every(exact, arguments[:1], value)
        if origin is tuple and arguments:
            parts = [self.expression(part, f"{value}[{index}]") for index, part in enumerate(arguments)]
            return " and ".join([exact, f"len({value}) == {len(arguments)}", *parts])
        if origin is dict:
            exact = self._every(exact, arguments[:1], value)
            return self._every(exact, arguments[1:], f"{value}.values()")
        return exact if origin is tuple else _DISTRUST

    def _every(self, exact: str, items: tuple[Any, ...], values: str) -> str:
        if not items or _plain(items[0]) in {Any, object}:
            return exact
        classes = _classes(items[0])
        if classes is not None:  # without a call of Python for each item
            return f"{exact} and {self._global(classes)}.issuperset(map(type, {values}))"
        return f"{exact} and all(map({self.function(items[0])}, {values}))"

    def _fields_of(self, kind: Any) -> list[str]:
        if typing.is_typeddict(kind):
            return [f"return {' and '.join(self._keys_of(kind))}"]
        if isinstance(kind, type) and issubclass(kind, BaseModel):
            if not _is_simple_model(kind):
                return ["return False"]
            fields = {name: info.annotation for name, info in kind.model_fields.items()}
            # Fields by their names: `__class__` and `__dict__` of a model go through a hook that costs more than they.
            return self._compared(kind, fields)
        hints = typing.get_type_hints(kind, include_extras=True)
        names = kind.__struct_fields__ if is_struct(kind) else [field.name for field in dataclasses.fields(kind)]
        return self._compared(kind, {name: hints[name] for name in names})

    def _compared(self, kind: type, fields: dict[str, Any]) -> list[str]:
        lines = [f"if type(value) is not {self._global(kind)}:", "    return False"]
        parts = [self.expression(annotation, f"value.{name}") for name, annotation in fields.items()]
        return [*lines, f"return {' and '.join(parts) or 'True'}"]

    def _keys_of(self, kind: Any) -> list[str]:
        hints = typing.get_type_hints(kind, include_extras=True)
        parts = ["type(value) is dict"]
        if not self._allows_extra_keys:
            parts.append(f"value.keys() <= {self._global(set(hints))}")
        for name, annotation in hints.items():
            exact = self.expression(_unqualified(annotation), f"value[{name!r}]")
            parts.append(exact if name in kind.__required_keys__ else f"({name!r} not in value or {exact})")
        return parts

    def _global(self, thing: object) -> str:
        for name, known in self.names.items():
            if known is thing:
                return name
        name = f"_{getattr(thing, '__name__', 'values')}_{len(self.names)}"
        name = name if name.isidentifier() else f"_type_{len(self.names)}"
        self.names[name] = thing
        return name


def _plain(annotation: Any) -> Any:
    kind = unwrap(annotation)[0]
    while isinstance(kind, NewType):
        kind = unwrap(kind.__supertype__)[0]
    return kind


def _unqualified(annotation: Any) -> Any:
    """Return the type inside `Required`, `NotRequired` and `ReadOnly`."""
    kind = unwrap(annotation)[0]
    while getattr(get_origin(kind), "__name__", getattr(get_origin(kind), "_name", "")) in {
        "Required",
        "NotRequired",
        "ReadOnly",
    }:
        kind = unwrap(get_args(kind)[0])[0]
    return kind


def _classes(annotation: Any) -> frozenset[type] | None:
    """Return the classes of a type that is told by its class alone: a plain value, or a union of such."""
    members = [_plain(member) for member in members_of(annotation)]
    found = [type(None) if member is None else member for member in members]
    if all(isinstance(kind, type) and (kind in _PLAIN or issubclass(kind, Enum)) for kind in found):
        return frozenset(found)
    return None


def _is_simple_model(kind: Any) -> bool:
    """Return whether Pydantic writes the fields of a model and nothing else."""
    if not issubclass(kind, BaseModel):
        return False
    return not (kind.__pydantic_decorators__.model_serializers or kind.__pydantic_decorators__.computed_fields)


def _has_fields(kind: Any) -> bool:
    if not isinstance(kind, type) or get_args(kind):
        return False
    return issubclass(kind, BaseModel) or dataclasses.is_dataclass(kind) or typing.is_typeddict(kind) or is_struct(kind)


def _key(kind: Any) -> object:
    try:
        hash(kind)
    except TypeError:
        return id(kind)
    # `list[int]` equals `List[int]`, but `Literal[1]` equals `Literal[True]`, too.
    return (repr(kind), kind) if get_origin(kind) is not None else kind
