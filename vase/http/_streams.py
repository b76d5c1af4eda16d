"""Bodies that are made piece by piece: every source becomes one asynchronous iterator of bytes.

The engine asks for the next piece when the client has taken the last one, so a slow reader slows the source down.
"""

import asyncio
from collections.abc import AsyncIterable, AsyncIterator, Iterable, Iterator
from contextvars import copy_context

__all__ = ["ChunkSource", "ThreadedIterator", "stream_of"]

type ChunkSource = AsyncIterable[bytes | str] | Iterable[bytes | str]
"""What may be streamed; text is written as UTF-8."""


def stream_of(source: ChunkSource) -> AsyncIterator[bytes]:
    """Return an asynchronous iterator over any source; a blocking one is pulled in a thread."""
    if isinstance(source, AsyncIterable):
        return _encoded(source)
    return ThreadedIterator(source)


async def _encoded(source: AsyncIterable[bytes | str]) -> AsyncIterator[bytes]:
    iterator = aiter(source)
    try:
        async for chunk in iterator:
            yield chunk.encode() if isinstance(chunk, str) else chunk
    finally:
        # Without this the `finally` of the user's generator waits for the garbage collector when a client goes away.
        close = getattr(iterator, "aclose", None)
        if close is not None:
            await close()


class ThreadedIterator(AsyncIterator[bytes]):
    """Pulls a blocking iterator in a thread, one piece at a time.

    One piece a hop, although several would be cheaper: a source that waits between its pieces (progress, the tail of a
    log) must have each of them delivered at once.
    """

    __slots__ = ("_context", "_iterator", "_pull", "_source")

    def __init__(self, source: Iterable[bytes | str]) -> None:
        self._source = source
        self._iterator: Iterator[bytes | str] | None = None
        self._pull: asyncio.Future[bytes | str | None] | None = None
        # One context for all pulls: a generator sees its own context variables again after each `yield`.
        self._context = copy_context()

    def __aiter__(self) -> "ThreadedIterator":
        return self

    async def __anext__(self) -> bytes:
        loop = asyncio.get_running_loop()
        self._pull = loop.run_in_executor(None, self._context.run, self._next)
        # Shielded: a thread cannot be cancelled, and `aclose` has to know when it came back.
        chunk = await asyncio.shield(self._pull)
        if chunk is None:
            raise StopAsyncIteration
        return chunk.encode() if isinstance(chunk, str) else chunk

    async def aclose(self) -> None:
        """Wait for the piece that is being made, then close the source."""
        if self._pull is not None and not self._pull.done():
            await asyncio.wait([self._pull])
        close = getattr(self._source if self._iterator is None else self._iterator, "close", None)
        if close is not None:
            await asyncio.get_running_loop().run_in_executor(None, self._context.run, close)

    def _next(self) -> bytes | str | None:
        if self._iterator is None:
            self._iterator = iter(self._source)
        return next(self._iterator, None)
