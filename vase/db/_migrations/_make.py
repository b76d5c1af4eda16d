"""Find what models and migrations differ in, and write it as one migration per app."""

import os
import tempfile
import warnings
from collections.abc import Collection, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from graphlib import CycleError, TopologicalSorter
from pathlib import Path
from typing import Any

import sqlalchemy as sa
from alembic.autogenerate import produce_migrations
from alembic.operations import ops
from alembic.runtime.migration import MigrationContext
from sqlalchemy.engine import Connection

from vase.db._database import Database
from vase.db._errors import MigrationError
from vase.db._migrations import _run
from vase.db._migrations._render import describe, migration_source, slug_of
from vase.db._migrations._results import MadeMigrations, NewMigration
from vase.db._migrations._scripts import Scripts, folder_of, name_of
from vase.db._models import application_metadata
from vase.db._site import Site
from vase.exceptions import quote

__all__ = ["make"]


@dataclass(slots=True)
class _Changes:
    """What one app's tables need, and which other apps' tables that points to."""

    operations: list[ops.MigrateOperation] = field(default_factory=list)
    needs: set[str] = field(default_factory=set)


def make(site: Site, labels: Collection[str] | None, *, name: str | None, write: bool) -> MadeMigrations:
    """Do what `make_migrations` promises."""
    scripts = Scripts.of(site)
    for label in labels or ():
        scripts.require(label)
    if name is not None and not name.isidentifier():
        raise MigrationError(
            f"not a name for a migration: {quote(name)}", code="db.E010", hint="letters, digits and `_`"
        )
    metadata = application_metadata(app.name for app in scripts.apps.values())
    with _at_newest(site.databases["default"], scripts) as (connection, owners):
        owners.update(metadata.info["labels"])
        context = _run.context_for(
            connection,
            compare_type=True,
            compare_server_default=True,
            include_name=lambda kind, name, _parents: kind != "table" or name in owners,
            render_as_batch=True,
        )
        with warnings.catch_warnings():
            # A circle of foreign keys: told by `_in_order` between apps, and no trouble inside one.
            warnings.filterwarnings("ignore", "Cannot correctly sort tables", category=sa.exc.SAWarning)
            found = produce_migrations(context, metadata).upgrade_ops
        changes = _by_app(found.ops if found is not None else [], owners)
        if labels is not None:
            _require_complete(changes, labels, scripts)
            changes = {label: change for label, change in changes.items() if label in labels}
        made = [_migration(context, scripts, label, changes, name) for label in _in_order(changes)]
    for migration in made if write else ():
        _write(migration)
    return MadeMigrations(tuple(_replace_written(migration, written=write) for migration in made))


@contextmanager
def _at_newest(database: Database, scripts: Scripts) -> Iterator[tuple[Connection, dict[str, str]]]:
    """Give a connection to a database that has all migrations, and the app that owns each of its tables."""
    if database.backend != "sqlite":
        with _run.connect(database) as connection:
            _require_all_applied(connection, scripts)
            names = sa.inspect(connection).get_table_names()
            owners = {name: label for name in names if (label := _label_by_prefix(name, scripts)) is not None}
            yield connection, owners
        return
    owners = {}

    def note_new_tables(*, ctx: MigrationContext, step: Any, **_rest: object) -> None:
        label = next(scripts.label_of(one) for one in scripts.all() if one.revision == step.up_revision_id)
        for table in sa.inspect(ctx.connection).get_table_names() if ctx.connection is not None else ():
            if table != _run.VERSION_TABLE:
                owners.setdefault(table, label)

    scratch = Database("sqlite://")
    try:
        with _run.connect(scratch) as connection:
            connection.exec_driver_sql("PRAGMA foreign_keys = OFF")
            _run.apply_all(connection, scripts, on_version_apply=(note_new_tables,))
            yield connection, owners
    finally:
        scratch.dispose()


def _require_all_applied(connection: Connection, scripts: Scripts) -> None:
    applied = scripts.applied(_run.current_heads(connection))
    missing = [script for script in scripts.all() if script.revision not in applied]
    if missing:
        raise MigrationError(
            f"the database lacks {len(missing)} {'migration' if len(missing) == 1 else 'migrations'}, the first is "
            f"`{scripts.label_of(missing[0])}.{name_of(missing[0])}`",
            code="db.E013",
            hint="run `manage.py migrate` first",
        )


def _label_by_prefix(table: str, scripts: Scripts) -> str | None:
    """Return the app whose label a table's name begins with, the longest if there are several."""
    return max((label for label in scripts.apps if table.startswith(f"{label}_")), key=len, default=None)


def _by_app(operations: list[ops.MigrateOperation], owners: dict[str, str]) -> dict[str, _Changes]:
    changes: dict[str, _Changes] = {}
    for operation in operations:
        table: str = getattr(operation, "table_name", "")
        label = owners[table]
        change = changes.setdefault(label, _Changes())
        change.operations.append(operation)
        change.needs |= {owners[target] for target in _referred_tables(operation) if target in owners} - {label}
    return changes


def _referred_tables(operation: ops.MigrateOperation) -> Iterator[str]:
    match operation:
        case ops.ModifyTableOps():
            for inner in operation.ops:
                yield from _referred_tables(inner)
        case ops.CreateTableOp():
            for constraint in operation.to_table().foreign_key_constraints:
                yield from (element.target_fullname.rsplit(".", 1)[0] for element in constraint.elements)
        case ops.CreateForeignKeyOp():
            yield operation.referent_table
        case ops.AddColumnOp():
            yield from (key.target_fullname.rsplit(".", 1)[0] for key in operation.column.foreign_keys)


def _require_complete(changes: dict[str, _Changes], labels: Collection[str], scripts: Scripts) -> None:
    """Refuse to make the migration of an app without that of another one whose new tables it points to."""
    for label in labels:
        for needed in changes[label].needs if label in changes else ():
            if needed not in labels and needed in changes and scripts.head(needed) is None:
                raise MigrationError(
                    f"app `{label}` points to app `{needed}`, which has no migration yet",
                    code="db.E014",
                    hint=f"make both: `manage.py makemigrations {needed} {label}`",
                )


def _in_order(changes: dict[str, _Changes]) -> list[str]:
    sorter = TopologicalSorter({label: change.needs & changes.keys() for label, change in changes.items()})
    try:
        return list(sorter.static_order())
    except CycleError as error:
        circle = " → ".join(f"`{label}`" for label in error.args[1])
        raise MigrationError(
            f"the new tables of these apps point to each other: {circle}",
            code="db.E016",
            hint="run `makemigrations` without one of the foreign keys, put it back, and run it again",
        ) from None


def _migration(
    context: MigrationContext, scripts: Scripts, label: str, changes: dict[str, _Changes], name: str | None
) -> NewMigration:
    change = changes[label]
    number = scripts.next_number(label)
    parent = scripts.head(label)
    slug = name or ("initial" if parent is None else slug_of(change.operations, label))
    revision = _revision(label, number)
    needed = [_newest(scripts, other, changes) for other in sorted(change.needs)]
    source = migration_source(
        context,
        change.operations,
        title=_title(describe(change.operations)) if parent is not None else f"The first tables of {label}.",
        identifiers={
            "revision": revision,
            "down_revision": parent,
            "branch_labels": (label,) if parent is None else None,
            "depends_on": tuple(one for one in needed if one) or None,
        },
    )
    file = f"{number:04}_{slug}"
    path = folder_of(scripts.apps[label]) / f"{file}.py"
    return NewMigration(label, file, revision, path, describe(change.operations), source, written=False)


def _newest(scripts: Scripts, label: str, changes: dict[str, _Changes]) -> str | None:
    """Return the revision an app will have at the end of this run."""
    return _revision(label, scripts.next_number(label)) if label in changes else scripts.head(label)


def _revision(label: str, number: int) -> str:
    return f"{label}_{number:04}"


def _title(operations: tuple[str, ...]) -> str:
    first = operations[0][:1].upper() + operations[0][1:]
    return f"{first}." if len(operations) == 1 else f"{first} and {len(operations) - 1} more."


def _replace_written(migration: NewMigration, *, written: bool) -> NewMigration:
    return NewMigration(
        migration.label,
        migration.name,
        migration.revision,
        migration.path,
        migration.operations,
        migration.source,
        written,
    )


def _write(migration: NewMigration) -> None:
    """Write the file at once or not at all, in a package that exists."""
    folder = migration.path.parent
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "__init__.py").touch()
    handle, temporary = tempfile.mkstemp(dir=folder, suffix=".tmp")
    with os.fdopen(handle, "w", encoding="utf-8") as file:
        file.write(migration.source)
    Path(temporary).chmod(0o644)
    Path(temporary).replace(migration.path)
