"""A stream is pulled piece by piece, and its source is closed when nobody wants more."""

import asyncio
import contextvars
import threading
from collections.abc import AsyncIterator, Iterator
from typing import Any

import pytest

from vase.http import StreamingResponse

seen = contextvars.ContextVar("seen", default="nothing")


def body_of(source) -> Any:
    return StreamingResponse(source).body


async def pieces_of(response: StreamingResponse) -> list[bytes]:
    return [piece async for piece in response.body]


def test_an_async_generator():
    """Pieces of text and bytes leave as bytes, in order."""

    async def source() -> AsyncIterator[str | bytes]:
        yield "ä"
        yield b"b"

    assert asyncio.run(pieces_of(StreamingResponse(source()))) == ["ä".encode(), b"b"]


def test_a_generator_runs_in_a_thread():
    """A blocking source never runs on the thread of the loop."""
    threads = list[int]()

    def source() -> Iterator[str]:
        for piece in "ab":
            threads.append(threading.get_ident())
            yield piece

    assert asyncio.run(pieces_of(StreamingResponse(source()))) == [b"a", b"b"]
    assert threading.get_ident() not in threads


def test_any_iterable_will_do():
    """A list of pieces is a stream too."""
    assert asyncio.run(pieces_of(StreamingResponse([b"a", "b"]))) == [b"a", b"b"]


def test_a_generator_keeps_its_context():
    """What a generator sets in a context variable is there at its next step, and nowhere else."""

    def source() -> Iterator[str]:
        yield seen.get()
        seen.set("inside")
        yield seen.get()
        yield seen.get()

    async def main() -> list[bytes]:
        seen.set("outside")
        pieces = await pieces_of(StreamingResponse(source()))
        assert seen.get() == "outside"
        return pieces

    assert asyncio.run(main()) == [b"outside", b"inside", b"inside"]


def test_one_piece_at_a_time():
    """The source makes a piece only when the one before was taken."""
    made = list[int]()

    def source() -> Iterator[bytes]:
        for number in range(3):
            made.append(number)
            yield b"x"

    async def main() -> None:
        pieces = body_of(source())
        await anext(pieces)
        await asyncio.sleep(0.02)
        assert made == [0]
        await pieces.aclose()

    asyncio.run(main())


@pytest.mark.parametrize("kind", ["sync", "async"])
def test_closing_closes_the_source(kind: str):
    """A client that leaves ends the generator at its `yield`, so that its `finally` runs at once."""
    closed = list[str]()

    def sync_source() -> Iterator[bytes]:
        try:
            yield b"a"
            yield b"b"
        finally:
            closed.append("sync")

    async def async_source() -> AsyncIterator[bytes]:
        try:
            yield b"a"
            yield b"b"
        finally:
            closed.append("async")

    async def main() -> None:
        pieces = body_of(sync_source() if kind == "sync" else async_source())
        assert await anext(pieces) == b"a"
        await pieces.aclose()
        assert closed == [kind]

    asyncio.run(main())


def test_closing_waits_for_the_thread():
    """A source that is busy in its thread when the client leaves is closed after it came back."""
    go_on, closed = threading.Event(), threading.Event()

    def source() -> Iterator[bytes]:
        try:
            go_on.wait(5)
            yield b"a"
        finally:
            closed.set()

    async def main() -> None:
        pieces = body_of(source())
        pull = asyncio.ensure_future(anext(pieces))
        await asyncio.sleep(0.02)
        pull.cancel()
        closing = asyncio.ensure_future(pieces.aclose())
        await asyncio.sleep(0.02)
        assert not closing.done()
        go_on.set()
        await closing
        assert closed.is_set()

    asyncio.run(main())


def test_closing_before_the_first_piece():
    """A stream that was never begun is closed like any other."""
    asyncio.run(body_of(iter([b"a"])).aclose())


def test_an_error_of_the_source_comes_through():
    """What the source raises, the one who pulls gets."""

    def source() -> Iterator[bytes]:
        yield b"a"
        raise ValueError("broken")

    with pytest.raises(ValueError, match="broken"):
        asyncio.run(pieces_of(StreamingResponse(source())))
