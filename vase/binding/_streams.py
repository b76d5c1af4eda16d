"""Answers of handlers whose dependencies are open while the value is encoded, and perhaps while it is sent."""

import asyncio
from collections.abc import AsyncIterator
from typing import Any

from vase.binding._answers import Answer
from vase.di import Teardown
from vase.http import Response

__all__ = ["Encoded", "HeldBody", "finish", "hold", "is_streamed"]


class Encoded:
    """JSON that was written while the dependencies of its handler were open."""

    __slots__ = ("body",)

    def __init__(self, body: bytes) -> None:
        self.body = body


def finish(value: Any, answer: Answer) -> Any:
    """Return a value that needs its dependencies no more: encoded, unless the core takes it as it is."""
    if answer.is_plain(value):
        return value
    encoded = answer.encode(value)
    return encoded if isinstance(encoded, Response) else Encoded(encoded)


def is_streamed(value: object) -> bool:
    """Return whether an answer is made while it is sent."""
    return isinstance(value, Response) and hasattr(value.body, "__aiter__")


def hold(response: Response, teardown: Teardown) -> Response:
    """Keep dependencies open until the last piece of an answer is sent, or the client has left."""
    response.body = HeldBody(response.body, teardown)
    return response


class HeldBody:
    """A body that closes dependencies at its end.

    Args:
        body: The body, asynchronously iterable.
        teardown: What to close: with success after the last piece, else with the error.
    """

    __slots__ = ("_iterator", "_teardown")

    def __init__(self, body: Any, teardown: Teardown) -> None:
        self._iterator: AsyncIterator[bytes] = aiter(body)
        self._teardown = teardown

    def __aiter__(self) -> "HeldBody":
        return self

    async def __anext__(self) -> bytes:
        try:
            return await anext(self._iterator)
        except StopAsyncIteration:
            await self._teardown.close()
            raise
        except BaseException as error:
            await self._teardown.fail(error)
            raise

    def drain(self) -> None:
        """Let the body end early, where it knows how: the server stops."""
        drain = getattr(self._iterator, "drain", None)
        if drain is not None:
            drain()

    async def aclose(self) -> None:
        """Close the body, then the dependencies: they see a cancellation when pieces were left."""
        close = getattr(self._iterator, "aclose", None)
        try:
            if close is not None:
                await close()
        finally:
            if self._teardown:
                await self._teardown.fail(asyncio.CancelledError("the client left before the end of the answer"))
