"""Python middleware: what it is, and how several become one coroutine function around a handler.

A chain is built once per route, when the application starts. Per request each middleware costs its own coroutine and
one plain call; there is nothing else in between.

Exceptions of the handler become answers inside of the chain, at its innermost point: middleware sees every answer, also
that of a failure, and adds its headers to it. An exception that a middleware itself raises passes the middleware around
it as an exception and becomes an answer outside of the chain; to turn somebody away, return the answer.
"""

import asyncio
import inspect
from collections.abc import Awaitable, Callable, Coroutine, Sequence
from types import FunctionType, MethodType
from typing import Any, Literal, Protocol

from vase.di import awaits_only
from vase.exceptions import quote
from vase.http import Encoder, Request, Response, to_response
from vase.middleware._errors import MiddlewareError

__all__ = ["CallNext", "Middleware", "MiddlewareForm", "answering", "compose", "form_of", "passes_on"]


class CallNext(Protocol):
    """The rest of the chain: the next middleware, and at last the handler."""

    def __call__(self, request: Request, /) -> Awaitable[Response]:
        """Return the answer of the rest of the chain."""
        ...


type MiddlewareFunction = Callable[[Request, CallNext], Awaitable[Response]]
type MiddlewareFactory = Callable[[CallNext], CallNext]
type Middleware = MiddlewareFunction | MiddlewareFactory
"""A function of the request and the rest of the chain; or a class (or any other factory) that is given the rest of the
chain once, when the application starts, and makes a callable of the request."""

type MiddlewareForm = Literal["function", "factory"]

type Mode = Literal["async", "thread", "inline"]
"""How a handler runs: an `async def`, a `def` in a thread, or a `def` that never blocks, in place."""


def compose(middleware: Sequence[Middleware], innermost: CallNext) -> CallNext:
    """Return one coroutine function that passes a request through middleware to a handler.

    Args:
        middleware: Outermost first: that of the settings, of routers, of the class, of the handler.
        innermost: The handler, as `answering` makes it.

    Raises:
        MiddlewareError: When one of them is no middleware.
    """
    chain = innermost
    for each in reversed(middleware):
        chain = _bound(each, chain)
    return chain


def answering(
    handler: Callable[[Request], Any],
    *,
    on_error: Callable[[Request, Exception], Response | Coroutine[Any, Any, Response]],
    mode: Mode = "async",
    status_code: int | None = None,
    encode: Encoder | None = None,
) -> CallNext:
    """Return the innermost point of a chain: it calls the handler and always returns an answer.

    Args:
        handler: A callable of the request alone, as binding makes it.
        on_error: Makes an answer of what the handler raises, or a coroutine that makes it.
        mode: How the handler runs.
        status_code: The status of an answer that is made of a plain value.
        encode: Writes plain values as JSON.
    """

    async def answer(request: Request, /) -> Response:
        try:
            if mode == "async":
                value = await handler(request)
            elif mode == "thread":
                value = await asyncio.to_thread(handler, request)
            else:
                value = handler(request)
            if isinstance(value, Response):
                return value
            return to_response(value, status_code=status_code, encode=encode)
        except Exception as error:  # noqa: BLE001  # every failure of a handler is an answer; `on_error` logs it
            made = on_error(request, error)
        return made if isinstance(made, Response) else await made

    return answer


def form_of(middleware: object) -> MiddlewareForm:
    """Return in which of the two forms a middleware is written.

    Raises:
        MiddlewareError: When it is written in neither.
    """
    if not callable(middleware):
        raise _no_middleware(middleware, "it cannot be called")
    try:
        parameters = inspect.signature(middleware).parameters.values()
    except (TypeError, ValueError) as error:
        raise _no_middleware(middleware, "its parameters cannot be read") from error
    count = _positional(list(parameters))
    if isinstance(middleware, type):
        if count != 1:
            raise _no_middleware(middleware, "a class is given `call_next` and nothing else")
        return "factory"
    if count not in {1, 2}:
        raise _no_middleware(middleware, f"it takes {count} arguments")
    if isinstance(middleware, FunctionType) and not hasattr(middleware, "__wrapped__"):
        is_async = inspect.iscoroutinefunction(middleware)
        if count == 2 and not is_async:
            raise _no_middleware(middleware, "it is a plain `def`")
        if count == 1 and is_async:
            raise _no_middleware(middleware, "it takes no `call_next`")
    return "function" if count == 2 else "factory"


def passes_on(middleware: Middleware) -> bool:
    """Return whether a middleware provably waits for nothing but the rest of the chain."""
    return form_of(middleware) == "function" and awaits_only(middleware, 1)


def _bound(middleware: Middleware, following: CallNext) -> CallNext:
    if form_of(middleware) == "factory":
        made = middleware(following)  # type: ignore[call-arg,arg-type]
        if not callable(made):
            raise _no_middleware(middleware, f"it made {quote(made)}, which cannot be called")
        # Python calls a bound method faster than an object with `__call__`.
        return made if isinstance(made, FunctionType | MethodType) else made.__call__

    # A closure, not `functools.partial`: faster, and the second parameter may have any name.
    def proceed(request: Request, /) -> Awaitable[Response]:
        return middleware(request, following)  # type: ignore[call-arg,arg-type,return-value]

    return inspect.markcoroutinefunction(proceed)


def _positional(parameters: list[inspect.Parameter]) -> int:
    """Count the arguments that must be given by position; a `*args` counts as both of a middleware's."""
    if any(parameter.kind is parameter.VAR_POSITIONAL for parameter in parameters):
        return 2
    return sum(
        parameter.kind in {parameter.POSITIONAL_ONLY, parameter.POSITIONAL_OR_KEYWORD}
        and parameter.default is parameter.empty
        for parameter in parameters
    )


def _no_middleware(thing: object, reason: str) -> MiddlewareError:
    name = getattr(thing, "__qualname__", None)
    shown = quote(f"{getattr(thing, '__module__', '?')}.{name}" if name else thing)
    return MiddlewareError(
        f"{shown} is no middleware: {reason}",
        code="middleware.E003",
        hint="write `async def name(request, call_next)`, or a class with `__init__(self, call_next)` and "
        "`async def __call__(self, request)`",
    )
