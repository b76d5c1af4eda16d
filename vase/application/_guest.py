"""An application as a guest of another server: `Vase` is an ASGI application, too.

The core needs an event loop of its own. On Vase's own loop the guest runs there; on any other it has a thread with its
loop, where its lifespans, handlers and databases live as they do under `vase serve`, and each request is handed over.
"""

import asyncio
import threading
from collections.abc import Awaitable, Callable
from contextlib import suppress
from typing import TYPE_CHECKING, Any

from vase.application._guest_home import Home, Receive, Scope, Send, awaited, client, target
from vase.application._guest_sockets import talk
from vase.loop import EventLoop

if TYPE_CHECKING:
    from vase._core import Passage
    from vase.application._vase import Vase

__all__ = ["Guest", "Receive", "Scope", "Send"]


class Guest:
    """The ASGI face of one application.

    Args:
        app: The application.
    """

    def __init__(self, app: "Vase") -> None:
        self._app = app
        self._home: Home | None = None
        self._starting = threading.Lock()

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer what another server asks."""
        if scope["type"] == "lifespan":
            await self._live(receive, send)
        elif scope["type"] == "http":
            await self._answer(await self._get_home(), scope, receive, send)
        elif scope["type"] == "websocket":
            await talk(await self._get_home(), scope, receive, send)
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

    async def _get_home(self) -> "Home":
        """Return where the application lives; a server without lifespans moves it in with its first request."""
        if self._home is None:
            loop = asyncio.get_running_loop()
            home = Home(self._app, loop if isinstance(loop, EventLoop) else None)
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

    async def _answer(self, home: "Home", scope: Scope, receive: Receive, send: Send) -> None:
        message = await receive()
        if message["type"] == "http.disconnect":
            return
        has_more = bool(message.get("more_body"))
        body = bytes(message.get("body", b""))
        passage, answer = await home.run(_begin(home, scope, None if has_more else body))
        feeding = asyncio.create_task(_feed(home, passage, body if has_more else None, receive))
        try:
            status, headers, whole = await home.run(awaited(answer))
            if whole is not None and not any(name == b"content-length" for name, _ in headers) and status >= 200:
                headers = headers if status in {204, 304} else [*headers, (b"content-length", b"%d" % len(whole))]
            await send({"type": "http.response.start", "status": status, "headers": headers})
            while whole is None:
                piece = await home.run(awaited(passage.next))
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


async def _begin(home: Home, scope: Scope, body: bytes | None) -> "tuple[Passage, Callable[[], Awaitable[Any]]]":
    assert home.engine is not None  # noqa: S101  # the home is open
    passage = home.engine.open(
        scope["method"].encode(),
        target(scope),
        [(bytes(name), bytes(value)) for name, value in scope["headers"]],
        body,
        client(scope),
        is_secure=scope.get("scheme") == "https",
    )
    return passage, passage.answer


async def _closed(passage: "Passage") -> None:
    passage.close()


async def _pushed(passage: "Passage", piece: bytes, *, has_more: bool) -> None:
    if piece:
        await passage.push(piece)
    if not has_more:
        passage.end()


async def _feed(home: Home, passage: "Passage", first: bytes | None, receive: Receive) -> None:
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
