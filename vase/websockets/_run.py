"""The life of a socket's handler: it begins with the handshake and outlives its answer."""

import asyncio
from collections.abc import Awaitable, Callable
from contextvars import ContextVar
from inspect import isawaitable
from typing import Any, Final

from vase._core import Request, Socket
from vase.http import HTTPException, Response, UnprocessableContent
from vase.urls import mark_inline
from vase.websockets._errors import WebSocketDisconnect, WebSocketException
from vase.websockets._messages import Codec
from vase.websockets._socket import WebSocket, WebSocketState

__all__ = ["Conversation", "OnError", "current_socket"]

_current: ContextVar[WebSocket[Any, Any]] = ContextVar("vase_websocket")

NOTICE_SECONDS: Final = 10.0
"""How long a handler may go on without noticing that its socket is gone."""

type Call = Callable[[Request], Awaitable[object]]
type OnError = Callable[[Request, BaseException], Response | Awaitable[Response]]


@mark_inline
def current_socket() -> WebSocket[Any, Any]:
    """Return the socket of the handler that runs; what makes the values of parameters of this type."""
    return _current.get()


class Conversation:
    """Runs the handler of one route, once for each socket.

    Args:
        call: Binds the handshake and calls the handler.
        codec: Reads and writes its messages.
        on_error: Makes an answer of what was raised, and tells it.
    """

    def __init__(self, call: Call, codec: Codec, on_error: OnError) -> None:
        self._call, self._codec, self._on_error = call, codec, on_error
        self._running: set[asyncio.Task[None]] = set()  # the loop itself holds tasks weakly

    def entrance(self, chain: Callable[[Request], Awaitable[Response]]) -> Callable[..., Awaitable[Response]]:
        """Return what the core calls with the two ends of a handshake.

        Args:
            chain: The middleware, with `answer` at its end.
        """

        async def endpoint(raw: Socket, request: Request) -> Response:
            _current.set(WebSocket(request, raw, self._codec))
            return await chain(request)

        return endpoint

    async def answer(self, _request: Request) -> Response:
        """Start the handler and return the answer that it gives to the handshake."""
        socket = _current.get()
        # Eager: most handlers accept in their first step.
        task = asyncio.Task(self._live(socket), loop=asyncio.get_running_loop(), eager_start=True)
        if not task.done():
            self._running.add(task)
            task.add_done_callback(self._running.discard)
        try:
            response = await socket.answered()
        except asyncio.CancelledError:
            task.cancel()
            raise
        if response.status_code == 101 and not task.done():
            self._watch(socket, task)
        return response

    async def explain(self, request: Request, _known: BaseException | None = None) -> Response:
        """Answer a request that reached a socket and cannot become one."""
        raise UnprocessableContent(f"{request.method} {request.path} is no handshake of a WebSocket")

    async def _live(self, socket: WebSocket[Any, Any]) -> None:
        try:
            await self._call(socket.request)
        except WebSocketDisconnect:
            await self._end(socket, 1000)
        except WebSocketException as error:
            await self._end(socket, error.code, error.reason)
        except HTTPException as error:
            await self._fail(socket, error, 1008, error.detail)
        except asyncio.CancelledError:
            await self._end(socket, 1001)
            raise
        except Exception as error:  # noqa: BLE001  # every failure of a handler is told, and ends its socket alone
            await self._fail(socket, error, 1011, None)
        else:
            await self._end(socket, 1000)

    async def _fail(self, socket: WebSocket[Any, Any], error: Exception, code: int, reason: str | None) -> None:
        answer = self._on_error(socket.request, error)
        if isawaitable(answer):
            answer = await answer
        if socket.client_state is WebSocketState.CONNECTING:
            await socket.send_denial_response(answer)
        else:
            await self._end(socket, code, reason)

    @staticmethod
    async def _end(socket: WebSocket[Any, Any], code: int, reason: str | None = None) -> None:
        await socket.close(code, reason)

    @staticmethod
    def _watch(socket: WebSocket[Any, Any], task: "asyncio.Task[None]") -> None:
        """Cancel a handler that goes on for nobody: one that only waits for something else would never notice."""
        loop = asyncio.get_running_loop()

        def cancel() -> None:
            if not socket.was_noticed:
                task.cancel()

        def gone(_: object) -> None:
            if not task.done():
                loop.call_later(NOTICE_SECONDS, cancel)

        socket.when_gone(gone)
