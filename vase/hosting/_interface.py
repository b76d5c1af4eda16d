"""Which interface an application has, told by its signature."""

import inspect
from collections.abc import Callable
from typing import Any, Literal

from vase.exceptions import quote
from vase.hosting._errors import HostingError
from vase.urls import Interface

__all__ = ["asgi_entry", "interface_of"]


def interface_of(app: object, interface: Interface = "auto") -> Literal["asgi", "wsgi"]:
    """Return how an application is called.

    A coroutine function, or an object whose call is one, is ASGI; so is a callable of three arguments. A callable of
    two arguments is WSGI.

    Args:
        app: The application.
        interface: What its user says of it; `auto` leaves it to its signature.

    Raises:
        HostingError: It is neither.
    """
    if not callable(app):
        raise HostingError(
            f"{quote(app)} is no application: it cannot be called",
            code="hosting.E002",
            hint="give an ASGI or WSGI application, like `Starlette()`, `Flask(__name__)` or `get_wsgi_application()`",
        )
    if interface != "auto":
        return interface
    if _is_async(app):
        return "asgi"
    count = _required(app)
    if count == 3:
        return "asgi"
    if count == 2:
        return "wsgi"
    raise HostingError(
        f"{quote(app)} is neither an ASGI nor a WSGI application: it takes {count} arguments",
        code="hosting.E002",
        hint="ASGI takes `scope, receive, send`, WSGI takes `environ, start_response`; a function that makes the "
        "application is called: `module:create_app()`",
    )


def asgi_entry(app: Callable[..., Any]) -> Callable[..., Any]:
    """Return an ASGI application as something that makes a coroutine, which is what a task runs."""
    if _is_async(app):
        return app

    async def entry(scope: object, receive: object, send: object) -> None:
        await app(scope, receive, send)

    return entry


def _is_async(app: Callable[..., Any]) -> bool:
    if isinstance(app, type):
        return False
    return inspect.iscoroutinefunction(app) or inspect.iscoroutinefunction(getattr(app, "__call__", None))  # noqa: B004  # the method itself is asked


def _required(app: Callable[..., Any]) -> int:
    try:
        parameters = inspect.signature(app).parameters.values()
    except (TypeError, ValueError):
        return 0
    return sum(
        parameter.kind in {parameter.POSITIONAL_ONLY, parameter.POSITIONAL_OR_KEYWORD}
        and parameter.default is parameter.empty
        for parameter in parameters
    )
