"""What can be wrong with databases, models and migrations, told before the socket opens.

db.E001  an address that cannot be read, or of a database that Vase does not speak
db.E002  a driver that is unknown or not installed, with the extra to install
db.E003  a model without a primary key
db.E004  two apps that claim the same table
db.E005  a database whose folder does not exist
db.E008  an app whose tables are named after another label
db.W001  migrations that the database does not have yet
"""

from collections.abc import Iterator, Mapping

import sqlalchemy as sa

from vase.checks import CheckMessage, error, warning
from vase.db._database import Database
from vase.db._errors import DatabaseURLError
from vase.db._migrations import pending_migrations
from vase.db._models import installed_declarations
from vase.db._site import Site
from vase.db._urls import DatabaseEntry
from vase.exceptions import VaseError, quote

__all__ = ["check_databases", "check_migrations", "check_models"]

_SHOWN = 3  # names in a sentence, before it only counts


def check_databases(entries: Mapping[str, str | DatabaseEntry]) -> Iterator[CheckMessage]:
    """Look for addresses that cannot be reached as they are written; nothing is connected to.

    Args:
        entries: The value of `DATABASES`.
    """
    for alias, entry in entries.items():
        try:
            database = Database(entry, alias=alias)
            database.address.require_driver(database.address.sync_url)
        except DatabaseURLError as fault:
            yield error(fault.code, f"database `{alias}`: {fault.message}", hint=fault.hint)
            continue
        file = database.address.file
        if file is not None and not file.absolute().parent.is_dir():
            yield error(
                "db.E005",
                f"database `{alias}`: the folder of the file does not exist: {quote(str(file.absolute().parent))}",
                hint="create it, or change `DATABASES`",
            )


def check_models(app: Site) -> Iterator[CheckMessage]:
    """Look for models that could not be mapped, and for tables that two installed apps claim."""
    owner_of: dict[str, str] = {}
    labels = {one.name: one.label for one in app.apps}
    for declared in installed_declarations(labels):
        yield from declared.faults
        if labels[declared.package] != declared.label:
            yield error(
                "db.E008",
                f"the tables of `{declared.package}` are named after the label `{declared.label}`, "
                f"and the app is installed as `{labels[declared.package]}`",
                hint="write `default = True` in the `AppConfig` that `INSTALLED_APPS` names",
            )
        for table in declared.metadata.tables:
            other = owner_of.setdefault(table, declared.package)
            if other != declared.package:
                yield error(
                    "db.E004",
                    f"two apps claim the table {quote(table)}: `{other}` and `{declared.package}`",
                    hint="give one of them another `label` in its `apps.py`, or one model a `__tablename__`",
                )


def check_migrations(app: Site) -> Iterator[CheckMessage]:
    """Look for migrations that the database does not have yet; a database that does not answer is told, not raised."""
    if "default" not in app.databases:
        return
    try:
        pending = pending_migrations(app)
    except (VaseError, sa.exc.SQLAlchemyError) as fault:
        code, hint = (fault.code, fault.hint) if isinstance(fault, VaseError) else ("db.E005", None)
        yield warning(str(code), str(fault).partition("\n")[0], hint=hint)
        return
    if pending:
        names = [f"`{one.label}.{one.name}`" for one in pending[:_SHOWN]]
        more = f" and {len(pending) - _SHOWN} more" if len(pending) > _SHOWN else ""
        plural = "migration is" if len(pending) == 1 else "migrations are"
        yield warning(
            "db.W001",
            f"{len(pending)} {plural} not applied: {', '.join(names)}{more}",
            hint="run `manage.py migrate`",
        )
