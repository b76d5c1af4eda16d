"""The client's end of a WebSocket: the engine's own, through a pipe instead of a connection."""

import asyncio
from collections.abc import Callable, Coroutine, Iterator, Sequence
from typing import Any, Self

from pydantic_core import from_json, to_json

from vase._core import Socket
from vase.http import Headers
from vase.testing._response import TestResponse
from vase.websockets import WebSocketDisconnect

__all__ = ["AsyncWebSocketSession", "WebSocketDenialResponse", "WebSocketSession"]

_SECONDS = 5.0
"""How long a test waits for a message or for the end."""


class WebSocketDenialResponse(WebSocketDisconnect):
    """The handshake was answered with something else than a socket.

    Args:
        response: The answer.
    """

    def __init__(self, response: TestResponse) -> None:
        super().__init__(1006, f"the handshake was answered with {response.status_code}")
        self.response = response

    @property
    def status_code(self) -> int:
        """The status of the answer."""
        return self.response.status_code


class AsyncWebSocketSession:
    """An open WebSocket, as its client.

    Args:
        headers: The header fields of the answer to the handshake.
        raw: The core's end.
    """

    def __init__(self, headers: Sequence[tuple[str, str]], raw: Socket) -> None:
        self.headers = Headers.received(headers)
        self._raw = raw

    @property
    def accepted_subprotocol(self) -> str | None:
        """The protocol that the server chose."""
        return self.headers.get("sec-websocket-protocol")

    @property
    def close_code(self) -> int | None:
        """The code of the end, once there is one."""
        return self._raw.close_code

    async def send(self, message: str | bytes) -> None:
        """Send a text or a binary message."""
        has_room = self._raw.send(message)
        if has_room is None:
            raise self._disconnect()
        if not has_room:
            await asyncio.wait_for(self._raw.drained(), _SECONDS)

    async def send_text(self, data: str) -> None:
        """Send a text."""
        await self.send(data)

    async def send_bytes(self, data: bytes) -> None:
        """Send a binary message."""
        await self.send(data)

    async def send_json(self, data: object) -> None:
        """Send a value as JSON, in a text."""
        await self.send(to_json(data).decode())

    async def receive(self, *, timeout: float = _SECONDS) -> str | bytes:  # a test says it as it calls
        """Return the next message.

        Args:
            timeout: Seconds to wait for it.

        Raises:
            WebSocketDisconnect: The server has closed the socket.
            TimeoutError: No message came.
        """
        async with asyncio.timeout(timeout):
            message = await self._raw.receive()
        if message is None:
            raise self._disconnect()
        return message

    async def receive_text(self) -> str:
        """Return the next message, which must be a text."""
        message = await self.receive()
        assert isinstance(message, str), f"expected a text, got {message!r}"  # noqa: S101  # it is an assertion of a test
        return message

    async def receive_bytes(self) -> bytes:
        """Return the next message, which must be binary."""
        message = await self.receive()
        assert isinstance(message, bytes), f"expected a binary message, got {message!r}"  # noqa: S101  # as above
        return message

    async def receive_json(self) -> Any:
        """Return the value of the next message."""
        return from_json(await self.receive())

    async def close(self, code: int = 1000, reason: str = "") -> None:
        """Close the socket and wait until the server has agreed."""
        self._raw.close(code, reason)
        await asyncio.wait_for(self._raw.closed(), _SECONDS)

    async def aclose(self) -> None:
        """Leave: close what is open, and wait for the end."""
        await self.close()

    def __aiter__(self) -> Self:
        return self

    async def __anext__(self) -> str | bytes:
        try:
            return await self.receive()
        except WebSocketDisconnect:
            raise StopAsyncIteration from None

    def _disconnect(self) -> WebSocketDisconnect:
        return WebSocketDisconnect(self._raw.close_code or 1006, self._raw.close_reason)


class WebSocketSession:
    """The same for the synchronous client.

    Args:
        session: The session on the client's loop.
        run: Runs the loop.
    """

    def __init__(self, session: AsyncWebSocketSession, run: Callable[[Coroutine[Any, Any, Any]], Any]) -> None:
        self._session, self._run = session, run
        self.headers = session.headers

    @property
    def accepted_subprotocol(self) -> str | None:
        """The protocol that the server chose."""
        return self._session.accepted_subprotocol

    @property
    def close_code(self) -> int | None:
        """The code of the end, once there is one."""
        return self._session.close_code

    def send(self, message: str | bytes) -> None:
        """Send a text or a binary message."""
        self._run(self._session.send(message))

    def send_text(self, data: str) -> None:
        """Send a text."""
        self.send(data)

    def send_bytes(self, data: bytes) -> None:
        """Send a binary message."""
        self.send(data)

    def send_json(self, data: object) -> None:
        """Send a value as JSON, in a text."""
        self._run(self._session.send_json(data))

    def receive(self, *, timeout: float = _SECONDS) -> str | bytes:
        """Return the next message; see `AsyncWebSocketSession.receive`."""
        message: str | bytes = self._run(self._session.receive(timeout=timeout))
        return message

    def receive_text(self) -> str:
        """Return the next message, which must be a text."""
        text: str = self._run(self._session.receive_text())
        return text

    def receive_bytes(self) -> bytes:
        """Return the next message, which must be binary."""
        content: bytes = self._run(self._session.receive_bytes())
        return content

    def receive_json(self) -> Any:
        """Return the value of the next message."""
        return self._run(self._session.receive_json())

    def close(self, code: int = 1000, reason: str = "") -> None:
        """Close the socket and wait until the server has agreed."""
        self._run(self._session.close(code, reason))

    def __iter__(self) -> Iterator[str | bytes]:
        while True:
            try:
                yield self.receive()
            except WebSocketDisconnect:
                return
