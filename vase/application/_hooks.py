"""What the core calls back: errors become answers here, and streams are pulled."""

import asyncio
import functools
import logging
from collections.abc import AsyncIterator, Awaitable, Callable, Coroutine, Iterator, Sequence
from contextlib import contextmanager
from inspect import isawaitable, iscoroutinefunction, isfunction
from typing import Any, Protocol

from pydantic_core import from_json

from vase._core import Request, RequestBodyError
from vase.application._errors import ApplicationError
from vase.exceptions import quote
from vase.http import (
    FileBody,
    FormData,
    HTTPException,
    LateBody,
    QueryParams,
    Response,
    UploadFile,
    check_json_numbers,
    to_response,
)
from vase.templates import Templates
from vase.urls import ExceptionHandlers
from vase.views import error_response

__all__ = ["ExceptionHandler", "Hooks"]

logger = logging.getLogger("vase.request")

type ExceptionHandler = Callable[[Request, Any], Any]
"""Makes an answer of an exception: what a view may return, or an awaitable of it."""

type Observer = Callable[[BaseException], None]
"""Is told an exception."""


def _may_wait(handler: ExceptionHandler) -> bool:
    """Return whether a handler may have to wait, as far as its kind tells: only a plain `def` never does."""
    return iscoroutinefunction(handler) or not isfunction(handler)


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
    late_body_class = LateBody
    query_params_class = QueryParams
    form_data_class = FormData
    upload_file_class = UploadFile

    def __init__(self, app: object, *, debug: bool) -> None:
        self.app = app
        self._debug = debug
        self._handlers: dict[type[BaseException], ExceptionHandler] = {}
        self._observers: list[Observer] = []
        self._drained: set[Any] = set()
        self._late: set[asyncio.Future[None]] = set()
        self.templates: Templates | None = None

    def add_handler(self, kind: type[BaseException], handler: ExceptionHandler) -> None:
        """Let a function make the answers to a class of exceptions.

        Raises:
            ApplicationError: The class is none of exceptions.
        """
        if not isinstance(kind, type) or not issubclass(kind, BaseException):  # type: ignore[redundant-expr]
            raise ApplicationError(
                f"an exception handler is for a class of exceptions, not for {quote(kind)}",
                code="application.E002",
                hint="for a status, handle `HTTPException` and look at `exception.status_code`",
            )
        self._handlers[kind] = handler

    @property
    def may_wait(self) -> bool:
        """Whether one of the exception handlers may have to wait."""
        return any(map(_may_wait, self._handlers.values()))

    @contextmanager
    def observed(self, observe: Observer) -> Iterator[None]:
        """Tell a function which exceptions nobody answered, or with a 500, until the block ends."""
        self._observers.append(observe)
        try:
            yield
        finally:
            self._observers.remove(observe)

    def within(self, layers: Sequence[ExceptionHandlers]) -> tuple[Callable[..., Any], bool]:
        """Return `on_error` for routes that have handlers of their own, and whether it may take waiting.

        Args:
            layers: Those handlers, the nearest first.
        """
        may_wait = any(_may_wait(handler) for layer in layers for handler in layer.values())
        return functools.partial(self.on_error, layers=layers), may_wait or self.may_wait

    def on_error(
        self, request: Request, exception: BaseException, layers: Sequence[ExceptionHandlers] = ()
    ) -> Response | Coroutine[Any, Any, Response]:
        """Return the answer to what a handler raised, or a coroutine that makes it."""
        if isinstance(exception, RequestBodyError):
            status, _, detail = exception.args
            if status >= 500:  # a disk that is full, a folder that is not there
                logger.error("%s %s failed: %s", request.method, request.path, detail)
            exception = HTTPException(status, detail)
        handler = self._find_handler(exception, layers)
        if handler is None:
            return self._default(request, exception)
        try:
            answer = handler(request, exception)
            if _may_wait(handler) and isawaitable(answer):
                return self._awaited(request, exception, answer)
            return self._observed(exception, to_response(answer))
        except Exception as failure:  # noqa: BLE001  # a handler may raise too: `HTTPException` on purpose, others not
            return self._default(request, failure)

    async def _awaited(self, request: Request, exception: BaseException, answer: Awaitable[object]) -> Response:
        try:
            return self._observed(exception, to_response(await answer))
        except Exception as failure:  # noqa: BLE001  # the same
            return self._default(request, failure)

    def _find_handler(self, exception: BaseException, layers: Sequence[ExceptionHandlers]) -> ExceptionHandler | None:
        for handlers in (*layers, self._handlers):
            for kind in type(exception).__mro__:
                if kind in handlers:
                    return handlers[kind]
        return None

    def _observed(self, exception: BaseException, answer: Response) -> Response:
        if answer.status_code == 500:
            self._observe(exception)
        return answer

    def _observe(self, exception: BaseException) -> None:
        for observe in self._observers:
            observe(exception)

    def _default(self, request: Request, exception: BaseException) -> Response:
        """Return the answer to what nobody handles."""
        self._observe(exception)
        if not isinstance(exception, HTTPException):
            logger.error("%s %s failed", request.method, request.path, exc_info=exception)
        return error_response(exception, request, debug=self._debug, templates=self.templates)

    @staticmethod
    def parse_json(body: bytes) -> object:
        """Return the value of a JSON text; `NaN` and `Infinity` are no JSON (RFC 8259 section 6)."""
        try:
            check_json_numbers(body)
            return from_json(body, allow_inf_nan=False)
        except ValueError as error:
            raise HTTPException(400, f"the body is no JSON: {error}") from None

    def drain(self) -> None:
        """Let streams that know how end early: the server stops."""
        for source in list(self._drained):
            source.drain()

    def finish(self, late: LateBody) -> None:
        """Do what an answer left to be done; the core calls it when the answer has left, or never will."""
        finish = late.take()
        if finish is None:
            return
        try:
            loop = asyncio.get_running_loop()
        except RuntimeError:  # thrown away by a thread of the pool: its client has left
            asyncio.run(finish())
            return
        task = loop.create_task(finish())
        self._late.add(task)
        task.add_done_callback(self._late.discard)

    async def settled(self, seconds: float | None = None) -> None:
        """Wait until what answers left to be done is done.

        Args:
            seconds: How long at most.
        """
        if self._late:
            await asyncio.wait(self._late, timeout=seconds)

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
