"""From a handler's value to bytes, by the type that its return annotation promised, and nothing beyond it."""

import collections.abc
from collections.abc import AsyncIterator, Callable, Iterator, Mapping
from dataclasses import dataclass, field
from functools import cached_property, partial
from importlib import import_module
from pathlib import PurePath
from typing import Any, Final, Literal, get_args, get_origin

from pydantic import BaseModel, TypeAdapter, ValidationError
from pydantic_core import PydanticSerializationError, from_json, to_json

from vase.binding._codecs import CodecError, faults_of, make_adapter
from vase.binding._errors import ResponseValidationError
from vase.binding._shape import Shape, shape_of
from vase.binding._trust import make_encoder
from vase.binding._types import contains_struct, is_struct, members_of, name_of
from vase.di import EMPTY, return_place
from vase.http import (
    EventSourceResponse,
    FileBody,
    Request,
    Response,
    ServerSentEvent,
    accepted_type,
    to_response,
    validation_fault,
)
from vase.types import Place

__all__ = ["Answer", "AnswerError", "AnswerOptions", "brings_fields", "is_event_stream"]

_JSON_FIELD = ("content-type", "application/json")

type Encode = Callable[[Any], bytes | Response]

_STREAMS: Final = (
    collections.abc.AsyncIterator,
    collections.abc.AsyncIterable,
    collections.abc.AsyncGenerator,
    collections.abc.Iterator,
    collections.abc.Generator,
)
_WHERE: Final = ("response",)


class AnswerError(Exception):
    """The return annotation is nothing that can be written; the message says why in a sentence."""


@dataclass(frozen=True, slots=True, kw_only=True)
class AnswerOptions:
    """How values are written.

    Args:
        by_alias: Whether fields go by their aliases.
        exclude_unset: Whether fields that nobody set are left out.
        exclude_defaults: Whether fields that have their default are left out.
        exclude_none: Whether fields that are None are left out.
    """

    by_alias: bool = True
    exclude_unset: bool = False
    exclude_defaults: bool = False
    exclude_none: bool = False

    def for_pydantic(self) -> dict[str, bool]:
        """Return the arguments of Pydantic's serializer; what is its default is left out, because each one costs."""
        chosen = {
            "by_alias": self.by_alias,
            "exclude_unset": self.exclude_unset,
            "exclude_defaults": self.exclude_defaults,
            "exclude_none": self.exclude_none,
        }
        return {name: True for name, is_on in chosen.items() if is_on}


@dataclass(frozen=True, eq=False, kw_only=True)
class Answer:
    """What a handler promised to return.

    Args:
        annotation: The promise: the return annotation or the response model; `EMPTY` for none.
        handler: The name of the handler, for messages.
        status_code: The status of answers that are made of values; None for the usual one.
        options: How values are written.
        owner: The function whose promise it is.
        renderers: What writes a value in each media type that the client may choose; None writes JSON.
    """

    annotation: Any
    handler: str
    status_code: int | None = None
    options: AnswerOptions = AnswerOptions()
    owner: Callable[..., Any] | None = None
    renderers: Mapping[str, Callable[[Any], Any] | None] = field(default_factory=dict)

    @property
    def place(self) -> Place | None:
        """The line of the promise, read from the source when it is needed."""
        return return_place(self.owner) if self.owner is not None else None

    @cached_property
    def kind(self) -> Any:
        """The promise without responses, which are themselves: `Model | RedirectResponse` promises a model."""
        if self.annotation is EMPTY:
            return EMPTY
        members = members_of(self.annotation)
        rest = [member for member in members if not _is_response(member)]
        if not rest:
            return Response
        if len(rest) == len(members):
            return self.annotation
        kind: Any = rest[0]
        for member in rest[1:]:
            kind = kind | member
        return kind

    @cached_property
    def adapter(self) -> TypeAdapter[Any] | None:
        """Pydantic's view of the promise, for the API document; None when there is nothing to describe."""
        kind = self.kind
        if (
            kind in (EMPTY, Any, object, None, type(None), Response)
            or contains_struct(kind)
            or _is_stream(kind)
            or is_event_stream(kind)
        ):
            return None
        if isinstance(kind, type) and issubclass(kind, PurePath | FileBody):
            return None
        return _adapter(_listed(kind))

    @cached_property
    def takes_text(self) -> bool:
        """Whether text and bytes may be what was promised."""
        return self.kind is EMPTY or any(map(_may_be_text, members_of(self.kind)))

    @cached_property
    def takes_none(self) -> bool:
        """Whether None may be what was promised."""
        return self.kind is EMPTY or any(member in (None, type(None), Any, object) for member in members_of(self.kind))

    def is_plain(self, value: Any) -> bool:
        """Return whether a value needs no writing: a response, or a text, bytes or None where they were promised."""
        if type(value) is str:
            return self.takes_text
        if isinstance(value, Response):
            return True
        return self.takes_none if value is None else type(value) in (str, bytes) and self.takes_text

    def respond(self, value: Any) -> Response:
        """Return the response that a handler's value stands for."""
        if self.is_plain(value):
            return to_response(value, status_code=self.status_code)
        encoded = self.encode(value)
        if isinstance(encoded, Response):
            return encoded
        response = Response(encoded, self.status_code or 200)
        response.raw_headers.append(_JSON_FIELD)
        return response

    def respond_to(self, value: Any, request: Request) -> Response:
        """Return the response that a value stands for, in the media type that was chosen for a request."""
        if isinstance(value, Response):
            return value
        chosen = accepted_type(request)
        render = self.renderers.get(chosen)
        if render is None:
            response = self.respond(value)
            if isinstance(value, str | bytes) and chosen in self.renderers:
                response.headers["content-type"] = Response(media_type=chosen).headers["content-type"]
            return response
        # Through JSON, so that nothing is written that the promise leaves out.
        plain = value if self.is_plain(value) else self.encode(value)
        if isinstance(plain, Response):
            return plain
        rendered = render(value if self.is_plain(value) else from_json(plain))
        return rendered if isinstance(rendered, Response) else Response(rendered, self.status_code or 200, None, chosen)

    @cached_property
    def shape(self) -> Shape | None:
        """What the core writes as JSON without asking `encode`; None where it cannot."""
        kind = self.kind
        if self.adapter is None or any(map(brings_fields, members_of(kind))):
            return None
        return shape_of(self.adapter.core_schema) if self.options == AnswerOptions() else None

    @cached_property
    def encode(self) -> Encode:
        """Write a value as JSON, or make the response that it stands for.

        Raises:
            AnswerError: The promise is nothing that can be written.
        """
        kind = self.kind
        if is_event_stream(kind):
            return self._encode_events
        if kind in (EMPTY, Any, object) or _is_stream(kind):
            return self._encode_anything
        if isinstance(kind, type) and issubclass(kind, PurePath | FileBody):
            return self._encode_anything
        if kind in (None, type(None), Response, str, bytes):
            return self._encode_text if kind in {str, bytes} else self._refuse
        write = self._struct_encoder(kind) if contains_struct(kind) else self._pydantic_encoder(_listed(kind))
        return self._with_fields(write) if any(map(brings_fields, members_of(kind))) else write

    def _with_fields(self, write: Encode) -> Encode:
        """Return the writer of values that bring header fields along."""

        def encode(value: Any) -> bytes | Response:
            written = write(value)
            if isinstance(written, Response) or not brings_fields(type(value)):
                return written
            fields = {"content-type": "application/json", **value.response_headers()}
            return Response(written, self.status_code or 200, fields)

        return encode

    def _encode_anything(self, value: Any) -> bytes | Response:
        kind = type(value)
        if kind is dict or kind is list or isinstance(value, BaseModel):
            try:
                return to_json(value, inf_nan_mode="null", **self._by_alias(), fallback=_plain_struct)
            except PydanticSerializationError:
                pass  # told better below
        if is_struct(kind):
            encoded: bytes = import_module("msgspec").json.encode(value)
            return encoded
        return to_response(value, status_code=self.status_code)

    def _encode_events(self, value: Any) -> Response:
        return EventSourceResponse(value, self.status_code or 200)

    def _by_alias(self) -> dict[str, Any]:
        return {"by_alias": self.options.by_alias}

    def _encode_text(self, value: Any) -> bytes | Response:
        if isinstance(value, str | bytes | bytearray | memoryview):
            return to_response(value, status_code=self.status_code)
        return self._refuse(value)

    def _refuse(self, value: Any) -> bytes | Response:
        promised = "a Response" if self.kind is Response else f"`{name_of(self.kind)}`"
        message = f"expected {promised}, got `{name_of(type(value))}`"
        raise ResponseValidationError(self.handler, [validation_fault(_WHERE, message, "type")], place=self.place)

    def _pydantic_encoder(self, kind: Any) -> Encode:
        adapter = _adapter(kind)
        write = adapter.serializer.to_json
        options: dict[str, Any] = self.options.for_pydantic()
        # Naming an option costs a tenth of writing a small model, and most models have no aliases.
        if options == {"by_alias": True} and not _has_alias(adapter.core_schema):
            written = write
        else:
            written = partial(write, **options)
        # `warnings` is left alone: what is exact raises none, and naming a mode costs more than writing a model.
        return make_encoder(kind, written, self._careful_encoder(adapter, options))

    def _careful_encoder(self, adapter: TypeAdapter[Any], options: dict[str, Any]) -> Encode:
        validate = adapter.validator.validate_python
        write = adapter.serializer.to_json

        def encode(value: Any) -> bytes | Response:
            try:
                valid = validate(value, from_attributes=True, by_alias=True, by_name=True)
                return write(valid, warnings="error", **options)
            except ValidationError as error:
                faults = faults_of(error, _WHERE)
            except PydanticSerializationError as error:
                faults = [validation_fault(_WHERE, _field_of(error), "serialization")]
            # Not `from`: Pydantic's error quotes the value, and a page or a log must not.
            raise ResponseValidationError(self.handler, faults, place=self.place) from None

        return encode

    def _struct_encoder(self, kind: Any) -> Encode:
        msgspec: Any = import_module("msgspec")  # the user's struct has imported it already
        write = msgspec.json.Encoder().encode

        def encode_carefully(value: Any) -> bytes:
            try:
                # Down to plain values and up again: a subclass would otherwise bring its own fields along.
                plain = msgspec.to_builtins(value) if is_struct(type(value)) or _is_container(value) else value
                encoded: bytes = write(msgspec.convert(plain, kind, from_attributes=True))
            except (msgspec.ValidationError, TypeError) as error:
                faults = [validation_fault(_WHERE, str(error), "value_error")]
                raise ResponseValidationError(self.handler, faults, place=self.place) from None
            return encoded

        return make_encoder(kind, write, encode_carefully, allows_extra_keys=False)


def _adapter(kind: Any) -> TypeAdapter[Any]:
    try:
        return make_adapter(kind)
    except CodecError as error:
        raise AnswerError(str(error)) from error


def _has_alias(schema: Any) -> bool:
    """Return whether some field in a schema of Pydantic is written under another name."""
    if isinstance(schema, dict):
        return "serialization_alias" in schema or "alias" in schema or any(map(_has_alias, schema.values()))
    return isinstance(schema, list | tuple) and any(map(_has_alias, schema))


def _may_be_text(kind: Any) -> bool:
    if get_origin(kind) is Literal:
        return any(isinstance(value, str | bytes) for value in get_args(kind))
    return kind in (Any, object, Response) or (isinstance(kind, type) and issubclass(kind, str | bytes))


def _is_response(kind: Any) -> bool:
    return isinstance(kind, type) and issubclass(kind, Response)


def _is_stream(kind: Any) -> bool:
    return get_origin(kind) in _STREAMS or kind in _STREAMS or kind in {AsyncIterator, Iterator}


def brings_fields(kind: Any) -> bool:
    """Return whether values of a type bring header fields along: they have a method `response_headers`."""
    return isinstance(kind, type) and callable(getattr(kind, "response_headers", None))


def is_event_stream(kind: Any) -> bool:
    """Return whether a promise is server-sent events: an iterator whose items are such, with or without their types."""
    if get_origin(kind) not in (*_STREAMS, collections.abc.Iterable):
        return False
    members = members_of(get_args(kind)[0])
    return all((get_origin(member) or member) is ServerSentEvent for member in members)


def _listed(kind: Any) -> Any:
    """Return `list[T]` for `Iterable[T]`, which Pydantic would read without looking at the items."""
    if get_origin(kind) is collections.abc.Iterable:
        return list[get_args(kind)[0]]  # type: ignore[misc]  # made at runtime
    return kind


def _is_container(value: object) -> bool:
    return isinstance(value, list | tuple | set | frozenset | dict)


def _plain_struct(value: Any) -> Any:
    if is_struct(type(value)):
        return import_module("msgspec").to_builtins(value)
    raise PydanticSerializationError(f"cannot be written: {name_of(type(value))}")


def _field_of(error: PydanticSerializationError) -> str:
    """Return what Pydantic says about a field, without the value that it quotes."""
    told = []
    for line in str(error).splitlines():
        if "Expected `" not in line:
            continue
        expected = line.split("Expected `", 1)[1].split("`", 1)[0]
        field = line.split("field_name='", 1)[1].split("'", 1)[0] if "field_name='" in line else None
        told.append(f"expected `{expected}`" + (f" in field `{field}`" if field else ""))
    return "; ".join(told) or "cannot be written as JSON"
