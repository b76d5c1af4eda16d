"""What the core calls back: errors become answers here, and streams are pulled."""

import inspect
import logging
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import contextmanager
from typing import Any, Protocol

from pydantic_core import from_json

from vase._core import Request, RequestBodyError
from vase.application._errors import ApplicationError
from vase.exceptions import quote
from vase.http import FileBody, FormData, HTTPException, QueryParams, Response, UploadFile, to_response
from vase.templates import Templates
from vase.views import error_response

__all__ = ["ExceptionHandler", "Hooks"]

logger = logging.getLogger("vase.request")

type ExceptionHandler = Callable[[Request, Any], Response]
"""Makes an answer of an exception."""

type Observer = Callable[[BaseException], None]
"""Is told an exception."""


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
    """

    response_class = Response
    file_body_class = FileBody
    query_params_class = QueryParams
    form_data_class = FormData
    upload_file_class = UploadFile

    def __init__(self, app: object, *, debug: bool) -> None:
        self.app = app
        self._debug = debug
        self._handlers: dict[type[BaseException], ExceptionHandler] = {}
        self._observers: list[Observer] = []
        self._drained: set[Any] = set()
        self.templates: Templates | None = None

    def add_handler(self, kind: type[BaseException], handler: ExceptionHandler) -> None:
        """Let a function make the answers to a class of exceptions.

        Raises:
            ApplicationError: The class is none of exceptions, or the function cannot be called in place.
        """
        if not isinstance(kind, type) or not issubclass(kind, BaseException):  # type: ignore[redundant-expr]
            raise ApplicationError(
                f"an exception handler is for a class of exceptions, not for {quote(kind)}",
                code="application.E002",
                hint="for a status, handle `HTTPException` and look at `exception.status_code`",
            )
        if inspect.iscoroutinefunction(handler) or inspect.isasyncgenfunction(handler):
            name = getattr(handler, "__qualname__", handler)
            raise ApplicationError(
                f"the exception handler {quote(name)} is an `async def`",
                code="application.E001",
                hint="make it a `def`: it is called in place and cannot wait; what takes waiting belongs before the "
                "`raise`",
            )
        self._handlers[kind] = handler

    @contextmanager
    def observed(self, observe: Observer) -> Iterator[None]:
        """Tell a function which exceptions nobody answered, or with a 500, until the block ends."""
        self._observers.append(observe)
        try:
            yield
        finally:
            self._observers.remove(observe)

    def on_error(self, request: Request, exception: BaseException) -> Response:
        """Return the answer to what a handler raised."""
        if isinstance(exception, RequestBodyError):
            status, _, detail = exception.args
            if status >= 500:  # a disk that is full, a folder that is not there
                logger.error("%s %s failed: %s", request.method, request.path, detail)
            exception = HTTPException(status, detail)
        try:
            answer = self._handled(request, exception)
        except Exception as failure:  # noqa: BLE001  # a handler may raise too: `HTTPException` on purpose, others not
            exception, answer = failure, None
        if answer is None or answer.status_code == 500:
            for observe in self._observers:
                observe(exception)
        if answer is not None:
            return answer
        if not isinstance(exception, HTTPException):
            logger.error("%s %s failed", request.method, request.path, exc_info=exception)
        return error_response(exception, request, debug=self._debug, templates=self.templates)

    def _handled(self, request: Request, exception: BaseException) -> Response | None:
        for kind in type(exception).__mro__:
            handler = self._handlers.get(kind)
            if handler is not None:
                return to_response(handler(request, exception))
        return None

    @staticmethod
    def parse_json(body: bytes) -> object:
        """Return the value of a JSON text; `NaN` and `Infinity` are no JSON (RFC 8259 section 6)."""
        try:
            return from_json(body, allow_inf_nan=False)
        except ValueError as error:
            raise HTTPException(400, f"the body is no JSON: {error}") from None

    def drain(self) -> None:
        """Let streams that know how end early: the server stops."""
        for source in list(self._drained):
            source.drain()

    async def pump(self, sender: _BodySender, source: AsyncIterator[bytes | str]) -> None:
        """Push the pieces of an answer into its connection, at the pace at which the client takes them."""
        if hasattr(source, "drain"):
            self._drained.add(source)
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
            if hasattr(source, "drain"):
                self._drained.discard(source)
            close = getattr(source, "aclose", None)
            if close is not None:
                await close()
