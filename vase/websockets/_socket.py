"""The socket as a handler holds it."""

import asyncio
from collections.abc import AsyncIterator, Callable
from enum import IntEnum
from typing import Any, Generic, Self

from pydantic_core import from_json, to_json
from typing_extensions import TypeVar

from vase._core import Headers, Request, Socket
from vase.http import HeaderSource, MutableHeaders, QueryParams, Response, validation_fault
from vase.websockets._errors import MessageValidationError, WebSocketDisconnect, WebSocketError
from vase.websockets._messages import PLAIN, Codec

__all__ = ["WebSocket", "WebSocketState"]


class WebSocketState(IntEnum):
    """How far a socket is."""

    CONNECTING = 0
    """The handshake waits for its answer."""
    CONNECTED = 1
    """Messages flow."""
    DISCONNECTED = 2
    """It is closed."""
    RESPONSE = 3
    """The handshake was answered with something else."""


# Not in the new syntax: defaults of type parameters are of Python 3.13.
Incoming = TypeVar("Incoming", default=Any)
Outgoing = TypeVar("Outgoing", default=Any)


class WebSocket(Generic[Incoming, Outgoing]):  # as above
    """A WebSocket, from its handshake to its end.

    The two types say what clients send and what the handler sends: a Pydantic model or a union of them travels as JSON,
    `str` is a text, `bytes` a binary message; without types a message is what came, `str` or `bytes`.
    `receive`, `send` and `async for` accept the handshake if nobody has.

    Args:
        request: The handshake.
        raw: The core's end of it.
        codec: Reads and writes messages.
    """

    __vase_socket__ = True  # what URL confs know a handler of sockets by

    __slots__ = ("_answer", "_codec", "_on_answer", "_raw", "_was_noticed", "request", "subprotocol")

    def __init__(self, request: Request, raw: Socket, codec: Codec = PLAIN) -> None:
        self.request = request
        self.subprotocol: str | None = None
        self._raw = raw
        self._codec = codec
        self._answer: Response | None = None
        self._on_answer: Callable[[Response], None] | None = None
        self._was_noticed = False

    def __repr__(self) -> str:
        return f"<WebSocket {self.request.path} {self.client_state.name}>"

    @property
    def app(self) -> Any:
        """The application."""
        return self.request.app

    @property
    def url(self) -> str:
        """The whole URL of the handshake."""
        return self.request.url

    @property
    def headers(self) -> Headers:
        """The header fields of the handshake."""
        return self.request.headers

    @property
    def query_params(self) -> QueryParams:
        """The parameters of its query."""
        return self.request.query_params

    @property
    def path_params(self) -> dict[str, Any]:
        """The parameters of its path, converted."""
        return self.request.path_params

    @property
    def cookies(self) -> dict[str, str]:
        """Its cookies."""
        return self.request.cookies

    @property
    def client(self) -> tuple[str, int] | None:
        """The client's address and port."""
        return self.request.client

    @property
    def state(self) -> dict[str, Any]:
        """What middleware has left for the handler."""
        return self.request.state

    @property
    def requested_subprotocols(self) -> list[str]:
        """The protocols that the client speaks, the one it likes best first; empty after the answer."""
        return self._raw.subprotocols

    @property
    def client_state(self) -> WebSocketState:
        """How far the socket is."""
        if self._answer is None:
            return WebSocketState.CONNECTING
        if self._answer.status_code != 101:
            return WebSocketState.RESPONSE
        return WebSocketState.CONNECTED if self._raw.close_code is None else WebSocketState.DISCONNECTED

    @property
    def application_state(self) -> WebSocketState:
        """The same: Starlette tells the two apart, here there is one socket."""
        return self.client_state

    @property
    def close_code(self) -> int | None:
        """The code of the end; None while there is none."""
        return self._raw.close_code if self.client_state is WebSocketState.DISCONNECTED else None

    @property
    def was_noticed(self) -> bool:
        """Whether the handler has been told that the socket is closed."""
        return self._was_noticed

    async def accept(self, subprotocol: str | None = None, headers: HeaderSource | None = None) -> None:
        """Accept the handshake.

        Args:
            subprotocol: The protocol to speak, one of `requested_subprotocols`.
            headers: More header fields of the answer.

        Raises:
            WebSocketError: The handshake is answered already, or the client does not speak the protocol.
        """
        self._ensure_unanswered()
        asked = self._raw.subprotocols
        if subprotocol is not None and subprotocol not in asked:
            # RFC 6455 section 4.1: a client that is told another one must give up.
            raise WebSocketError(
                f"the client does not speak `{subprotocol}`; it speaks {', '.join(asked) or 'no protocol by name'}",
                code="websockets.E007",
                hint="choose among `socket.requested_subprotocols`",
            )
        self.subprotocol = subprotocol
        response = Response(b"", 101, headers)
        fields: MutableHeaders = response.headers
        for name, value in self._raw.accept(subprotocol):
            fields[name] = value
        self._decide(response)

    async def send_denial_response(self, response: Response) -> None:
        """Answer the handshake with something else than a socket."""
        self._ensure_unanswered()
        self._raw.refuse()
        self._decide(response)

    async def receive(self) -> Incoming:
        """Return the next message.

        Raises:
            WebSocketDisconnect: The socket is closed, and every message that came before was received.
            MessageValidationError: The message does not fit its type; the socket stays open.
        """
        message: Incoming = self._codec.read(await self._next())
        return message

    async def receive_text(self) -> str:
        """Return the next message, which must be a text."""
        message = await self._next()
        if isinstance(message, str):
            return message
        raise _unexpected("expected a text, got a binary message")

    async def receive_bytes(self) -> bytes:
        """Return the next message, which must be binary."""
        message = await self._next()
        if isinstance(message, bytes):
            return message
        raise _unexpected("expected a binary message, got a text")

    async def receive_json(self) -> Any:
        """Return the value of the next message, which must be JSON."""
        message = await self._next()
        try:
            return from_json(message, allow_inf_nan=False)
        except ValueError as error:
            raise _unexpected(f"the message is no JSON: {error}") from None

    async def send(self, message: Outgoing) -> None:
        """Send a message; wait while the client has not taken those before.

        Raises:
            WebSocketDisconnect: The socket is closed.
            MessageError: The message is not of the type that the socket promises.
        """
        await self._send(self._codec.write(message))

    async def send_text(self, data: str) -> None:
        """Send a text."""
        await self._send(data)

    async def send_bytes(self, data: bytes) -> None:
        """Send a binary message."""
        await self._send(data)

    async def send_json(self, data: object) -> None:
        """Send any value as JSON, in a text."""
        await self._send(to_json(data, inf_nan_mode="null").decode())

    async def ping(self, payload: bytes = b"") -> None:
        """Send a ping; its answer is not told. Pings that keep a connection alive are the core's work."""
        if len(payload) > 125:
            raise ValueError(f"a ping holds 125 octets (RFC 6455 section 5.5), not {len(payload)}")
        await self._ready()
        if not self._raw.ping(payload):
            raise self._disconnect()

    async def close(self, code: int = 1000, reason: str | None = None) -> None:
        """Close the socket; refuse the handshake with 403 if it is not answered yet.

        It does not wait for the client. To close what is closed changes nothing.
        """
        if self._answer is None:
            await self.send_denial_response(Response(b"", 403))
        elif self._answer.status_code == 101:
            self._was_noticed = True
            self._raw.close(code, reason or "")

    def __aiter__(self) -> Self:
        return self

    async def __anext__(self) -> Incoming:
        try:
            return await self.receive()
        except WebSocketDisconnect:
            raise StopAsyncIteration from None

    async def iter_text(self) -> AsyncIterator[str]:
        """Go through the messages, which must be texts, until the socket is closed."""
        try:
            while True:
                yield await self.receive_text()
        except WebSocketDisconnect:
            return

    async def iter_bytes(self) -> AsyncIterator[bytes]:
        """Go through the messages, which must be binary, until the socket is closed."""
        try:
            while True:
                yield await self.receive_bytes()
        except WebSocketDisconnect:
            return

    async def iter_json(self) -> AsyncIterator[Any]:
        """Go through the values of the messages until the socket is closed."""
        try:
            while True:
                yield await self.receive_json()
        except WebSocketDisconnect:
            return

    def answered(self) -> "asyncio.Future[Response]":
        """Return the answer to the handshake, once there is one; for who leads it to the client."""
        future: asyncio.Future[Response] = asyncio.get_running_loop().create_future()
        if self._answer is not None:
            future.set_result(self._answer)
        else:
            self._on_answer = lambda answer: None if future.done() else future.set_result(answer)
        return future

    def when_gone(self, tell: Callable[[object], None]) -> None:
        """Have somebody told when the connection of an accepted socket is gone."""
        future: asyncio.Future[None] = self._raw.closed()
        future.add_done_callback(tell)

    async def _ready(self) -> None:
        if self._answer is None:
            await self.accept()
        elif self._answer.status_code != 101:
            raise WebSocketError(
                "the handshake of this socket was refused",
                code="websockets.E006",
                hint="return from the handler after `close()` or `send_denial_response()`",
            )

    async def _next(self) -> str | bytes:
        await self._ready()
        message = await self._raw.receive()
        if message is None:
            raise self._disconnect()
        return message

    async def _send(self, message: str | bytes) -> None:
        await self._ready()
        has_room = self._raw.send(message)
        if has_room is None:
            raise self._disconnect()
        if not has_room:
            await self._raw.drained()

    def _disconnect(self) -> WebSocketDisconnect:
        self._was_noticed = True
        return WebSocketDisconnect(self._raw.close_code or 1006, self._raw.close_reason)

    def _ensure_unanswered(self) -> None:
        if self._answer is not None:
            raise WebSocketError(
                "the handshake of this socket is answered already",
                code="websockets.E006",
                hint="call `accept()` once; `receive` and `send` do it if nobody has",
            )

    def _decide(self, answer: Response) -> None:
        self._answer = answer
        if self._on_answer is not None:
            self._on_answer(answer)


def _unexpected(said: str) -> MessageValidationError:
    return MessageValidationError([validation_fault(("message",), said, "message_kind")])
