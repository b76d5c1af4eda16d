"""Whatever a handler returns becomes the answer that it stands for."""

from collections.abc import AsyncIterator, Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest
from pydantic import BaseModel

from vase.http import FileBody, Response, ResponseError, StreamingResponse, to_response


class Item(BaseModel):
    id: int


@dataclass
class Point:
    x: int


@pytest.mark.parametrize(
    ("value", "status", "media_type", "body"),
    [
        (None, 204, None, b""),
        ("a", 200, "text/plain", "a"),
        (b"a", 200, "application/octet-stream", b"a"),
        (bytearray(b"a"), 200, "application/octet-stream", b"a"),
        ({"a": 1}, 200, "application/json", b'{"a":1}'),
        ([1, 2], 200, "application/json", b"[1,2]"),
        ((1, 404), 200, "application/json", b"[1,404]"),
        (True, 200, "application/json", b"true"),
        (7, 200, "application/json", b"7"),
        (Item(id=1), 200, "application/json", b'{"id":1}'),
        (Point(1), 200, "application/json", b'{"x":1}'),
        ([Item(id=1)], 200, "application/json", b'[{"id":1}]'),
    ],
)
def test_values(value: object, status: int, media_type: str | None, body: object):
    """Text is text, bytes are bytes, None is 204, the rest is JSON; a tuple is no pair of body and status."""
    response = to_response(value)
    assert (response.status_code, response.media_type, response.body) == (status, media_type, body)


def test_the_status_of_the_route():
    """The status of the route holds for plain values and never for a response."""
    assert to_response({}, status_code=201).status_code == 201
    assert to_response(None, status_code=202).status_code == 202
    response = Response(b"", 418)
    assert to_response(response, status_code=201) is response
    assert response.status_code == 418


def test_files():
    """A path is a file that is shown, a `FileBody` with a name one that is saved."""
    assert to_response(Path("/x/a.txt")).body == FileBody("/x/a.txt")
    response = to_response(FileBody("/x/1", "a.txt"))
    assert response.headers["content-disposition"] == 'attachment; filename="a.txt"'


def test_streams():
    """Iterators of both kinds are streams."""

    def blocking() -> Iterator[bytes]:
        yield b"a"

    async def waiting() -> AsyncIterator[bytes]:
        yield b"a"

    assert isinstance(to_response(blocking()), StreamingResponse)
    assert isinstance(to_response(waiting()), StreamingResponse)


def test_the_encoder_of_the_route():
    """An encoder writes what is neither text nor bytes nor None, and may make a whole response."""
    response = to_response({"a": 1}, status_code=201, encode=lambda _: b"encoded")
    assert (response.status_code, response.media_type, response.body) == (201, "application/json", b"encoded")
    made = Response(b"made")
    assert to_response([], encode=lambda _: made) is made
    assert to_response("text", encode=lambda _: b"encoded").body == "text"


def test_what_json_cannot_write():
    """A value that JSON cannot write is told with its class."""
    with pytest.raises(ResponseError, match=r"no answer can be made of `builtins\.object`") as caught:
        to_response(object())
    assert caught.value.code == "http.E008"
    with pytest.raises(ResponseError):
        to_response({"a": object()})
