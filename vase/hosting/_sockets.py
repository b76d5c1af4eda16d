"""WebSockets of ASGI: a handshake and the messages after it, as `receive` and `send` tell of them."""

import asyncio
import logging
from collections.abc import Callable
from typing import Any

from vase._core import Socket
from vase.hosting._scope import websocket_scope
from vase.hosting._text import native
from vase.http import Request, Response

__all__ = ["Sockets"]

logger = logging.getLogger("vase.hosting")

_ABNORMAL = 1006
"""The connection broke (RFC 6455 section 7.1.5)."""


class Sockets:
    """The sockets of one ASGI application.

    Args:
        app: The application.
        template: The scope without what a handshake says.
    """

    def __init__(self, app: Callable[..., Any], template: dict[str, Any]) -> None:
        self._app, self._template = app, template
        self._running: set[asyncio.Task[None]] = set()  # the loop itself holds tasks weakly

    async def converse(self, raw: Socket, request: Request) -> Response:
        """Call the application for a socket; return its answer to the handshake.

        Args:
            raw: The core's end of the socket.
            request: The handshake.
        """
        conversation = _Conversation(raw)
        scope = websocket_scope(self._template, request, raw.subprotocols)
        task = asyncio.create_task(conversation.run(self._app, scope))
        self._running.add(task)
        task.add_done_callback(self._running.discard)
        try:
            return await conversation.answer
        except asyncio.CancelledError:
            conversation.leave()
            raise


class _Conversation:
    def __init__(self, raw: Socket) -> None:
        self._raw = raw
        self.answer: asyncio.Future[Response] = asyncio.get_running_loop().create_future()
        self._settled = asyncio.Event()
        """The handshake is answered, or nobody waits for that any more."""
        self._is_greeted = self._is_open = False
        self._denial: tuple[int, list[tuple[str, str]], list[bytes]] | None = None

    async def run(self, app: Callable[..., Any], scope: dict[str, Any]) -> None:
        failure: Exception | None = None
        try:
            await app(scope, self._receive, self._send)
        except Exception as error:  # noqa: BLE001  # told to who waits for the answer, or to the log
            failure = error
        if not self.answer.done():
            self._raw.refuse()
            self._settled.set()
            self.answer.set_exception(
                failure or RuntimeError("the ASGI application returned without answering the handshake")
            )
        elif self._is_open and self._raw.close_code is None:
            if failure is not None:
                logger.error("the ASGI application failed at `%s`", scope["path"], exc_info=failure)
            self._raw.close(1000 if failure is None else 1011)

    def leave(self) -> None:
        """Tell the application that the client has left before its handshake was answered."""
        self._settled.set()

    async def _receive(self) -> dict[str, Any]:
        if not self._is_greeted:
            self._is_greeted = True
            return {"type": "websocket.connect"}
        if not self._is_open:
            await self._settled.wait()
        message = await self._raw.receive() if self._is_open else None
        if message is None:
            code = self._raw.close_code or _ABNORMAL
            return {"type": "websocket.disconnect", "code": code, "reason": self._raw.close_reason or ""}
        return {"type": "websocket.receive", "text" if isinstance(message, str) else "bytes": message}

    async def _send(self, message: dict[str, Any]) -> None:
        kind = message["type"]
        if self._is_open and kind == "websocket.send":
            text = message.get("text")
            has_room = self._raw.send(text if text is not None else message["bytes"])
            if has_room is None:
                raise ConnectionResetError("the socket is closed")
            if not has_room:
                await self._raw.drained()
        elif self._is_open and kind == "websocket.close":
            self._raw.close(message.get("code", 1000), message.get("reason") or "")
        elif self._settled.is_set():
            raise ConnectionResetError("the client has left")
        else:
            self._answer_handshake(kind, message)

    def _answer_handshake(self, kind: str, message: dict[str, Any]) -> None:
        headers = [(bytes(name).decode().lower(), native(value)) for name, value in message.get("headers") or ()]
        if kind == "websocket.http.response.body" and self._denial is not None:
            status, fields, pieces = self._denial
            pieces.append(bytes(message.get("body", b"")))
            if not message.get("more_body"):
                self._refuse(_response(status, fields, b"".join(pieces)))
        elif self._denial is not None:
            raise RuntimeError(f"ASGI message `{kind}` out of its order")
        elif kind == "websocket.accept":
            fields = self._raw.accept(message.get("subprotocol"))
            self._is_open = True
            self._decide(_response(101, [*fields, *headers]))
        elif kind == "websocket.http.response.start":
            self._denial = (message["status"], headers, [])
        elif kind == "websocket.close":
            self._refuse(_response(403, []))
        else:
            raise RuntimeError(f"ASGI message `{kind}` out of its order")

    def _refuse(self, response: Response) -> None:
        self._raw.refuse()
        self._decide(response)

    def _decide(self, response: Response) -> None:
        self._settled.set()
        if not self.answer.done():
            self.answer.set_result(response)


def _response(status: int, headers: list[tuple[str, str]], body: bytes = b"") -> Response:
    response = Response(body, status)
    response.raw_headers = headers
    return response
