"""Migrations: one folder per app, Alembic inside, functions outside.

`make_migrations`, `migrate` and `show_migrations` take an application and return data; the management commands print
it. There is no ini file and no `env.py`. Each app's `migrations/` holds numbered files, `0001_initial.py`; the
Alembic revision in it is `<label>_0001`, the app's label is the branch label, and a foreign key to another app
becomes `depends_on`. A SQLAlchemy user finds Alembic's own table, `alembic_version`, and Alembic's own operations.

Alembic takes half a second to import, so these functions import it when they are called.
"""

from vase.db._migrations._front import make_migrations, migrate, pending_migrations, show_migrations
from vase.db._migrations._results import (
    AppMigrations,
    MadeMigrations,
    MigrationRun,
    MigrationStatus,
    MigrationStep,
    NewMigration,
)

__all__ = [
    "AppMigrations",
    "MadeMigrations",
    "MigrationRun",
    "MigrationStatus",
    "MigrationStep",
    "NewMigration",
    "make_migrations",
    "migrate",
    "pending_migrations",
    "show_migrations",
]
