"""Relative paths of settings, made absolute below `BASE_DIR`, so that a command may be run from any directory."""

from pathlib import Path

from vase.conf._settings import Settings
from vase.conf.schema import DatabaseSettings

__all__ = ["anchored"]


def anchored(settings: Settings) -> Settings:
    """Return the settings with every path that is a setting begun at `BASE_DIR`."""
    base = settings.BASE_DIR
    if base == Path():
        return settings
    root = settings.STATIC_ROOT
    templates = [
        engine.model_copy(update={"dirs": [base / directory for directory in engine.dirs]})
        for engine in settings.TEMPLATES
    ]
    return settings.model_copy(
        update={
            "STATIC_ROOT": None if root is None else base / root,
            "STATICFILES_DIRS": [base / directory for directory in settings.STATICFILES_DIRS],
            "TEMPLATES": templates,
            "DATABASES": {alias: _anchored_file(database, base) for alias, database in settings.DATABASES.items()},
        }
    )


def _anchored_file(database: DatabaseSettings, base: Path) -> DatabaseSettings:
    if database.engine != "sqlite" or database.is_memory or database.name.startswith("file:"):
        return database
    return database.model_copy(update={"name": str(base / database.name)})
