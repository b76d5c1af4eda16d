"""ASGI inside of Python middleware: the application's answer becomes a `Response` that middleware may change.

Without middleware the core calls the application itself, and nothing here runs.
"""

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import suppress
from typing import Any

from vase.hosting._scope import http_scope
from vase.hosting._text import native
from vase.http import Request, Response, StreamingResponse

__all__ = ["call_inside"]

_PIECES_WAITING = 4


async def call_inside(app: Callable[..., Any], template: dict[str, Any], request: Request) -> Response:
    """Call an ASGI application and return its answer as soon as its head and its first piece are known.

    Args:
        app: The application.
        template: The scope without what a request says.
        request: The request.
    """
    exchange = _Exchange(request)
    task = asyncio.create_task(exchange.run(app, http_scope(template, request)))
    try:
        first, has_more = await exchange.first()
    except BaseException:
        task.cancel()
        raise
    if has_more:
        response: Response = StreamingResponse(exchange.rest(first, task))
    else:
        response = Response(first)
    response.status_code = exchange.status
    response.raw_headers = exchange.headers
    return response


class _Exchange:
    def __init__(self, request: Request) -> None:
        self._body = request.stream()
        self._is_body_over = False
        self._is_over = asyncio.Event()
        self._pieces = asyncio.Queue[tuple[bytes, bool] | BaseException](_PIECES_WAITING)
        self._has_started = False
        self.status = 500
        self.headers: list[tuple[str, str]] = []

    async def run(self, app: Callable[..., Any], scope: dict[str, Any]) -> None:
        failure: BaseException = RuntimeError("the ASGI application returned without completing its response")
        try:
            await app(scope, self._receive, self._send)
        except Exception as error:  # noqa: BLE001  # raised where the answer is waited for
            failure = error
        if not self._is_over.is_set():
            await self._pieces.put(failure)

    async def first(self) -> tuple[bytes, bool]:
        found = await self._pieces.get()
        if isinstance(found, BaseException):
            raise found
        return found

    async def rest(self, first: bytes, task: asyncio.Task[None]) -> AsyncIterator[bytes]:
        try:
            yield first
            has_more = True
            while has_more:
                piece, has_more = await self.first()
                yield piece
        finally:
            self._is_over.set()
            while not task.done() and not self._pieces.empty():
                self._pieces.get_nowait()
            with suppress(TimeoutError):
                # It is told that its client has left, and then it is not waited for much longer.
                await asyncio.wait_for(asyncio.shield(task), 1)

    async def _receive(self) -> dict[str, Any]:
        if self._is_body_over or self._is_over.is_set():
            await self._is_over.wait()
            return {"type": "http.disconnect"}
        piece = await anext(self._body, None)
        self._is_body_over = piece is None
        return {"type": "http.request", "body": piece or b"", "more_body": piece is not None}

    async def _send(self, message: dict[str, Any]) -> None:
        if self._is_over.is_set():
            raise ConnectionResetError("the client has left")
        kind = message["type"]
        if kind != ("http.response.body" if self._has_started else "http.response.start"):
            raise RuntimeError(f"ASGI message `{kind}` out of its order")
        if not self._has_started:
            self._has_started, self.status = True, message["status"]
            fields = [(bytes(name).decode().lower(), native(value)) for name, value in message.get("headers", ())]
            self.headers = [field for field in fields if field[0] != "transfer-encoding"]
            return
        has_more = bool(message.get("more_body"))
        await self._pieces.put((bytes(message.get("body", b"")), has_more))
        if not has_more:
            self._is_over.set()
