"""Where an application lives that is the guest of another server, and what it understands of ASGI."""

import asyncio
import threading
from collections.abc import Awaitable, Callable, Coroutine, MutableMapping
from typing import TYPE_CHECKING, Any
from urllib.parse import quote

from vase._core import Engine
from vase.loop import EventLoop

if TYPE_CHECKING:
    from vase.application._vase import Vase

__all__ = ["Home", "Receive", "Scope", "Send", "awaited", "client", "target"]

type Scope = MutableMapping[str, Any]
type Receive = Callable[[], Awaitable[MutableMapping[str, Any]]]
type Send = Callable[[MutableMapping[str, Any]], Awaitable[None]]

_UNSAFE_IN_PATH = "/:@!$&'()*+,;=~-._"


class Home:
    """Where a guest lives: its engine, its loop and, on a foreign loop, its thread."""

    def __init__(self, app: "Vase", loop: EventLoop | None) -> None:
        self._app, self._own = app, loop
        self._opened: asyncio.Task[None] | None = None
        self._thread: threading.Thread | None = None
        self.loop: EventLoop | None = loop
        self.engine: Engine | None = None

    async def open(self) -> None:
        """Start the application, once; everybody who comes meanwhile waits for it."""
        if self._opened is None:
            self._opened = asyncio.create_task(self._open())
        await asyncio.shield(self._opened)

    async def _open(self) -> None:
        if self._own is None:
            started = threading.Event()
            self._thread = threading.Thread(target=self._run, args=(started,), name="vase-guest", daemon=True)
            self._thread.start()
            await asyncio.to_thread(started.wait)
        await self.run(self._start())

    def _run(self, started: threading.Event) -> None:
        with asyncio.Runner(loop_factory=EventLoop) as runner:
            loop = runner.get_loop()
            assert isinstance(loop, EventLoop)  # noqa: S101  # the factory above made it
            self.loop = loop
            loop.call_soon(started.set)
            loop.run_forever()

    async def _start(self) -> None:
        assert self.loop is not None  # noqa: S101  # `open` has seen to it
        await self._app.startup()
        self.engine = self._app.engine(self.loop)

    async def run[T](self, work: Coroutine[Any, Any, T]) -> T:
        """Run a coroutine where the application lives."""
        if self._own is not None or self.loop is None:
            return await work
        return await asyncio.wrap_future(asyncio.run_coroutine_threadsafe(work, self.loop))

    async def close(self) -> None:
        """Stop the application and its thread."""
        await self.run(self._app.shutdown())
        if self._thread is not None and self.loop is not None:
            self.loop.call_soon_threadsafe(self.loop.stop)
            await asyncio.to_thread(self._thread.join, 10)


async def awaited[T](make: Callable[[], Awaitable[T]]) -> T:
    """Make an awaitable where it is awaited: what the core gives belongs to its loop."""
    return await make()


def client(scope: Scope) -> tuple[str, int] | None:
    """Return the address and the port of the client."""
    found = scope.get("client")
    return (found[0], int(found[1])) if found else None  # granian gives the port as text


def target(scope: Scope) -> bytes:
    """Return path and query as the client sent them, without the prefix under which another application mounts this."""
    raw = scope.get("raw_path") or quote(scope["path"], safe=_UNSAFE_IN_PATH).encode()
    prefix = quote(scope.get("root_path", ""), safe=_UNSAFE_IN_PATH).encode()
    path = raw.removeprefix(prefix) if prefix and raw.startswith(prefix + b"/") else raw
    query = scope.get("query_string", b"")
    target: bytes = path + (b"?" + query if query else b"")
    return target or b"/"
