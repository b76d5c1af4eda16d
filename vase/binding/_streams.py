"""Answers of handlers whose dependencies are open while the value is encoded, and perhaps while it is sent."""

import asyncio
import logging
from collections.abc import AsyncIterator
from typing import Any

from vase.binding._answers import Answer
from vase.di import Teardown
from vase.http import LateBody, Response

__all__ = ["Encoded", "HeldBody", "finish", "hold", "is_streamed", "postpone"]

logger = logging.getLogger("vase.request")


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


def postpone(response: Response, teardown: Teardown) -> Response:
    """Keep dependencies open until an answer has left; what fails then is logged, for nobody can be told any more."""
    held = HeldBody(response.body, _Ending()) if is_streamed(response) else None

    async def close() -> None:
        try:
            error = None if held is None else await held.outcome()
            if error is None:
                await teardown.close()
            else:
                await teardown.fail(error)
        except Exception:
            logger.exception("a dependency failed after its answer had left")

    response.body = LateBody(held or response.body, close)
    return response


class _Ending:
    """Stands for dependencies that are closed elsewhere: it notes how a body ended."""

    __slots__ = ("_ended", "error")

    def __init__(self) -> None:
        self.error: BaseException | None = None
        self._ended = asyncio.Event()

    def __bool__(self) -> bool:
        return not self._ended.is_set()

    async def close(self) -> None:
        self._ended.set()

    async def fail(self, error: BaseException) -> None:
        self.error = error
        self._ended.set()

    async def wait(self) -> BaseException | None:
        await self._ended.wait()
        return self.error


class HeldBody:
    """A body that closes dependencies at its end.

    Args:
        body: The body, asynchronously iterable.
        teardown: What to close: with success after the last piece, else with the error.
    """

    __slots__ = ("_has_begun", "_iterator", "_teardown")

    def __init__(self, body: Any, teardown: Teardown | _Ending) -> None:
        self._iterator: AsyncIterator[bytes] = aiter(body)
        self._teardown = teardown
        self._has_begun = False

    def __aiter__(self) -> "HeldBody":
        return self

    async def __anext__(self) -> bytes:
        self._has_begun = True
        try:
            return await anext(self._iterator)
        except StopAsyncIteration:
            await self._teardown.close()
            raise
        except BaseException as error:
            await self._teardown.fail(error)
            raise

    async def outcome(self) -> BaseException | None:
        """Wait for the end of the body, and return the error that ended it early."""
        if not self._has_begun:  # nobody asked for it: the client had left
            await self.aclose()
        return await self._teardown.wait() if isinstance(self._teardown, _Ending) else None

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
