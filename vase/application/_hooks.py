"""What the core calls back: errors become answers here, and streams are pulled."""

import logging
from collections.abc import AsyncIterator, Callable, Mapping
from typing import Any, Protocol

from pydantic_core import from_json

from vase._core import Request, RequestBodyError
from vase.http import FileBody, HTTPException, QueryParams, Response
from vase.templates import Templates
from vase.views import error_response

__all__ = ["ExceptionHandler", "Hooks"]

logger = logging.getLogger("vase.request")

type ExceptionHandler = Callable[[Request, Any], Response]
"""Makes an answer of an exception."""


class _BodySender(Protocol):
    def push(self, piece: bytes | str, /) -> bool: ...
    def drained(self) -> Any: ...
    def close(self) -> None: ...
    def fail(self) -> None: ...


class Hooks:
    """The callables and classes that one application lends to its engine.

    Args:
        app: The application; requests show it as `request.app`.
        debug: Whether error answers show source and values.
        handlers: Exception classes and what makes an answer of them; the nearest class in the method resolution order wins.
    """

    response_class = Response
    file_body_class = FileBody
    query_params_class = QueryParams

    def __init__(
        self, app: object, *, debug: bool, handlers: Mapping[type[BaseException], ExceptionHandler] | None = None
    ) -> None:
        self.app = app
        self._debug = debug
        self._handlers = dict(handlers or {})
        self.templates: Templates | None = None
        self.observers: list[Callable[[BaseException], None]] = []

    def add_handler(self, kind: type[BaseException], handler: ExceptionHandler) -> None:
        """Let a function make the answers to a class of exceptions."""
        self._handlers[kind] = handler

    def on_error(self, request: Request, exception: BaseException) -> Response:
        """Return the answer to what a handler raised."""
        if isinstance(exception, RequestBodyError):
            status, _, detail = exception.args
            exception = HTTPException(status, detail)
        for observe in self.observers:
            observe(exception)
        for kind in type(exception).__mro__:
            handler = self._handlers.get(kind)
            if handler is not None:
                return handler(request, exception)
        if not isinstance(exception, HTTPException):
            logger.error("%s %s failed", request.method, request.path, exc_info=exception)
        return error_response(exception, request, debug=self._debug, templates=self.templates)

    @staticmethod
    def parse_json(body: bytes) -> object:
        """Return the value of a JSON text; `NaN` and `Infinity` are no JSON (RFC 8259 section 6)."""
        try:
            return from_json(body, allow_inf_nan=False)
        except ValueError as error:
            raise HTTPException(400, f"the body is no JSON: {error}") from None

    @staticmethod
    async def pump(sender: _BodySender, source: AsyncIterator[bytes | str]) -> None:
        """Push the pieces of an answer into its connection, at the pace at which the client takes them."""
        try:
            async for piece in source:
                if not sender.push(piece):
                    await sender.drained()
        except Exception:
            logger.exception("an answer broke off while it was streamed")
            sender.fail()
        except BaseException:
            # The client left, or the server stops: nobody is there to be told.
            sender.fail()
            raise
        else:
            sender.close()
        finally:
            close = getattr(source, "aclose", None)
            if close is not None:
                await close()
