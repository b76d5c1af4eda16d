"""`makemigrations`: the database room compares models and migrations, this prints what it found."""

from collections.abc import Iterable
from typing import Annotated

import typer

from vase.application import Vase
from vase.db import NewMigration, make_migrations
from vase.management._output import emit, say

__all__ = ["makemigrations", "print_new_migrations"]


def makemigrations(
    app: Vase,
    labels: Annotated[
        list[str] | None, typer.Argument(metavar="[APP]...", help="The apps to look at; all by default.")
    ] = None,
    *,
    name: Annotated[str | None, typer.Option(help="What to call the migration after its number.")] = None,
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Show what would be written, and write nothing.")] = False,
    check: Annotated[
        bool, typer.Option("--check", help="Write nothing; exit with 1 when a migration is missing.")
    ] = False,
) -> None:
    """Write migrations for what changed in the models."""
    made = make_migrations(app, labels or None, name=name, dry_run=dry_run, check=check)
    if not made.has_changes:
        say("models and migrations agree")
    print_new_migrations(made.migrations)
    if check and made.has_changes:
        raise typer.Exit(1)


def print_new_migrations(migrations: Iterable[NewMigration]) -> None:
    """Print each migration with what it does."""
    for migration in migrations:
        emit(f"{migration.label}: {migration.name}" + ("" if migration.written else " (not written)"))
        for operation in migration.operations:
            emit(f"  {operation}")
