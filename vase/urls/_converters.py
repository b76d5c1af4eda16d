r"""What fits into a parameter of a path: the converters, those of the box and those of an application.

Matching and converting happens in the engine; here is what Python needs besides: the type that a handler gets, and the
way back from a value to a text (`reverse`). The expressions below say which texts the engine takes, so that `reverse`
never makes a URL that leads nowhere.

A converter of an application has Django's shape:

    class FourDigits:
        regex = "[0-9]{4}"

        def to_python(self, text: str) -> int:
            return int(text)

        def to_url(self, value: int) -> str:
            return f"{value:04}"
"""

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from enum import Enum
from types import MappingProxyType
from typing import Annotated, Any, Literal, Protocol, get_args, get_origin, get_type_hints, runtime_checkable
from uuid import UUID

from vase.exceptions import did_you_mean, quote
from vase.types import JSON
from vase.urls._errors import ConverterError

__all__ = ["Arguments", "Converter", "ConverterTable", "CustomConverter", "choice_converter", "converter_for"]

type Arguments = tuple[tuple[str | int, ...], Mapping[str, str | int]]
"""Positional and named arguments of a converter, as the path has them."""


@runtime_checkable
class CustomConverter(Protocol):
    """A converter of an application: Django's shape."""

    regex: str
    """Which texts fit, from end to end; the engine matches it, so look-around and back-references do not work."""

    def to_python(self, text: str, /) -> Any:
        """Return the value of a text that fits; a `ValueError` is a 404."""
        ...

    def to_url(self, value: Any, /) -> str:
        """Return the text of a value."""
        ...


@dataclass(frozen=True, slots=True)
class Converter:
    """What fits into a parameter, on both sides of the bridge.

    Args:
        name: The name in a path, with its arguments.
        python_type: What a handler gets.
        engine: What the engine is told.
        regex: Which texts it takes, for `reverse`.
        to_url: From a value to a text; not yet percent-encoded.
        to_python: From the engine's text to the value; None when the engine makes the value by itself.
    """

    name: str
    python_type: Any
    engine: JSON
    regex: str
    to_url: Callable[[Any], str]
    to_python: Callable[[str], Any] | None = None

    def write(self, value: object) -> str | None:
        """Return the text of a value, or None when the value does not fit."""
        try:
            text = self.to_url(value)
            # A converter of the user may return what is no text: that does not fit either.
            matches = re.fullmatch(self.regex, text, re.DOTALL)
        except (TypeError, ValueError, AttributeError, LookupError, ArithmeticError):
            return None
        return text if matches else None

    @property
    def may_hold_slashes(self) -> bool:
        """Whether a slash of the value is one of the path too."""
        return self.engine == "path" or (isinstance(self.engine, dict) and "regex" in self.engine)


def choice_converter(name: str, choices: Mapping[str, object], python_type: Any = str) -> Converter:
    """Return a converter that takes one of some texts.

    Args:
        name: The name to show in a path.
        choices: The value of each text.
        python_type: What a handler gets.
    """
    by_text = dict(choices)
    by_value = {_key(value): text for text, value in by_text.items()}
    is_plain = all(text == value and type(value) is str for text, value in by_text.items())
    return Converter(
        name=name,
        python_type=python_type,
        engine={"choice": list[JSON](by_text)},
        regex="|".join(map(re.escape, by_text)),
        to_url=lambda value: by_value[_key(value)] if _key(value) in by_value else _only_text(value),
        to_python=None if is_plain else by_text.__getitem__,
    )


def converter_for(annotation: Any) -> Converter | None:
    """Return the converter that an annotation of a handler asks for, or None when no converter makes such a value.

    `Literal[…]` and enumerations become choices: a path with another text is another page, so it is not found.
    """
    if get_origin(annotation) is Annotated:
        annotation = get_args(annotation)[0]
    if get_origin(annotation) is Literal:
        values = get_args(annotation)
        return choice_converter("literal", {_text_of(value): value for value in values}, annotation)
    if isinstance(annotation, type) and issubclass(annotation, Enum):
        return choice_converter("enum", {_text_of(member.value): member for member in annotation}, annotation)
    return _BY_TYPE.get(annotation) if isinstance(annotation, type) else None


class ConverterTable:
    """The converters that the paths of one application may name."""

    __slots__ = ("_custom",)

    def __init__(self) -> None:
        self._custom: dict[str, CustomConverter | type[CustomConverter]] = {}

    def register(self, name: str, converter: CustomConverter | type[CustomConverter]) -> None:
        """Add a converter.

        Args:
            name: Its name in paths.
            converter: An object with `regex`, `to_python` and `to_url`, or a class of such; a class may take arguments:
                `{code:digits(4)}` is `Digits(4)`.

        Raises:
            ConverterError: When the name is taken or none, or the converter lacks one of the three.
        """
        if not name.isidentifier():
            raise ConverterError(f"not a name for a converter: {quote(name)}", code="urls.E013")
        if name in _BUILT_IN or name in _WITH_ARGUMENTS or name in self._custom:
            raise ConverterError(f"there is a converter {quote(name)} already", code="urls.E013")
        lacking = [part for part in ("regex", "to_python", "to_url") if not hasattr(converter, part)]
        # A class may make its expression of its arguments, so it need not have one before.
        if lacking and not (isinstance(converter, type) and lacking == ["regex"]):
            raise ConverterError(
                f"converter {quote(name)} has no {' and no '.join(f'`{part}`' for part in lacking)}",
                code="urls.E013",
                hint="a converter has `regex`, `to_python(text)` and `to_url(value)`",
            )
        self._custom[name] = converter

    def names(self) -> list[str]:
        """Return every name that a path may use."""
        return sorted([*_BUILT_IN, *_WITH_ARGUMENTS, *self._custom])

    def make(self, name: str, arguments: str | None = None) -> Converter:
        """Return the converter that a path names.

        Args:
            name: The name.
            arguments: What stands between the parentheses, or None without them.

        Raises:
            ConverterError: When there is none of that name, or it does not take these arguments.
        """
        if name in self._custom:
            return self._make_custom(name, arguments)
        if name in _WITH_ARGUMENTS:
            return _WITH_ARGUMENTS[name](arguments)
        if name not in _BUILT_IN:
            raise ConverterError(
                f"unknown converter {quote(name)}",
                code="urls.E001",
                hint=did_you_mean(name, self.names()) or f"there are: {', '.join(self.names())}",
            )
        if arguments is not None:
            raise ConverterError(
                f"converter {quote(name)} takes no arguments: {quote(f'({arguments})')}",
                code="urls.E011",
                hint="say it in the handler: `id: Annotated[int, Path(ge=1)]`",
            )
        return _BUILT_IN[name]

    def _make_custom(self, name: str, arguments: str | None) -> Converter:
        made = self._custom[name]
        if isinstance(made, type):
            positional, named = parse_arguments(arguments)
            try:
                made = made(*positional, **named)
            except (TypeError, ValueError) as error:
                message = f"converter {quote(name)} cannot be made of {quote(f'({arguments or ""})')}: {error}"
                raise ConverterError(message, code="urls.E011") from error
        elif arguments is not None:
            raise ConverterError(
                f"converter {quote(name)} takes no arguments: {quote(f'({arguments})')}",
                code="urls.E011",
                hint="register its class instead of an object of it",
            )
        regex = _checked_regex(name, made.regex)
        shown = name if arguments is None else f"{name}({arguments})"
        return Converter(shown, _return_type(made), {"regex": regex}, regex, made.to_url, made.to_python)


def parse_arguments(text: str | None) -> Arguments:
    """Return the arguments between the parentheses of a converter: numbers, words, quoted texts, `name=value`."""
    positional, named = list[str | int](), dict[str, str | int]()
    for part in _split_arguments(text or ""):
        match = _NAMED.fullmatch(part)
        if match is not None:
            named[match[1]] = _argument(match[2])
        else:
            positional.append(_argument(part))
    return tuple(positional), named


_NAMED = re.compile(r"([A-Za-z_]\w*)\s*=\s*(.*)", re.DOTALL)
_ARGUMENT = re.compile(r"""\s*((?:'[^']*'|"[^"]*"|[^,'"])*)\s*(?:,|$)""")


def _split_arguments(text: str) -> list[str]:
    return [match[1].strip() for match in _ARGUMENT.finditer(text) if match[1].strip()]


def _argument(text: str) -> str | int:
    if re.fullmatch(r"-?[0-9]+", text):
        return int(text)
    if len(text) > 1 and text[0] == text[-1] and text[0] in "'\"":
        return text[1:-1]
    return text


def _key(value: object) -> tuple[type, object]:
    # `Literal[1, True]`: equal values of different types are different choices.
    return type(value), value


def _text_of(value: object) -> str:
    return value if isinstance(value, str) else str(value).lower() if isinstance(value, bool) else str(value)


def _only_text(value: object) -> str:
    """Let a template that holds the text of a choice reverse it as well."""
    if isinstance(value, Enum):
        raise TypeError
    return _text_of(value)


def _return_type(converter: CustomConverter) -> Any:
    try:
        return get_type_hints(converter.to_python).get("return", Any)
    except (NameError, TypeError):  # annotations for type checkers alone, or a callable without any
        return Any


_UNSUPPORTED = re.compile(r"(?<!\\)(?:\\\\)*(\(\?(?:[=!]|<[=!]|P=|\()|\\[1-9])")


def _checked_regex(name: str, regex: object) -> str:
    if not isinstance(regex, str):
        raise ConverterError(f"the `regex` of converter {quote(name)} is no text: {quote(regex)}", code="urls.E013")
    try:
        re.compile(regex)
    except re.error as error:
        message = f"the `regex` of converter {quote(name)} cannot be read: {quote(regex)}: {error}"
        raise ConverterError(message, code="urls.E013") from error
    unsupported = _UNSUPPORTED.search(regex)
    if unsupported is not None:
        raise ConverterError(
            f"the `regex` of converter {quote(name)} uses {quote(unsupported[1])}: {quote(regex)}",
            code="urls.E013",
            hint="the engine matches in linear time, which rules out look-around and back-references; "
            "refuse in `to_python` instead",
        )
    return regex


def _make_regex(arguments: str | None) -> Converter:
    if not arguments:
        raise ConverterError(
            "converter `regex` needs an expression", code="urls.E011", hint="write it like `{year:regex([0-9]{4})}`"
        )
    regex = _checked_regex("regex", arguments)
    return Converter(f"regex({arguments})", str, {"regex": regex}, regex, _text_only)


def _make_choice(name: str) -> Callable[[str | None], Converter]:
    def make(arguments: str | None) -> Converter:
        if arguments is None:
            # The annotation of the handler has the choices; binding refines this.
            return Converter(name, str, "str", r"[^/]+", _text_only)
        texts = [str(argument) for argument in parse_arguments(arguments)[0]]
        if not texts:
            raise ConverterError(
                f"converter {quote(name)} has no choices: {quote(f'({arguments})')}",
                code="urls.E011",
                hint=f"write them like `{{state:{name}(draft,published)}}`, or leave the parentheses out and annotate",
            )
        return choice_converter(f"{name}({arguments})", {text: text for text in texts})

    return make


def _text_only(value: object) -> str:
    if not isinstance(value, str):
        raise TypeError
    return value


def _str(value: object) -> str:
    if value is None or isinstance(value, bool | bytes):
        raise TypeError
    return str(value.value) if isinstance(value, Enum) else str(value)


def _int(value: object) -> str:
    if isinstance(value, bool):
        raise TypeError
    return value if isinstance(value, str) else str(value.__index__())  # type: ignore[attr-defined]


def _float(value: object) -> str:
    return value if isinstance(value, str) else repr(float(value))  # type: ignore[arg-type]


def _decimal(value: object) -> str:
    return value if isinstance(value, str) else format(Decimal(value), "f")  # type: ignore[arg-type]


def _date(value: object) -> str:
    if isinstance(value, datetime):  # a datetime is a date for Python; its hour would be lost
        raise TypeError
    return value if isinstance(value, str) else value.isoformat()  # type: ignore[attr-defined]


def _datetime(value: object) -> str:
    return value if isinstance(value, str) else value.isoformat("T")  # type: ignore[attr-defined]


_UUID = "[0-9a-fA-F]{8}(?:-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}"
_DAY = r"[0-9]{4}-[0-9]{2}-[0-9]{2}"

_BUILT_IN = MappingProxyType(
    {
        # Slashes are welcome in a str: they travel as `%2F` and the engine cuts segments before it decodes.
        "str": Converter("str", str, "str", ".+", _str),
        "int": Converter("int", int, "int", "-?[0-9]{1,4300}", _int),
        "float": Converter("float", float, "float", r"-?[0-9]+(?:\.[0-9]+)?(?:[eE][-+]?[0-9]+)?", _float),
        "decimal": Converter("decimal", Decimal, "decimal", r"-?[0-9]+(?:\.[0-9]+)?", _decimal),
        "uuid": Converter("uuid", UUID, "uuid", _UUID, str),
        "date": Converter("date", date, "date", _DAY, _date),
        "datetime": Converter(
            "datetime",
            datetime,
            "datetime",
            _DAY + r"T[0-9]{2}:[0-9]{2}:[0-9]{2}(?:\.[0-9]+)?(?:Z|[-+][0-9]{2}:[0-9]{2})?",
            _datetime,
        ),
        "slug": Converter("slug", str, "slug", "[-a-zA-Z0-9_]+", _text_only),
        "path": Converter("path", str, "path", ".+", _str),
    }
)

_WITH_ARGUMENTS: Mapping[str, Callable[[str | None], Converter]] = MappingProxyType(
    {"enum": _make_choice("enum"), "literal": _make_choice("literal"), "regex": _make_regex}
)

_BY_TYPE: Mapping[type, Converter] = MappingProxyType(
    {
        _BUILT_IN[name].python_type: _BUILT_IN[name]
        for name in ("str", "int", "float", "decimal", "uuid", "date", "datetime")
    }
)
