"""`showmigrations`: what is applied and what is not."""

from typing import Annotated

import typer

from vase.application import Vase
from vase.db import show_migrations
from vase.exceptions import did_you_mean, quote
from vase.management._errors import CommandError
from vase.management._output import emit, emit_json
from vase.types import JSON

__all__ = ["showmigrations"]


def showmigrations(
    app: Vase,
    labels: Annotated[
        list[str] | None, typer.Argument(metavar="[APP]...", help="The apps to list; all by default.")
    ] = None,
    *,
    as_json: Annotated[bool, typer.Option("--json", help="Print a JSON object.")] = False,
) -> None:
    """List the migrations of each app and whether they are applied."""
    found = {one.label: one.migrations for one in show_migrations(app)}
    for label in labels or ():
        if label not in found:
            raise CommandError(
                f"no installed app has the label {quote(label)}",
                code="management.E012",
                hint=did_you_mean(label, found),
            )
    shown = {label: found[label] for label in labels or found}
    if as_json:
        data: dict[str, JSON] = {
            label: [{"name": one.name, "revision": one.revision, "applied": one.is_applied} for one in migrations]
            for label, migrations in shown.items()
        }
        emit_json(data)
        return
    for label, migrations in shown.items():
        emit(label)
        for one in migrations:
            emit(f"  [{'x' if one.is_applied else ' '}] {one.name}")
        if not migrations:
            emit("  (no migrations)")
