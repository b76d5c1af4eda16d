"""What answers requests: routers, controllers, pages.

    from vase.views import Controller, Router, get, inline, render

    router = Router(prefix="/articles", namespace="articles")

    @router.get("/<slug:slug>", name="detail")
    async def show(request: Request, slug: str, db: Session) -> Response:
        return render(request, "articles/detail.html", {"article": await find(db, slug)})

    @router.get("/ping")
    @inline
    def ping() -> str:
        return "pong"

Codes: `views.E001` to `views.E003`. It reads no settings itself; `TEMPLATES` belongs to `vase.templates`.
"""

from vase.urls import Deprecation, guard, public
from vase.urls import mark_inline as inline
from vase.views._controller import (
    Controller,
    delete,
    endpoint,
    get,
    head,
    options,
    patch,
    post,
    put,
    websocket,
    websocket_listener,
)
from vase.views._error_pages import error_response
from vase.views._errors import ViewError
from vase.views._render import render, templates_of
from vase.views._router import Router
from vase.views._versions import AcceptHeaderVersioning, HeaderVersioning, Versioning

__all__ = [
    "AcceptHeaderVersioning",
    "Controller",
    "Deprecation",
    "HeaderVersioning",
    "Router",
    "Versioning",
    "ViewError",
    "delete",
    "endpoint",
    "error_response",
    "get",
    "guard",
    "head",
    "inline",
    "options",
    "patch",
    "post",
    "public",
    "put",
    "render",
    "templates_of",
    "websocket",
    "websocket_listener",
]
