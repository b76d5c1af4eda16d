"""Vase: a typed, batteries-included web framework over a Rust HTTP core.

The names that nearly every file needs are here; the rest is imported from its room (`from vase.urls import path`).

    from vase import Vase

    app = Vase()

    @app.get("/hello/<name>")
    def hello(name: str) -> str:
        return f"Hello, {name}!"

Nothing is loaded before it is asked for, so that a command line starts quickly.
"""

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from vase.application import Vase
    from vase.binding import Body, Cookie, File, Form, Header, Path, Query
    from vase.di import Depends
    from vase.http import (
        EventSourceResponse,
        FileResponse,
        HTMLResponse,
        HTTPException,
        JSONResponse,
        NotFound,
        RedirectResponse,
        Request,
        Response,
        ServerSentEvent,
        StreamingResponse,
        UploadFile,
        status,
    )
    from vase.urls import Idempotency, Throttle
    from vase.views import Controller, Router, guard, inline, public, render
    from vase.websockets import WebSocket, WebSocketDisconnect

_ROOMS = {
    "vase.application": ("Vase",),
    "vase.binding": ("Body", "Cookie", "File", "Form", "Header", "Path", "Query"),
    "vase.di": ("Depends",),
    "vase.http": (
        "EventSourceResponse",
        "FileResponse",
        "HTMLResponse",
        "HTTPException",
        "JSONResponse",
        "NotFound",
        "RedirectResponse",
        "Request",
        "Response",
        "ServerSentEvent",
        "StreamingResponse",
        "UploadFile",
        "status",
    ),
    "vase.urls": ("Idempotency", "Throttle"),
    "vase.views": ("Controller", "Router", "guard", "inline", "public", "render"),
    "vase.websockets": ("WebSocket", "WebSocketDisconnect"),
}
_HOMES = {name: room for room, names in _ROOMS.items() for name in names}

__all__ = [
    "Body",
    "Controller",
    "Cookie",
    "Depends",
    "EventSourceResponse",
    "File",
    "FileResponse",
    "Form",
    "HTMLResponse",
    "HTTPException",
    "Header",
    "Idempotency",
    "JSONResponse",
    "NotFound",
    "Path",
    "Query",
    "RedirectResponse",
    "Request",
    "Response",
    "Router",
    "ServerSentEvent",
    "StreamingResponse",
    "Throttle",
    "UploadFile",
    "Vase",
    "WebSocket",
    "WebSocketDisconnect",
    "guard",
    "inline",
    "public",
    "render",
    "status",
]


def __getattr__(name: str) -> object:
    room = _HOMES.get(name)
    if room is None:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    import importlib  # noqa: PLC0415  # needed only on the first use of a name

    value = getattr(importlib.import_module(room), name)
    globals()[name] = value
    return value


def __dir__() -> list[str]:
    return sorted([*globals(), *__all__])
