"""The three commands as functions, and the question whether something is pending.

Alembic is imported inside them: a process that only serves never pays for it.
"""

from collections.abc import Collection

from vase.db._migrations._results import (
    AppMigrations,
    MadeMigrations,
    MigrationRun,
    MigrationStatus,
)
from vase.db._site import Site

__all__ = ["make_migrations", "migrate", "pending_migrations", "show_migrations"]


def make_migrations(
    app: Site,
    labels: Collection[str] | None = None,
    *,
    name: str | None = None,
    dry_run: bool = False,
    check: bool = False,
) -> MadeMigrations:
    """Write the migrations that lead from the migrations there are to the models there are.

    On SQLite the comparison is made in memory, so the database need not exist nor be up to date. On PostgreSQL the
    database itself is compared, and must have all migrations applied.

    Args:
        app: The application.
        labels: The apps to look at; all when None.
        name: What the file is called after its number, instead of a name made from the operations.
        dry_run: Return what would be written, and write nothing.
        check: The same; for a command that exits with 1 when `has_changes`.

    Raises:
        MigrationError: An unknown label, two migrations with the same parent, or a circle between apps.
    """
    from vase.db._migrations._make import make  # noqa: PLC0415  # Alembic is slow to import

    return make(app, labels, name=name, write=not (dry_run or check))


def migrate(app: Site, label: str | None = None, target: str | None = None, *, plan: bool = False) -> MigrationRun:
    """Bring the database to the newest migration of every app, or of one app to a named one.

    The whole run is one transaction: a process that is killed in the middle leaves the database as it was. A second
    `migrate` waits for the first and then finds nothing to do.

    Args:
        app: The application.
        label: One app; with it come the migrations of other apps that it depends on.
        target: A migration of that app, by number or name (`0002`), or `zero`; later ones are reverted.
        plan: Return the steps, and do nothing.

    Raises:
        MigrationError: An unknown label or target, or a migration that failed; the database is as before.
        DatabaseURLError: The database cannot be reached.
    """
    from vase.db._migrations._run import run  # noqa: PLC0415  # Alembic is slow to import

    return run(app, label, target, plan=plan)


def show_migrations(app: Site) -> list[AppMigrations]:
    """Return all migrations by app, in the order of `INSTALLED_APPS`, and which of them the database has."""
    from vase.db._migrations._run import status  # noqa: PLC0415  # Alembic is slow to import

    return status(app)


def pending_migrations(app: Site) -> list[MigrationStatus]:
    """Return the migrations that the database does not have yet; it is not created if it does not exist."""
    return [migration for one in show_migrations(app) for migration in one.migrations if not migration.is_applied]
