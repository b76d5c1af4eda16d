"""The API document of an application: what it is made of, and where it is served."""

import importlib
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from vase.binding import BindingErrors, Plan, plan
from vase.checks import CheckMessage, error
from vase.conf import Settings
from vase.di import Providers
from vase.exceptions import quote
from vase.types import JSON, Fault
from vase.urls import Auth, CompiledRoute, ConverterTable, RouteSource, URLTable, compile_urls
from vase.websockets import SocketPlan

if TYPE_CHECKING:
    from vase.openapi import Info, PlannedRoute

__all__ = ["make_async_document", "make_document", "operation_faults", "plan_webhooks", "with_document_routes"]

_PAGES = ("DOCS_URL", "REDOC_URL")


def make_document(
    settings: Settings,
    routes: Sequence[CompiledRoute],
    plans: Mapping[int, Plan],
    webhooks: Sequence[tuple[CompiledRoute, Plan]],
    apps: Sequence[str],
) -> dict[str, JSON]:
    """Return the OpenAPI document.

    Args:
        settings: The settings, which say what the document is called.
        routes: All routes.
        plans: Their plans, by id; a route without one has a fault and is left out.
        webhooks: What the application sends to others.
        apps: The modules of the installed apps.
    """
    document: dict[str, JSON] = _room().build_document(
        _planned(routes, plans),
        info=_info(settings),
        webhooks=[_room().PlannedRoute(route, plan) for route, plan in webhooks],
        apps=apps,
    )
    return document


def make_async_document(
    settings: Settings,
    routes: Sequence[CompiledRoute],
    plans: Mapping[int, Plan],
    sockets: Mapping[int, SocketPlan],
    apps: Sequence[str],
) -> dict[str, JSON]:
    """Return the AsyncAPI document.

    Args:
        settings: The settings, which say what the document is called.
        routes: All routes.
        plans: The plans of those that answer requests, by id.
        sockets: The plans of those that are sockets, by id.
        apps: The modules of the installed apps.
    """
    openapi = _room()
    planned = [
        openapi.PlannedSocket(route, socket.plan, socket.incoming, socket.outgoing)
        for route in routes
        if (socket := sockets.get(route.id)) is not None
    ]
    document: dict[str, JSON] = openapi.build_async_document(
        planned, _planned(routes, plans), info=_info(settings), apps=apps
    )
    return document


def _planned(routes: Sequence[CompiledRoute], plans: Mapping[int, Plan]) -> "list[PlannedRoute]":
    return [_room().PlannedRoute(route, plans[route.id]) for route in routes if route.id in plans]


def _info(settings: Settings) -> "Info":
    made: Info = _room().Info(
        title=settings.API_TITLE,
        version=settings.API_VERSION,
        description=settings.API_DESCRIPTION or None,
        servers=tuple(settings.API_SERVERS),
    )
    return made


def plan_webhooks(
    webhooks: RouteSource, converters: ConverterTable, providers: Providers
) -> tuple[list[tuple[CompiledRoute, Plan]], list[Fault]]:
    """Return what the application sends to others, and what is wrong with it.

    Args:
        webhooks: The routes: the path is the name of a webhook, the signature of the handler what is sent.
        converters: The converters of the application.
        providers: The providers of the application.
    """
    table = compile_urls([webhooks], converters=converters, source="the webhooks")
    faults: list[Fault] = list(table.faults)
    planned = []
    for route in table.routes:
        try:
            planned.append((route, plan(route.route.handler, providers=providers, methods=route.route.methods)))
        except BindingErrors as wrong:
            faults += wrong.messages
    return planned, faults


def operation_faults(routes: Iterable[CompiledRoute]) -> list[CheckMessage]:
    """Return the routes whose `operation_id=` is that of another one: clients would call one for the other."""
    first: dict[str, CompiledRoute] = {}
    found = []
    for route in routes:
        name = route.route.operation_id
        if name is None or not route.route.include_in_schema:
            continue
        other = first.setdefault(name, route)
        if other is not route:
            message = f"the `operation_id` {quote(name)} of {quote(route.path)} is taken by {quote(other.path)}"
            hint = f"it is registered at {other.route.place}" if other.route.place else None
            found.append(error("application.E006", message, hint=hint, place=route.route.place))
    return found


def with_document_routes(
    table: URLTable, settings: Settings, auth: Auth, build: Callable[[], dict[str, JSON]]
) -> URLTable:
    """Return the table with the routes of the document behind all others; a path that is taken stays what it is."""
    urls = {name: _url(settings, name) for name in ("OPENAPI_URL", *_PAGES)}
    if urls["OPENAPI_URL"] is None:
        return table
    openapi = _room()
    pages = openapi.DocumentPages(
        document=urls["OPENAPI_URL"], swagger=urls["DOCS_URL"], redoc=urls["REDOC_URL"], auth=auth
    )
    made = compile_urls(openapi.document_routes(pages, build, settings.API_TITLE), converters=ConverterTable())
    taken = {route.pattern.shape for route in table.routes}
    routes = list(table.routes)
    for route in made.routes:
        if route.pattern.shape not in taken:
            routes.append(replace(route, id=len(routes)))
    return replace(table, routes=tuple(routes))


def _url(settings: Settings, name: str) -> str | None:
    """Return where something is served: the default counts while debugging, what was written counts everywhere."""
    is_written = settings.origin(name).kind != "default"
    url: str | None = getattr(settings, name)
    return url if is_written or settings.DEBUG else None


def _room() -> Any:
    # Only who serves or asks for a document pays for the room.
    return importlib.import_module("vase.openapi")
