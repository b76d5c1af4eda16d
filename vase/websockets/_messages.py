"""Messages and their types: read by Pydantic where a type is given, handed on as they are where none is."""

from collections.abc import Callable
from typing import Any, Final, TypeVar

from pydantic import TypeAdapter, ValidationError
from pydantic.errors import PydanticUserError
from pydantic_core import PydanticSerializationError, to_json

from vase.http import ValidationFault, validation_fault
from vase.websockets._errors import MessageError, MessageValidationError

__all__ = ["PLAIN", "Codec", "CodecFault"]

type Raw = str | bytes


class CodecFault(Exception):  # noqa: N818  # never leaves the room
    """A type is nothing that a message can be; the message says why."""


def _is_untyped(kind: Any) -> bool:
    return kind in (Any, object, str | bytes) or isinstance(kind, TypeVar)


def _adapter(kind: Any) -> TypeAdapter[Any]:
    try:
        return TypeAdapter(kind)
    except (PydanticUserError, TypeError, NameError) as error:
        raise CodecFault(str(error).splitlines()[0]) from error


class Codec:
    """Reads and writes the messages of one handler.

    Args:
        incoming: The type of what clients send.
        outgoing: The type of what the handler sends.

    Raises:
        CodecFault: When one of them is nothing that a message can be.
    """

    __slots__ = ("read", "write")

    def __init__(self, incoming: Any = Any, outgoing: Any = Any) -> None:
        self.read: Callable[[Raw], Any] = _reader(incoming)
        self.write: Callable[[Any], Raw] = _writer(outgoing)


def _reader(kind: Any) -> Callable[[Raw], Any]:
    if _is_untyped(kind):
        return lambda message: message
    if kind in {str, bytes}:
        return lambda message: _expect(kind, message)
    validate = _adapter(kind).validator.validate_json

    def read(message: Raw) -> Any:
        try:
            return validate(message)
        except ValidationError as error:
            faults = error.errors(include_url=False, include_context=False, include_input=False)
            raise MessageValidationError([_fault(fault) for fault in faults]) from None

    return read


def _expect(kind: type, message: Raw) -> Raw:
    if isinstance(message, kind):
        return message
    said = "expected a text, got a binary message" if kind is str else "expected a binary message, got a text"
    raise MessageValidationError([validation_fault(("message",), said, "message_kind")])


def _fault(fault: Any) -> ValidationFault:
    return validation_fault(("message", *fault["loc"]), fault["msg"], fault["type"])


def _writer(kind: Any) -> Callable[[Any], Raw]:
    if _is_untyped(kind):
        return _write_anything
    if kind in {str, bytes}:
        return lambda value: _checked(kind, value)
    adapter = _adapter(kind)
    write = adapter.serializer.to_json

    def encode(value: Any) -> str:
        try:
            return write(value, by_alias=True, warnings="error").decode()
        except PydanticSerializationError as error:
            raise _misfit(kind, value) from error

    return encode


def _write_anything(value: Any) -> Raw:
    if isinstance(value, str | bytes):
        return value
    return to_json(value, inf_nan_mode="null").decode()


def _checked(kind: type, value: Any) -> Raw:
    if isinstance(value, str | bytes) and isinstance(value, kind):
        return value
    raise _misfit(kind, value)


def _misfit(kind: Any, value: object) -> MessageError:
    name = kind.__qualname__ if isinstance(kind, type) else str(kind).replace("typing.", "")
    return MessageError(
        f"the socket promises to send `{name}`, and the message is a `{type(value).__qualname__}` that does not fit",
        code="websockets.E005",
        hint="send what the second type of `WebSocket[…, …]` allows, or widen it",
    )


PLAIN: Final = Codec()
"""For sockets without types."""
