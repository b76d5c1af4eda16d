"""The lifespan protocol of ASGI: an application starts before the first request and stops after the last."""

import asyncio
import logging
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from typing import Any

from vase.checks import error
from vase.exceptions import ConfigurationError

__all__ = ["lifespan_of"]

logger = logging.getLogger("vase.hosting")


@asynccontextmanager
async def lifespan_of(app: Callable[..., Any], state: dict[str, Any], name: str) -> AsyncIterator[None]:
    """Run an application's startup, and its shutdown when the block ends.

    An application that raises before it has answered does not know the protocol, says ASGI, and is served without it.

    Args:
        app: The application.
        state: What the application leaves there is in the scope of each request.
        name: What errors call the application.

    Raises:
        ConfigurationError: The application says that it cannot start.
    """
    lifespan = _Lifespan(app, state)
    await lifespan.startup(name)
    try:
        yield
    finally:
        await lifespan.shutdown(name)


class _Lifespan:
    def __init__(self, app: Callable[..., Any], state: dict[str, Any]) -> None:
        self._app, self._state = app, state
        self._messages = asyncio.Queue[dict[str, Any]]()
        self._answers = asyncio.Queue[dict[str, Any] | None]()
        self._failure: BaseException | None = None
        self._task: asyncio.Task[None] | None = None

    async def startup(self, name: str) -> None:
        self._task = asyncio.create_task(self._run(), name=f"lifespan of {name}")
        answer = await self._ask("lifespan.startup")
        if answer is None:
            logger.debug("%s has no lifespan: %s", name, self._failure)
            await self._task
            self._task = None
        elif answer["type"] == "lifespan.startup.failed":
            # What the application writes is often a whole traceback.
            reason = str(answer.get("message") or self._failure or "it gives no reason").rstrip()
            message = f"{name} failed to start: {reason}"
            raise ConfigurationError([error("hosting.E003", message)])

    async def shutdown(self, name: str) -> None:
        if self._task is None or self._task.done():
            return
        answer = await self._ask("lifespan.shutdown")
        if answer is None or answer["type"] == "lifespan.shutdown.failed":
            reason = (answer or {}).get("message") or self._failure or "it gives no reason"
            logger.error("%s failed to stop: %s", name, reason, exc_info=self._failure)
        await self._task

    async def _ask(self, kind: str) -> dict[str, Any] | None:
        """Tell the application something; return its answer, or None if it ended without one."""
        self._messages.put_nowait({"type": kind})
        return await self._answers.get()

    async def _run(self) -> None:
        scope = {
            "type": "lifespan",
            "asgi": {"version": "3.0", "spec_version": "2.0"},
            "state": self._state,
        }
        try:
            await self._app(scope, self._messages.get, self._answer)
        except Exception as failure:  # noqa: BLE001  # told by whoever waits for the answer
            self._failure = failure
        finally:
            self._answers.put_nowait(None)

    async def _answer(self, message: dict[str, Any]) -> None:
        self._answers.put_nowait(message)
