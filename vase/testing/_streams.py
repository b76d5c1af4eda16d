"""Answers that are read while they are made, and the events in them."""

import asyncio
from collections.abc import AsyncIterator, Callable, Coroutine, Iterator, Sequence
from typing import Any

from vase.http import Headers, ServerSentEvent

__all__ = ["AsyncStreamedResponse", "StreamedResponse"]

_SECONDS = 5.0
"""How long a test waits for the next piece."""


class AsyncStreamedResponse:
    """An answer whose body arrives piece by piece.

    Args:
        status_code: The status.
        headers: The header fields, in order.
        pieces: The body.
    """

    def __init__(self, status_code: int, headers: Sequence[tuple[str, str]], pieces: AsyncIterator[bytes]) -> None:
        self.status_code = status_code
        self.headers = Headers.received(headers)
        self._pieces: AsyncIterator[bytes] | None = pieces
        self._text = b""

    async def next_piece(self) -> bytes | None:
        """Return the next piece as it was sent, or None after the last."""
        if self._pieces is None:
            return None
        try:
            async with asyncio.timeout(_SECONDS):
                return await anext(self._pieces)
        except StopAsyncIteration:
            self._pieces = None
            return None

    async def next_event(self) -> ServerSentEvent[str] | None:
        """Return the next server-sent event, its data as text; None after the last. Comments are skipped."""
        while True:
            while b"\n\n" in self._text:
                block, _, self._text = self._text.partition(b"\n\n")
                event = _event_of(block.decode())
                if event is not None:
                    return event
            piece = await self.next_piece()
            if piece is None:
                return None
            self._text += piece

    async def pieces(self) -> AsyncIterator[bytes]:
        """Go through the pieces of the body."""
        while (piece := await self.next_piece()) is not None:
            yield piece

    async def events(self) -> AsyncIterator[ServerSentEvent[str]]:
        """Go through the server-sent events."""
        while (event := await self.next_event()) is not None:
            yield event

    async def aclose(self) -> None:
        """Leave: the server sees a client that has gone."""
        self._pieces = None
        await asyncio.sleep(0)


class StreamedResponse:
    """The same for the synchronous client.

    Args:
        response: The answer on the client's loop.
        run: Runs the loop.
    """

    def __init__(self, response: AsyncStreamedResponse, run: Callable[[Coroutine[Any, Any, Any]], Any]) -> None:
        self._response, self._run = response, run
        self.status_code, self.headers = response.status_code, response.headers

    def next_event(self) -> ServerSentEvent[str] | None:
        """Return the next server-sent event, its data as text; None after the last."""
        event: ServerSentEvent[str] | None = self._run(self._response.next_event())
        return event

    def pieces(self) -> Iterator[bytes]:
        """Go through the pieces of the body."""
        while (piece := self._run(self._response.next_piece())) is not None:
            yield piece

    def events(self) -> Iterator[ServerSentEvent[str]]:
        """Go through the server-sent events."""
        while (event := self.next_event()) is not None:
            yield event


def _event_of(block: str) -> ServerSentEvent[str] | None:
    """Read one event as a browser does; None for a block of comments."""
    found: dict[str, str] = {}
    data: list[str] = []
    for line in block.split("\n"):
        name, _, value = line.partition(":")
        value = value.removeprefix(" ")
        if name == "data":
            data.append(value)
        elif name:
            found[name] = value
    if not data and not found:
        return None
    retry = found.get("retry")
    return ServerSentEvent(
        "\n".join(data) if data else None,
        event=found.get("event"),
        id=found.get("id"),
        retry=None if retry is None else int(retry),
    )
