"""What the migration functions return: plain data for commands to print or to write as JSON."""

from dataclasses import dataclass
from pathlib import Path
from typing import Literal

__all__ = ["AppMigrations", "MadeMigrations", "MigrationRun", "MigrationStatus", "MigrationStep", "NewMigration"]


@dataclass(frozen=True, slots=True)
class NewMigration:
    """A migration that `make_migrations` has written, or would write.

    Args:
        label: The app.
        name: The file's name without `.py`, like `0002_add_article_subtitle`.
        revision: Alembic's id, like `articles_0002`.
        path: Where the file is, or would be.
        operations: What it does, one line an operation, like `create table articles_article`.
        source: The text of the file.
        written: Whether the file was written; False for `dry_run` and `check`.
    """

    label: str
    name: str
    revision: str
    path: Path
    operations: tuple[str, ...]
    source: str
    written: bool


@dataclass(frozen=True, slots=True)
class MadeMigrations:
    """The answer of `make_migrations`; empty when models and migrations agree."""

    migrations: tuple[NewMigration, ...] = ()

    @property
    def has_changes(self) -> bool:
        """Whether the models differ from the migrations."""
        return bool(self.migrations)


@dataclass(frozen=True, slots=True)
class MigrationStep:
    """One migration in a run."""

    label: str
    name: str
    revision: str
    direction: Literal["apply", "revert"]


@dataclass(frozen=True, slots=True)
class MigrationRun:
    """The answer of `migrate`: the steps in their order; empty when nothing was to be done.

    Args:
        steps: The migrations applied or reverted, or that would be.
        was_planned_only: Whether the database was left as it was (`plan=True`).
    """

    steps: tuple[MigrationStep, ...] = ()
    was_planned_only: bool = False


@dataclass(frozen=True, slots=True)
class MigrationStatus:
    """One migration of an app, and whether the database has it."""

    label: str
    name: str
    revision: str
    is_applied: bool


@dataclass(frozen=True, slots=True)
class AppMigrations:
    """The migrations of one app in their order."""

    label: str
    migrations: tuple[MigrationStatus, ...] = ()
