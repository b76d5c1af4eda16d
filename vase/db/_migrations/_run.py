"""Apply and revert migrations: one transaction, one at a time, the database old or new.

SQLite: foreign keys are switched off before the transaction (Alembic rebuilds tables by copying them, and dropping
the old copy would cascade), and the whole database is checked for rows that point nowhere before the commit.
PostgreSQL: an advisory lock keeps a second run waiting.
"""

from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, Final

import sqlalchemy as sa
from alembic.operations import Operations
from alembic.runtime.migration import MigrationContext, RevisionStep
from alembic.util import CommandError
from sqlalchemy.engine import Connection

from vase.db._database import Database
from vase.db._errors import DatabaseURLError, MigrationError
from vase.db._migrations._results import AppMigrations, MigrationRun, MigrationStatus, MigrationStep
from vase.db._migrations._scripts import Scripts, name_of
from vase.db._site import Site
from vase.exceptions import VaseError, quote
from vase.types import Place

__all__ = ["apply_all", "connect", "context_for", "current_heads", "run", "status"]

VERSION_TABLE: Final = "alembic_version"
_ADVISORY_LOCK: Final = 0x76617365  # "vase" in ASCII
_LOCK_TIMEOUT_MILLISECONDS: Final = 60_000


def run(site: Site, label: str | None, target: str | None, *, plan: bool) -> MigrationRun:
    """Do what `migrate` promises."""
    scripts = Scripts.of(site)
    if label is not None:
        scripts.require(label)
    elif target is not None:
        raise MigrationError(f"a target needs the label of its app: {quote(target)}", code="db.E010")
    database = site.databases["default"]
    if plan:
        steps = _steps(scripts, _heads_without_touching(database), label, target)
        return MigrationRun(_described(scripts, steps), was_planned_only=True)
    with connect(database) as connection, _transaction(connection):
        steps = _steps(scripts, current_heads(connection), label, target)
        if steps:
            _run_steps(connection, scripts, steps)
    return MigrationRun(_described(scripts, steps))


def status(site: Site) -> list[AppMigrations]:
    """Do what `show_migrations` promises."""
    scripts = Scripts.of(site)
    applied = scripts.applied(_heads_without_touching(site.databases["default"]))
    return [
        AppMigrations(
            label,
            tuple(
                MigrationStatus(label, name_of(script), script.revision, script.revision in applied)
                for script in scripts.of_app(label)
            ),
        )
        for label in scripts.apps
    ]


def apply_all(connection: Connection, scripts: Scripts, **options: Any) -> None:
    """Apply every migration to an empty database, inside the connection's transaction."""
    _run_steps(connection, scripts, _steps(scripts, (), None, None), **options)


def current_heads(connection: Connection) -> tuple[str, ...]:
    """Return the newest revisions that a database has."""
    return context_for(connection).get_current_heads()


def context_for(connection: Connection, **options: Any) -> MigrationContext:
    """Return Alembic's context on a connection, with DDL inside transactions also on SQLite."""
    return MigrationContext.configure(connection, opts={"transactional_ddl": True, **options})


@contextmanager
def connect(database: Database) -> Iterator[Connection]:
    """Open a connection of its own, apart from the pool.

    Raises:
        DatabaseURLError: The database cannot be reached.
    """
    file = database.address.file
    if file is not None and not file.absolute().parent.is_dir():
        raise DatabaseURLError(
            f"the folder of the database does not exist: {quote(str(file.absolute().parent))}",
            code="db.E005",
            hint="create it, or change `DATABASES`",
        )
    engine = database.make_engine(pooled=False)
    try:
        connection = engine.connect()
    except sa.exc.OperationalError as error:
        reason = str(error.orig).strip().partition("\n")[0]
        raise DatabaseURLError(
            f"the database {quote(str(database.address))} does not answer: {reason}", code="db.E005"
        ) from error
    try:
        yield connection
    finally:
        connection.close()
        engine.dispose()


@contextmanager
def _transaction(connection: Connection) -> Iterator[None]:
    """Begin the one transaction of a run, alone on the database, and commit it at the end."""
    if connection.dialect.name == "sqlite":
        connection.exec_driver_sql("PRAGMA foreign_keys = OFF")
        connection.exec_driver_sql(f"PRAGMA busy_timeout = {_LOCK_TIMEOUT_MILLISECONDS}")
        connection.exec_driver_sql("BEGIN IMMEDIATE")
    else:
        connection.execute(sa.select(sa.func.pg_advisory_xact_lock(_ADVISORY_LOCK)))
    try:
        yield
        _require_sound_references(connection)
        connection.commit()
    except BaseException:
        connection.rollback()
        raise


def _require_sound_references(connection: Connection) -> None:
    if connection.dialect.name != "sqlite":
        return
    loose = connection.exec_driver_sql("PRAGMA foreign_key_check").fetchmany(5)
    if loose:
        rows = ", ".join(f"row {row[1]} of `{row[0]}` points to no row of `{row[2]}`" for row in loose)
        raise MigrationError(f"the migrations would leave rows that point nowhere: {rows}", code="db.E015")


def _heads_without_touching(database: Database) -> tuple[str, ...]:
    """Return the heads of a database; none for a file that does not exist, which must not be created by looking."""
    file = database.address.file
    if file is not None and not file.exists():
        return ()
    with connect(database) as connection:
        return current_heads(connection)


def _steps(scripts: Scripts, heads: tuple[str, ...], label: str | None, target: str | None) -> list[RevisionStep]:
    applied = scripts.applied(heads)
    directory = scripts.directory
    current: Any = heads
    try:
        if label is None:
            return directory._upgrade_revs("heads", current)  # noqa: SLF001  # Alembic's own commands are built on it
        if target == "zero":
            return directory._downgrade_revs(f"{label}@base", current)  # noqa: SLF001  # as above
        goal = scripts.find(label, target).revision if target is not None else scripts.head(label)
        if goal is None:
            return []
        if goal in applied:
            own = {script.revision for script in scripts.of_app(label)}
            is_newest = not any(goal in _parents(scripts, revision) for revision in own & applied)
            return [] if is_newest else directory._downgrade_revs(f"{label}@{goal}", current)  # noqa: SLF001  # as above
        return directory._upgrade_revs(goal, current)  # noqa: SLF001  # as above
    except CommandError as error:
        raise MigrationError(
            f"no way leads to the migration {quote(target or 'newest')}: {error}", code="db.E012"
        ) from error


def _parents(scripts: Scripts, revision: str) -> Iterable[str]:
    down = scripts.directory.get_revision(revision).down_revision
    return (down,) if isinstance(down, str) else (down or ())


def _run_steps(connection: Connection, scripts: Scripts, steps: list[RevisionStep], **options: Any) -> None:
    _ensure_version_table(connection)
    running: list[RevisionStep] = []

    def each(_heads: object, _context: object) -> Iterator[RevisionStep]:
        for step in steps:
            running[:] = [step]
            yield step

    context = context_for(connection, fn=each, script=scripts.directory, **options)
    try:
        with Operations.context(context):
            context.run_migrations()
    except VaseError:
        raise
    except Exception as error:
        script = running[0].revision
        verb = "applied" if running[0].is_upgrade else "reverted"
        reason = str(getattr(error, "orig", None) or error)
        raise MigrationError(
            f"migration `{scripts.label_of(script)}.{name_of(script)}` cannot be {verb}: "
            f"{type(error).__name__}: {reason}",
            code="db.E014",
            hint="nothing was changed: all steps of this run were undone",
            place=Place(script.path),
        ) from error


def _ensure_version_table(connection: Connection) -> None:
    """Make Alembic's table with room for `<label>_<number>`; its own has 32 characters."""
    table = sa.Table(VERSION_TABLE, sa.MetaData(), sa.Column("version_num", sa.String(255), primary_key=True))
    table.create(connection, checkfirst=True)


def _described(scripts: Scripts, steps: list[RevisionStep]) -> tuple[MigrationStep, ...]:
    return tuple(
        MigrationStep(
            scripts.label_of(step.revision),
            Path(step.revision.path).stem,
            step.revision.revision,
            "apply" if step.is_upgrade else "revert",
        )
        for step in steps
    )
