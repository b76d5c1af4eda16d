"""From raw material to values: Pydantic for nearly everything, msgspec for its own structs.

A codec knows three things: how to convert, which errors mean "refused", and how to tell those errors as faults.
"""

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from importlib import import_module
from typing import Any, Final

from pydantic import TypeAdapter, ValidationError
from pydantic.errors import PydanticUndefinedAnnotation, PydanticUserError
from pydantic_core import SchemaError

from vase.binding._types import choices_of, contains_struct, free_numbers, without_none
from vase.http import JSONNumberError, ValidationFault, check_json_numbers, validation_fault

__all__ = ["Codec", "CodecError", "fault_input", "faults_of", "make_adapter", "make_codec", "missing"]

type _Location = Sequence[str | int]

_INPUT_LENGTH: Final = 200
_FAULTS_TOLD: Final = 100  # who sends more wrong values than this is not helped by a longer list
_FAULTS_LISTED: Final = 10_000  # Pydantic lists all or none, at a microsecond and a few hundred octets each
_MSGSPEC_PATH = re.compile(r" - at `\$(?P<path>[^`]*)`$")
_MSGSPEC_STEP = re.compile(r"\.(?P<name>[^.\[]+)|\[(?P<index>\d+|\.\.\.)\]")
_MSGSPEC_MISSING = re.compile(r"Object missing required field `(?P<name>[^`]*)`")


class CodecError(Exception):
    """A type that nobody can read or write; the message says why in a sentence."""


@dataclass(frozen=True, slots=True, eq=False)
class Codec:
    """Reads values of one type.

    Args:
        convert: From a text, a list of texts or a mapping of them; raises one of `refusals`.
        read_json: From the bytes of a JSON document; raises one of `refusals`.
        refusals: The errors that mean that the input does not fit.
        explain: Tells such an error as faults below a location.
        argument: The same as `read_json`, as the core does it.
        adapter: Pydantic's view of the type, for the API document; None for structs of msgspec.
    """

    convert: Callable[[Any], Any]
    read_json: Callable[[bytes], Any]
    refusals: tuple[type[Exception], ...]
    explain: Callable[[Any, _Location], list[ValidationFault]]
    argument: tuple[Any, ...]
    adapter: TypeAdapter[Any] | None


def make_codec(annotation: Any, *, is_many: bool = False) -> Codec:
    """Return the codec of an annotation.

    Args:
        annotation: The type, with its constraints in `Annotated`.
        is_many: Whether the raw material is a list of texts.

    Raises:
        CodecError: No codec can be made of the type.
    """
    if contains_struct(annotation):
        return _struct_codec(annotation)
    adapter = make_adapter(annotation)
    convert: Callable[[Any], Any] = adapter.validator.validate_python
    read_json: Callable[[bytes], Any] = adapter.validator.validate_json
    choices = choices_of(_items(annotation) if is_many else annotation)
    if choices is not None:
        convert = _with_choices(convert, choices, is_many=is_many)
    free = free_numbers(adapter.core_schema)
    if free is None:
        return Codec(convert, read_json, (ValidationError,), faults_of, ("json", read_json), adapter)
    integers = free == "float"
    # The core looks at the numbers itself before it calls Pydantic.
    argument = ("json", read_json, integers)
    read_json = _checked(read_json, integers=integers)
    return Codec(convert, read_json, (ValidationError, JSONNumberError), _faults_of, argument, adapter)


def make_adapter(annotation: Any) -> TypeAdapter[Any]:
    """Return Pydantic's view of a type, complete.

    Raises:
        CodecError: Pydantic has none.
    """
    try:
        adapter: TypeAdapter[Any] = TypeAdapter(annotation)
        adapter.rebuild(raise_errors=True)
        _ = adapter.validator.validate_json, adapter.serializer.to_json
    except PydanticUndefinedAnnotation as error:
        raise CodecError(f"its definition names `{error.name}`, which is not defined") from error
    except (PydanticUserError, SchemaError, TypeError, NameError, AttributeError) as error:
        raise CodecError(str(error).strip().split("\n", maxsplit=1)[0].rstrip(".")) from error
    return adapter


def missing(location: _Location) -> ValidationFault:
    """Return the fault of a value that is required and not there."""
    return validation_fault(location, "Field required", "missing")


def faults_of(error: ValidationError, location: _Location) -> list[ValidationFault]:
    """Return Pydantic's errors as faults below a location: the first hundred, and how many there are besides.

    A body of a few megabytes can hold a million wrong values; the answer must not be larger than the question.
    """
    count = error.error_count()
    listed = error.errors(include_url=False, include_context=False)[:_FAULTS_TOLD] if count <= _FAULTS_LISTED else []
    found = []
    for item in listed:
        below = () if item["type"] == "json_invalid" else map(_shortened, item["loc"])
        extra = {} if item["type"] in {"missing", "json_invalid"} else fault_input(item["input"])
        found.append(validation_fault((*location, *below), item["msg"], item["type"], **extra))
    if count > len(listed):
        what = f"{count - len(listed):,} more faults" if listed else f"{count:,} faults"
        found.append(validation_fault(location, f"{what}, which are not listed", "too_many_faults"))
    return found


def _faults_of(error: ValidationError | JSONNumberError, location: _Location) -> list[ValidationFault]:
    if isinstance(error, ValidationError):
        return faults_of(error, location)
    where = (*location, *map(_shortened, error.path or ()))
    return [validation_fault(where, error.message, "finite_number" if error.is_json else "json_invalid")]


def _checked(read_json: Callable[[bytes], Any], *, integers: bool) -> Callable[[bytes], Any]:
    """Return a reader that refuses numbers that no float holds: Pydantic's own takes them for floats and for `Any`."""

    def read(body: bytes) -> Any:
        check_json_numbers(body, integers=integers)
        return read_json(body)

    return read


def _shortened(step: str | int) -> str | int:
    """Return a step of a location as it is told: the client chose the names of unknown members, and their length."""
    return step if isinstance(step, int) or len(step) <= _INPUT_LENGTH else f"{step[:_INPUT_LENGTH]}…"


def fault_input(value: object) -> dict[str, object]:
    """Return what a fault shows of a refused value: short plain values alone, never a whole document."""
    if isinstance(value, str):
        return {"input": value if len(value) <= _INPUT_LENGTH else f"{value[:_INPUT_LENGTH]}…"}
    if value is None or isinstance(value, bool | float) or (isinstance(value, int) and abs(value) < 1 << 64):
        return {"input": value}
    return {}


def _items(annotation: Any) -> Any:
    arguments = getattr(without_none(annotation), "__args__", ())
    return arguments[0] if arguments else str


def _with_choices(
    convert: Callable[[Any], Any], choices: Mapping[str, object], *, is_many: bool
) -> Callable[[Any], Any]:
    def one(text: Any) -> Any:
        return convert(choices.get(text, text) if isinstance(text, str) else text)

    def many(texts: Any) -> Any:
        return convert([choices.get(text, text) for text in texts])

    return many if is_many else one


def _struct_codec(annotation: Any) -> Codec:
    msgspec: Any = import_module("msgspec")  # the user's struct has imported it already
    try:
        decoder = msgspec.json.Decoder(annotation)
    except TypeError as error:
        raise CodecError(str(error)) from error

    def convert(value: Any) -> Any:
        return msgspec.convert(value, annotation, strict=False)

    # A document of many thousand brackets is refused by the depth of the stack, not by the reader.
    refusals = (msgspec.DecodeError, RecursionError)
    return Codec(convert, decoder.decode, refusals, _struct_faults, ("json", decoder.decode), None)


def _struct_faults(error: Exception, location: _Location) -> list[ValidationFault]:
    """Return the one error that msgspec reports; it stops at the first."""
    text = str(error)
    if isinstance(error, RecursionError):
        return [validation_fault(location, "Invalid JSON: too deeply nested", "json_invalid")]
    match = _MSGSPEC_PATH.search(text)
    if match is None and not type(error).__name__.startswith("Validation"):
        return [validation_fault(location, f"Invalid JSON: {text}", "json_invalid")]
    steps: list[str | int] = list(location)
    if match is not None:
        text = text[: match.start()]
        for step in _MSGSPEC_STEP.finditer(match["path"]):
            index = step["index"]
            steps.append(step["name"] if index is None else int(index) if index.isdigit() else index)
    absent = _MSGSPEC_MISSING.fullmatch(text)
    if absent is not None:
        return [missing([*steps, absent["name"]])]
    return [validation_fault(steps, text, "value_error")]
