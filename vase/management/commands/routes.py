"""`routes`: the table that the engine matches, as a person reads it."""

from typing import Annotated

import typer

from vase.application import Vase
from vase.management._output import emit_json, emit_table
from vase.types import JSON
from vase.urls import CompiledRoute

__all__ = ["routes"]


def routes(app: Vase, *, as_json: Annotated[bool, typer.Option("--json", help="Print a JSON array.")] = False) -> None:
    """List the routes of the site in the order in which they are tried."""
    if as_json:
        emit_json([_as_json(route) for route in app.routes()])
        return
    rows = [
        (
            ",".join(route.route.methods),
            route.path,
            route.name or "-",
            _handler_name(route),
            str(route.route.place or "-"),
        )
        for route in app.routes()
    ]
    emit_table(rows, headings=("methods", "path", "name", "handler", "place"))


def _as_json(route: CompiledRoute) -> JSON:
    place = route.route.place
    return {
        "methods": list(route.route.methods),
        "path": route.path,
        "name": route.name,
        "handler": _handler_name(route),
        "file": place.file if place else None,
        "line": place.line if place else None,
    }


def _handler_name(route: CompiledRoute) -> str:
    handler = route.route.handler
    return f"{handler.__module__}.{getattr(handler, '__qualname__', type(handler).__qualname__)}"
