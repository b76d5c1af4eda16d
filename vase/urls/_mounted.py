"""Whole applications below a prefix: what `mount()` writes down."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Literal

from vase.checks import caller_place
from vase.types import Place
from vase.urls._guards import Auth

__all__ = ["Interface", "MountedApp", "mount"]

type Interface = Literal["auto", "asgi", "wsgi"]
"""How an application is called; `auto` looks at it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class MountedApp:
    """An ASGI or WSGI application under a prefix.

    Args:
        path: The prefix; it holds no parameters.
        app: The application.
        interface: How it is called.
        auth: Who may call it: a guard, or `public`; None leaves it to what is around it.
        place: The line that mounted it.
    """

    path: str
    app: Callable[..., Any]
    interface: Interface = "auto"
    auth: Auth | None = None
    place: Place | None = None


def mount(
    prefix: str, app: Callable[..., Any], *, interface: Interface = "auto", auth: Auth | None = None
) -> MountedApp:
    """Put a whole ASGI or WSGI application under a prefix: it gets every path there that no route takes.

    Args:
        prefix: The prefix; `/` is the whole site.
        app: The application: Starlette, FastAPI, Litestar, Django, Flask or any other.
        interface: How it is called, where its signature does not tell.
        auth: Who may call it: a guard, or `public`.

    Example:
        urlpatterns = [path("", include("shop.urls")), mount("/legacy/", flask_app)]
    """
    return MountedApp(path=prefix, app=app, interface=interface, auth=auth, place=caller_place())
