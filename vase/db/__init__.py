"""Data: SQLAlchemy 2 in Django's words, sessions by annotation, Alembic per app behind `makemigrations` and `migrate`.

    class Product(Model):
        name: Mapped[str] = column(max_length=120)
        price: Mapped[Decimal] = column(max_digits=10, decimal_places=2)

    @router.get("/{id:int}")
    def get_product(id: int, db: Session) -> ProductOut:
        return ProductOut.model_validate(get_or_404(db, Product, id))

Settings read: `DATABASES`. Errors: `DatabaseURLError`, `ModelError`, `MigrationError`; codes `db.E001` to `db.E016`.
"""

from sqlalchemy import select
from sqlalchemy.orm import Mapped, relationship

from vase.db import transaction
from vase.db._checks import check_databases, check_migrations, check_models
from vase.db._columns import ColumnWords, ForeignKey, OnDelete, column
from vase.db._database import Database, Databases
from vase.db._errors import DatabaseError, DatabaseURLError, MigrationError, ModelError
from vase.db._migrations import (
    AppMigrations,
    MadeMigrations,
    MigrationRun,
    MigrationStatus,
    MigrationStep,
    NewMigration,
    make_migrations,
    migrate,
    pending_migrations,
    show_migrations,
)
from vase.db._models import Model, PlainModel, application_metadata
from vase.db._queries import count, exists, get_or_404
from vase.db._sessions import AsyncSession, Session
from vase.db._site import InstalledApp, Site
from vase.db._types import ExactNumeric, UtcDateTime

__all__ = [
    "AppMigrations",
    "AsyncSession",
    "ColumnWords",
    "Database",
    "DatabaseError",
    "DatabaseURLError",
    "Databases",
    "ExactNumeric",
    "ForeignKey",
    "InstalledApp",
    "MadeMigrations",
    "Mapped",
    "MigrationError",
    "MigrationRun",
    "MigrationStatus",
    "MigrationStep",
    "Model",
    "ModelError",
    "NewMigration",
    "OnDelete",
    "PlainModel",
    "Session",
    "Site",
    "UtcDateTime",
    "application_metadata",
    "check_databases",
    "check_migrations",
    "check_models",
    "column",
    "count",
    "exists",
    "get_or_404",
    "make_migrations",
    "migrate",
    "pending_migrations",
    "relationship",
    "select",
    "show_migrations",
    "transaction",
]
