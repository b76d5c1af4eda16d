"""An application as a guest of another server: `Vase` is an ASGI application, too.

The core needs an event loop of its own. On Vase's own loop the guest runs there; on any other it has a thread with its
loop, where its lifespans, handlers and databases live as they do under `vase serve`, and each request is handed over.
"""

import asyncio
import threading
from collections.abc import Awaitable, Callable, Coroutine, MutableMapping
from contextlib import suppress
from typing import TYPE_CHECKING, Any
from urllib.parse import quote

from vase._core import Engine
from vase.loop import EventLoop

if TYPE_CHECKING:
    from vase._core import Passage
    from vase.application._vase import Vase

__all__ = ["Guest", "Receive", "Scope", "Send"]

type Scope = MutableMapping[str, Any]
type Receive = Callable[[], Awaitable[MutableMapping[str, Any]]]
type Send = Callable[[MutableMapping[str, Any]], Awaitable[None]]

_UNSAFE_IN_PATH = "/:@!$&'()*+,;=~-._"


class Guest:
    """The ASGI face of one application.

    Args:
        app: The application.
    """

    def __init__(self, app: "Vase") -> None:
        self._app = app
        self._home: _Home | None = None
        self._starting = threading.Lock()

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer what another server asks."""
        if scope["type"] == "lifespan":
            await self._live(receive, send)
        elif scope["type"] == "http":
            await self._answer(await self._get_home(), scope, receive, send)
        else:
            raise RuntimeError(f"a Vase application does not answer ASGI scopes of type `{scope['type']}`")

    async def _live(self, receive: Receive, send: Send) -> None:
        await receive()
        try:
            await self._get_home()
        except Exception as error:
            await send({"type": "lifespan.startup.failed", "message": str(error)})
            raise
        await send({"type": "lifespan.startup.complete"})
        await receive()
        home, self._home = self._home, None
        if home is not None:
            await home.close()
        await send({"type": "lifespan.shutdown.complete"})

    async def _get_home(self) -> "_Home":
        """Return where the application lives; a server without lifespans moves it in with its first request."""
        if self._home is None:
            loop = asyncio.get_running_loop()
            home = _Home(self._app, loop if isinstance(loop, EventLoop) else None)
            with self._starting:
                if self._home is not None:
                    return self._home
                self._home = home
        home = self._home
        try:
            await home.open()
        except BaseException:
            self._home = None
            raise
        return home

    async def _answer(self, home: "_Home", scope: Scope, receive: Receive, send: Send) -> None:
        message = await receive()
        if message["type"] == "http.disconnect":
            return
        has_more = bool(message.get("more_body"))
        body = bytes(message.get("body", b""))
        passage, answer = await home.run(_begin(home, scope, None if has_more else body))
        feeding = asyncio.create_task(_feed(home, passage, body if has_more else None, receive))
        try:
            status, headers, whole = await home.run(_awaited(answer))
            if whole is not None and not any(name == b"content-length" for name, _ in headers) and status >= 200:
                headers = headers if status in {204, 304} else [*headers, (b"content-length", b"%d" % len(whole))]
            await send({"type": "http.response.start", "status": status, "headers": headers})
            while whole is None:
                piece = await home.run(_awaited(passage.next))
                if piece is None:
                    break
                await send({"type": "http.response.body", "body": piece, "more_body": True})
            await send({"type": "http.response.body", "body": whole or b""})
        except ConnectionResetError:
            pass  # the client has left; nobody is there to be told
        finally:
            feeding.cancel()
            with suppress(asyncio.CancelledError):
                await feeding
            await home.run(_closed(passage))


class _Home:
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


async def _begin(home: _Home, scope: Scope, body: bytes | None) -> "tuple[Passage, Callable[[], Awaitable[Any]]]":
    assert home.engine is not None  # noqa: S101  # the home is open
    client = scope.get("client")
    passage = home.engine.open(
        scope["method"].encode(),
        _target(scope),
        [(bytes(name), bytes(value)) for name, value in scope["headers"]],
        body,
        (client[0], int(client[1])) if client else None,  # granian gives the port as text
        is_secure=scope.get("scheme") == "https",
    )
    return passage, passage.answer


async def _awaited[T](make: Callable[[], Awaitable[T]]) -> T:
    """Make an awaitable where it is awaited: what the core gives belongs to its loop."""
    return await make()


async def _closed(passage: "Passage") -> None:
    passage.close()


async def _pushed(passage: "Passage", piece: bytes, *, has_more: bool) -> None:
    if piece:
        await passage.push(piece)
    if not has_more:
        passage.end()


async def _feed(home: _Home, passage: "Passage", first: bytes | None, receive: Receive) -> None:
    """Hand the body on as it comes, then wait for the client to leave."""
    has_more = first is not None
    if first:
        await home.run(_pushed(passage, first, has_more=True))
    while True:
        message = await receive()
        if message["type"] == "http.disconnect":
            await home.run(_closed(passage))
            return
        if has_more:
            has_more = bool(message.get("more_body"))
            await home.run(_pushed(passage, bytes(message.get("body", b"")), has_more=has_more))


def _target(scope: Scope) -> bytes:
    """Return path and query as the client sent them, without the prefix under which another application mounts this."""
    raw = scope.get("raw_path") or quote(scope["path"], safe=_UNSAFE_IN_PATH).encode()
    prefix = quote(scope.get("root_path", ""), safe=_UNSAFE_IN_PATH).encode()
    path = raw.removeprefix(prefix) if prefix and raw.startswith(prefix + b"/") else raw
    query = scope.get("query_string", b"")
    target: bytes = path + (b"?" + query if query else b"")
    return target or b"/"
