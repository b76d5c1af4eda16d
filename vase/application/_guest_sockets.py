"""A WebSocket that another server holds: its messages go in and out of a pipe, behind which the socket's handler is.

The handshake passes the stack of the application like any other: its routes, its guards and its checks of the origin.
"""

import asyncio
from contextlib import suppress
from typing import Any, Final

from vase._core import Socket
from vase.application._guest_home import Home, Receive, Scope, Send, client, target

__all__ = ["talk"]

_ABNORMAL: Final = 1006
"""The connection broke (RFC 6455 section 7.1.5)."""
_NO_STATUS: Final = 1005
"""The client has closed without a code."""
_OF_THE_SERVER: Final = {
    "connection",
    "upgrade",
    "sec-websocket-accept",
    "sec-websocket-extensions",
    "sec-websocket-key",
    "sec-websocket-version",
}
"""Fields of a handshake that the other server has answered itself."""


async def talk(home: Home, scope: Scope, receive: Receive, send: Send) -> None:
    """Carry a socket's messages between its client and its handler.

    Args:
        home: Where the application lives.
        scope: The handshake.
        receive: What the client sends.
        send: What the client is sent.
    """
    if (await receive())["type"] != "websocket.connect":
        return
    status, headers, body, raw = await home.run(_connect(home, scope))
    if raw is None:
        await _deny(scope, send, status, headers, body)
        return
    fields = [field for field in headers if field[0] not in _OF_THE_SERVER]
    protocol = next((value for name, value in fields if name == "sec-websocket-protocol"), None)
    more = [(name.encode(), value.encode()) for name, value in fields if name != "sec-websocket-protocol"]
    await send({"type": "websocket.accept", "subprotocol": protocol, "headers": more})
    speaking = asyncio.create_task(_speak(home, raw, send))
    listening = asyncio.create_task(_listen(home, raw, receive))
    try:
        await asyncio.wait({speaking, listening}, return_when=asyncio.FIRST_COMPLETED)
    finally:
        has_left = listening.done()
        # First: granian sends no close while somebody waits for a message.
        listening.cancel()
        with suppress(asyncio.CancelledError):
            await listening
        await home.run(_leave(raw, _ABNORMAL, ""))
    with suppress(OSError):  # the client has left, says ASGI
        code, reason = await speaking
        if not has_left and code != _ABNORMAL:
            await send({"type": "websocket.close", "code": code, "reason": reason})


async def _connect(home: Home, scope: Scope) -> tuple[int, list[tuple[str, str]], bytes, Socket | None]:
    assert home.engine is not None  # noqa: S101  # the home is open
    headers = [(bytes(name).decode("latin-1").lower(), bytes(value)) for name, value in scope["headers"]]
    return await home.engine.connect(
        target(scope).decode("latin-1"),
        [(name, value.decode(errors="replace")) for name, value in headers if name not in _OF_THE_SERVER],
        client(scope),
        is_secure=scope.get("scheme") == "wss",
        compresses=False,
    )


async def _deny(scope: Scope, send: Send, status: int, headers: list[tuple[str, str]], body: bytes) -> None:
    if "websocket.http.response" not in (scope.get("extensions") or {}):
        await send({"type": "websocket.close", "code": 1008})  # every server makes a 403 of it
        return
    fields = [(name.encode(), value.encode()) for name, value in headers]
    if not any(name == "content-length" for name, _ in headers):
        fields.append((b"content-length", b"%d" % len(body)))
    await send({"type": "websocket.http.response.start", "status": status, "headers": fields})
    await send({"type": "websocket.http.response.body", "body": body})


async def _speak(home: Home, raw: Socket, send: Send) -> tuple[int, str]:
    """Hand on what the handler says, to its last word; return how it ends."""
    while not isinstance(heard := await home.run(_hear(raw)), tuple):
        await send({"type": "websocket.send", "text" if isinstance(heard, str) else "bytes": heard})
    return heard


async def _hear(raw: Socket) -> str | bytes | tuple[int, str]:
    """Return what the handler says next; at the end, code and reason."""
    message = await raw.receive()
    return message if message is not None else (raw.close_code or _ABNORMAL, raw.close_reason or "")


async def _listen(home: Home, raw: Socket, receive: Receive) -> None:
    """Hand on what the client says, until it has left."""
    while True:
        message = await receive()
        if message["type"] == "websocket.disconnect":
            await home.run(_leave(raw, message.get("code") or _ABNORMAL, message.get("reason") or ""))
            return
        text: Any = message.get("text")
        if not await home.run(_tell(raw, message["bytes"] if text is None else text)):
            return


async def _tell(raw: Socket, message: str | bytes) -> bool:
    has_room = raw.send(message)
    if has_room is False:
        await raw.drained()
    return has_room is not None


async def _leave(raw: Socket, code: int, reason: str) -> None:
    if raw.close_code is None:
        if code == _ABNORMAL:
            raw.abort()
        else:
            raw.close(None if code == _NO_STATUS else code, reason)
