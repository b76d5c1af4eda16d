"""The errors of the database room.

    VaseError
    └── DatabaseError           everything that this room raises
        ├── DatabaseURLError    a database of `DATABASES` that cannot be reached as it is written;
        │                       an `ImproperlyConfigured` too
        ├── ModelError          a model that cannot be mapped
        └── MigrationError      migrations that cannot be made, ordered or applied

What the database itself refuses stays SQLAlchemy's: `sqlalchemy.exc.IntegrityError` and its kin.
"""

from vase.exceptions import ImproperlyConfigured, VaseError

__all__ = ["DatabaseError", "DatabaseURLError", "MigrationError", "ModelError"]


class DatabaseError(VaseError):
    """Everything that the database room raises on purpose."""


class DatabaseURLError(DatabaseError, ImproperlyConfigured):
    """A database of `DATABASES` whose address cannot be read or whose driver is not installed."""


class ModelError(DatabaseError):
    """A model that cannot be mapped to a table."""


class MigrationError(DatabaseError):
    """Migrations that cannot be made, ordered or applied."""
