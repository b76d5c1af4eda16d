"""WebSockets: handlers that talk both ways, with the parameters of any other handler and typed messages.

    from vase import Vase, WebSocket

    app = Vase()

    @app.websocket("/echo")
    async def echo(socket: WebSocket) -> None:
        async for message in socket:
            await socket.send(message)

`WebSocket[Incoming, Outgoing]` reads and checks messages by Pydantic. The handshake is a request: it passes the
middleware, its parameters come from path, query, headers, cookies and dependencies, and whatever is answered before
`accept()` is an ordinary answer (a 401, a 403, a 422).

Errors: `websockets.E001` to `websockets.E004` and `websockets.E008` at start; `MessageError` (`websockets.E005`) while
sending; `WebSocketDisconnect`, `WebSocketException` and `MessageValidationError` within a handler.
Settings read by the application for this room: those that begin with `WEBSOCKET_`.
"""

from vase.websockets._errors import (
    MessageError,
    MessageValidationError,
    WebSocketDisconnect,
    WebSocketError,
    WebSocketException,
)
from vase.websockets._plan import SocketPlan, plan_socket
from vase.websockets._socket import WebSocket, WebSocketState

__all__ = [
    "MessageError",
    "MessageValidationError",
    "SocketPlan",
    "WebSocket",
    "WebSocketDisconnect",
    "WebSocketError",
    "WebSocketException",
    "WebSocketState",
    "plan_socket",
]
