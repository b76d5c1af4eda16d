"""The little language of `startapp --model`: `Product name:str(120) price:decimal(10,2)=0 note:text? by:ref:User`.

A field is `name:type`, `?` makes it nullable, `=value` gives a default. Every fault of a specification is found before
any is told, and each is shown under the characters it means.
"""

import datetime as dt
import decimal
import json
import keyword
import re
import uuid
from collections.abc import Callable
from dataclasses import dataclass, field

from vase.exceptions import did_you_mean, quote
from vase.management._errors import SpecificationError
from vase.management.generate._names import find_model_fault

__all__ = ["Field", "ModelSpecification", "parse_model"]

_FIELD = re.compile(
    r"""(?P<name>[^:\s]*) : (?P<type>\w*) (?: \( (?P<arguments>[^()]*) \) )? (?: : (?P<target>[\w.]+) )?
        (?P<null>\?)? (?: = (?P<default>.*) )? $""",
    re.VERBOSE | re.DOTALL,
)
_TOKEN = re.compile(r"""(?: \([^()]*\) | "[^"]*" | '[^']*' | [^\s("'] | [("'] )+""", re.VERBOSE)

_OWN_NAMES = frozenset({"id"})
_RESERVED_NAMES = frozenset(
    # SQLAlchemy's declarative classes keep these for themselves …
    {"metadata", "registry"}
    # … Pydantic's models have methods of these names …
    | {"construct", "copy", "dict", "from_orm", "json", "parse_file", "parse_obj", "parse_raw", "schema", "schema_json"}
    | {"update_forward_refs", "validate"}
    # … and the annotations of the generated classes would find the field in place of the type.
    | {"bool", "dt", "float", "int", "str"}
)
_TYPES = ("str", "text", "int", "float", "decimal", "bool", "date", "datetime", "uuid", "ref")
_SIZES = {
    # Type → what may stand in its parentheses, and how that is told; the other types have none.
    "str": (re.compile(r"|[1-9][0-9]*"), "`str(120)`"),
    "decimal": (re.compile(r"[1-9][0-9]*,[0-9]+"), "`decimal(10,2)`: digits in all, digits after the point"),
}


@dataclass(frozen=True, slots=True)
class Field:
    """One column of a model.

    Args:
        name: The attribute.
        kind: A word of the language: `str`, `decimal`, `ref`, …
        sizes: The numbers in parentheses.
        target: The model that a `ref` points to.
        is_nullable: Whether the value may be missing.
        default: The default as Python source, or None where a value must be given.
    """

    name: str
    kind: str
    sizes: tuple[int, ...] = ()
    target: str | None = None
    is_nullable: bool = False
    default: str | None = None

    @property
    def attribute(self) -> str:
        """The name that the column carries: a reference is stored as the other row's id."""
        return f"{self.name}_id" if self.kind == "ref" else self.name


@dataclass(frozen=True, slots=True)
class ModelSpecification:
    """A model as the user asked for it."""

    name: str
    fields: tuple[Field, ...]


@dataclass(slots=True)
class _Fault:
    start: int
    length: int
    message: str
    hint: str | None = None


@dataclass(slots=True)
class _Reader:
    """One pass over a specification, collecting faults instead of stopping at the first."""

    text: str
    faults: list[_Fault] = field(default_factory=list)

    def refuse(self, start: int, length: int, message: str, hint: str | None = None) -> None:
        self.faults.append(_Fault(start, max(length, 1), message, hint))


def parse_model(text: str) -> ModelSpecification:
    """Return the model that a specification describes.

    Raises:
        SpecificationError: With every fault and its position.
    """
    reader = _Reader(text)
    tokens = [(match.start(), match[0]) for match in _TOKEN.finditer(text)]
    if not tokens:
        raise SpecificationError(
            "`--model` is empty", code="management.E007", hint='write `--model "Product name:str(120)"`'
        )
    start, name = tokens[0]
    reason = find_model_fault(name)
    if reason is not None:
        reader.refuse(start, len(name), reason)
    fields: dict[str, Field] = {}
    for start, token in tokens[1:]:
        parsed = _parse_field(reader, start, token)
        if parsed is not None and parsed.name in fields:
            reader.refuse(start, len(parsed.name), f"field {quote(parsed.name)} is given twice")
        elif parsed is not None:
            fields[parsed.name] = parsed
    if len(tokens) == 1:
        reader.refuse(start, len(name), f"model {quote(name)} has no fields", "add one: `name:str(120)`")
    if reader.faults:
        raise _error(reader)
    return ModelSpecification(name, tuple(fields.values()))


def _parse_field(reader: _Reader, start: int, token: str) -> Field | None:
    match = _FIELD.match(token)
    if match is None:
        hint = "a field is `name:type`, then `?` when it may be missing, then `=` and a default"
        message = f"field {quote(token)} has no type" if ":" not in token else f"field {quote(token)} is not understood"
        reader.refuse(start, len(token), message, hint)
        return None
    before = len(reader.faults)
    name, kind = match["name"], match["type"]
    _check_name(reader, start, name)
    if kind not in _TYPES:
        hint = did_you_mean(kind, _TYPES) or f"the types are {', '.join(_TYPES)}"
        at = start + match.start("type")
        reader.refuse(at, len(kind), f"field {quote(name)} has an unknown type {quote(kind)}", hint)
        return None
    sizes = _read_sizes(reader, start, match)
    target = _read_target(reader, start, match)
    default = None
    if match["default"] is not None and len(reader.faults) == before:
        default = _read_default(reader, start, match, sizes)
    if len(reader.faults) > before:
        return None
    return Field(name, kind, sizes, target, is_nullable=match["null"] is not None, default=default)


def _check_name(reader: _Reader, start: int, name: str) -> None:
    reason = None
    if not name.isidentifier() or not name.isascii() or keyword.iskeyword(name):
        reason = "is not a name that Python accepts"
    elif name.startswith(("_", "model_")):
        reason = "starts with a prefix that is kept for the framework"
    elif name != name.lower():
        reason = "is not in lower case"
    elif name in _OWN_NAMES:
        reason = "is there already: every model has it"
    elif name in _RESERVED_NAMES:
        reason = "is taken by the classes that the model and its schemas build on"
    if reason is not None:
        reader.refuse(start, len(name), f"field name {quote(name)} {reason}")


def _read_sizes(reader: _Reader, start: int, match: re.Match[str]) -> tuple[int, ...]:
    kind, written = match["type"], match["arguments"]
    group = "type" if written is None else "arguments"
    at, length = start + match.start(group), len(match[group])
    text = (written or "").replace(" ", "")
    pattern, shape = _SIZES.get(kind, (re.compile(""), f"`{kind}` alone"))
    if not pattern.fullmatch(text):
        told = "no size" if written is None else quote(f"({written})")
        reader.refuse(at, length, f"type {quote(kind)} does not take {told}", f"write {shape}")
        return ()
    sizes = tuple(int(part) for part in text.split(",") if part)
    if kind == "decimal" and sizes[1] > sizes[0]:
        reader.refuse(at, length, f"{sizes[1]} digits after the point do not fit into {sizes[0]} digits in all")
    return sizes


def _read_target(reader: _Reader, start: int, match: re.Match[str]) -> str | None:
    name, kind, target = match["name"], match["type"], match["target"]
    if kind == "ref" and target is None:
        at, hint = start + match.start("type"), f"write `{name}:ref:Category`"
        reader.refuse(at, len(kind), f"reference {quote(name)} names no model", hint)
    elif kind != "ref" and target is not None:
        at, hint = start + match.start("target"), f"a reference is `{name}:ref:{target}`"
        reader.refuse(at, len(target), f"type {quote(kind)} points to no model", hint)
    elif target is not None and not target.rpartition(".")[2][:1].isupper():
        reader.refuse(start + match.start("target"), len(target), f"{quote(target)} is not the name of a model")
    return target


def _read_default(reader: _Reader, start: int, match: re.Match[str], sizes: tuple[int, ...]) -> str | None:
    kind, text = match["type"], match["default"]
    if len(text) > 1 and text[0] == text[-1] and text[0] in "\"'":
        text = text[1:-1]
    try:
        return _DEFAULTS[kind](text, sizes)
    except (ValueError, ArithmeticError) as error:
        reason = str(error) if isinstance(error, _DefaultError) else f"it is no {kind}"
        message = f"default {quote(text)} of field {quote(match['name'])} does not fit: {reason}"
        reader.refuse(start + match.start("default"), len(match["default"]), message)
        return None


class _DefaultError(ValueError):
    """A default whose fault is known better than "it is no int"."""


def _default_text(text: str, sizes: tuple[int, ...]) -> str:
    if sizes and len(text) > sizes[0]:
        raise _DefaultError(f"it has {len(text)} characters, {sizes[0]} are allowed")
    # JSON's text literals are Python's, apart from characters outside the basic plane, which stay as they are.
    return json.dumps(text, ensure_ascii=False)


def _default_decimal(text: str, sizes: tuple[int, ...]) -> str:
    digits, places = sizes
    value = decimal.Decimal(text)
    exponent = value.as_tuple().exponent
    if not isinstance(exponent, int):
        raise _DefaultError("it is not a finite number")
    if -exponent > places or value.adjusted() + 1 > digits - places:
        raise _DefaultError(f"the column holds {digits} digits, {places} of them after the point")
    return f'Decimal("{value}")'


def _default_bool(text: str, _sizes: tuple[int, ...]) -> str:
    if text.lower() not in {"true", "false"}:
        raise _DefaultError("write `true` or `false`")
    return text.capitalize()


def _default_date(text: str, _sizes: tuple[int, ...]) -> str:
    if text == "today":
        return "today"
    day = dt.date.fromisoformat(text)
    return f"dt.date({day.year}, {day.month}, {day.day})"


def _default_datetime(text: str, _sizes: tuple[int, ...]) -> str:
    if text != "now":
        raise _DefaultError("the only default of a datetime is `now`")
    return "now"


def _default_uuid(text: str, _sizes: tuple[int, ...]) -> str:
    return "random" if text == "random" else f'UUID("{uuid.UUID(text)}")'


def _default_reference(_text: str, _sizes: tuple[int, ...]) -> str:
    raise _DefaultError("a reference has no default; `?` lets it be missing")


_DEFAULTS: dict[str, Callable[[str, tuple[int, ...]], str]] = {
    "str": _default_text,
    "text": _default_text,
    "int": lambda text, _sizes: str(int(text)),
    "float": lambda text, _sizes: repr(float(text)),
    "decimal": _default_decimal,
    "bool": _default_bool,
    "date": _default_date,
    "datetime": _default_datetime,
    "uuid": _default_uuid,
    "ref": _default_reference,
}


def _error(reader: _Reader) -> SpecificationError:
    ordered = sorted(reader.faults, key=lambda fault: fault.start)
    lines = [f"`--model` has {len(ordered)} {'fault' if len(ordered) == 1 else 'faults'}", f"    {reader.text}"]
    for fault in ordered:
        lines.append(f"    {' ' * fault.start}{'^' * fault.length}")
        lines.append(f"    column {fault.start + 1}: {fault.message}")
        if fault.hint is not None:
            lines.append(f"      hint: {fault.hint}")
    return SpecificationError("\n".join(lines), code="management.E007")
