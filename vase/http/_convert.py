"""From the value that a handler returned to an answer: the complete way, for what the engine does not do by itself."""

import dataclasses
from collections.abc import AsyncIterator, Callable, Iterator
from pathlib import Path

from pydantic_core import PydanticSerializationError

from vase.exceptions import quote
from vase.http._errors import ResponseError
from vase.http._files import FileBody
from vase.http._response import FileResponse, JSONResponse, PlainTextResponse, Response, StreamingResponse

__all__ = ["Encoder", "to_response"]

_JSON_TYPES = frozenset({dict, list, tuple, int, float, bool})
_BINARY_TYPES = (bytes, bytearray, memoryview)  # a union written in place would be made anew at each call

type Encoder = Callable[[object], bytes | Response]
"""Writes a handler's value as JSON by the type that its annotation promised."""


def to_response(value: object, *, status_code: int | None = None, encode: Encoder | None = None) -> Response:
    """Return the answer that a handler's value stands for.

    A `Response` is itself; None is 204; text is text/plain; bytes are application/octet-stream; a `Path` is a file;
    an iterator is a stream; everything else is JSON.
    A tuple is not special: it is a JSON array like a list.

    Args:
        value: What the handler returned.
        status_code: The status of the route; left out, 200, and 204 for None.
        encode: Writes values that are none of the above as JSON; left out, Pydantic does it by their own types.

    Raises:
        ResponseError: When the value is nothing that JSON can write.
    """
    if type(value) is str:  # the usual case of all
        return PlainTextResponse(value, 200 if status_code is None else status_code)
    if isinstance(value, Response):
        return value
    if value is None:
        return Response(b"", 204 if status_code is None else status_code)
    status = 200 if status_code is None else status_code
    # The usual containers first: to ask the abstract classes below costs as much as to write a small object.
    if encode is None and type(value) in _JSON_TYPES:
        return _json(value, status)
    return _text(value, status) or (
        _file_or_stream(value, status) or _json(value, status) if encode is None else _encoded(encode(value), status)
    )


def _text(value: object, status: int) -> Response | None:
    if isinstance(value, str):
        return PlainTextResponse(value, status)
    if isinstance(value, _BINARY_TYPES):
        return Response(bytes(value), status, media_type="application/octet-stream")
    return None


def _encoded(value: bytes | Response, status: int) -> Response:
    return value if isinstance(value, Response) else Response(value, status, media_type="application/json")


def _file_or_stream(value: object, status: int) -> Response | None:
    if isinstance(value, FileBody):
        return FileResponse(value.path, status, filename=value.download_name)
    if isinstance(value, Path):
        return FileResponse(value, status)
    if isinstance(value, (AsyncIterator, Iterator)):
        return StreamingResponse(value, status, media_type="application/octet-stream")
    return None


def _json(value: object, status: int) -> Response:
    try:
        return JSONResponse(value, status)
    except PydanticSerializationError as error:
        kind = type(value)
        detail = f"no answer can be made of {quote(f'{kind.__module__}.{kind.__qualname__}')}: {error}"
        hint = "return a Response, text, bytes, or a value that JSON can write: a Pydantic model, a dataclass, a dict"
        if dataclasses.is_dataclass(value):
            hint = "every field of the dataclass must be something that JSON can write"
        raise ResponseError(detail, code="http.E008", hint=hint) from error
