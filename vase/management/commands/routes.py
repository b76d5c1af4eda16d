"""`routes`: the table that the engine matches, as a person reads it, and the audit of who may call what."""

import difflib
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated, Final

import typer

from vase.application import Vase
from vase.exceptions import quote
from vase.management._errors import CommandError
from vase.management._output import emit, emit_json, emit_table, say
from vase.types import JSON
from vase.urls import CompiledRoute, auth_label

__all__ = ["routes"]

_MOUNT: Final = "MOUNT"
"""What stands in place of a method before a mounted application: it answers all of them."""


def routes(
    app: Vase,
    *,
    audit: Annotated[bool, typer.Option("--audit", help="Print who may call each route, sorted by path.")] = False,
    check: Annotated[
        Path | None,
        typer.Option("--check", metavar="FILE", help="Compare the audit with a file; exit with 1 if they differ."),
    ] = None,
    as_json: Annotated[bool, typer.Option("--json", help="Print a JSON array.")] = False,
) -> None:
    """List the routes of the site in the order in which they are tried; sockets and mounts too."""
    if check is not None:
        _compare(_audit(app), check)
    elif as_json:
        emit_json([_as_json(entry) for entry in _entries(app)])
    elif audit:
        emit("\n".join(_audit(app)))
    else:
        _print(app)


@dataclass(frozen=True, slots=True)
class _Entry:
    """What answers under a path: a route, a socket, or a mounted application, which gets what no route takes."""

    methods: tuple[str, ...]
    path: str
    route: CompiledRoute

    @property
    def auth(self) -> str:
        return auth_label(self.route.route.auth)

    @property
    def handler(self) -> str:
        handler = self.route.route.handler
        return f"{handler.__module__}.{getattr(handler, '__qualname__', type(handler).__qualname__)}"


def _entries(app: Vase) -> list[_Entry]:
    found = [_Entry(route.route.methods, route.path, route) for route in app.routes()]
    return found + [_Entry((_MOUNT,), mount.prefix, mount.route) for mount in app.mounts()]


def _print(app: Vase) -> None:
    rows = [
        (
            ",".join(entry.methods),
            entry.path,
            entry.route.name or "-",
            entry.handler,
            str(entry.route.route.place or "-"),
        )
        for entry in _entries(app)
    ]
    emit_table(rows, headings=("methods", "path", "name", "handler", "place"))


def _audit(app: Vase) -> list[str]:
    """Return a line for each method of each route: neither order nor names of handlers matter to who may call it."""
    lines = {(entry.path, method, entry.auth) for entry in _entries(app) for method in entry.methods}
    return [f"{method} {path} {auth}" for path, method, auth in sorted(lines)]


def _compare(found: list[str], file: Path) -> None:
    try:
        reviewed = file.read_text(encoding="utf-8").splitlines()
    except OSError as error:
        raise CommandError(
            f"the reviewed routes cannot be read: {quote(str(file))}: {error.strerror}",
            code="management.E013",
            hint=f"write them with `./manage.py routes --audit > {file}`, and review the file",
        ) from error
    if reviewed == found:
        say(f"{file}: {len(found)} routes, as reviewed")
        return
    changes = [
        line
        for line in difflib.unified_diff(reviewed, found, lineterm="", n=0)
        if line[:1] in "+-" and line[:3] not in {"+++", "---"}
    ]
    emit("\n".join(changes))
    say(f"{file}: who may call what has changed: {len(changes)} lines; review them, then write the file anew with")
    say(f"  ./manage.py routes --audit > {file}")
    raise typer.Exit(1)


def _as_json(entry: _Entry) -> JSON:
    place = entry.route.route.place
    return {
        "methods": list(entry.methods),
        "path": entry.path,
        "name": entry.route.name,
        "auth": None if entry.route.route.auth is None else entry.auth,
        "handler": entry.handler,
        "file": place.file if place else None,
        "line": place.line if place else None,
    }
