"""The errors of the database room.

    VaseError
    ├── ImproperlyConfigured
    │   └── DatabaseURLError    a database of `DATABASES` that cannot be reached as it is written
    └── DatabaseError           everything else that this room raises
        ├── ModelError          a model that cannot be mapped
        └── MigrationError      migrations that cannot be made, ordered or applied

What the database itself refuses stays SQLAlchemy's: `sqlalchemy.exc.IntegrityError` and its kin.
"""

from vase.exceptions import ImproperlyConfigured, VaseError

__all__ = ["DatabaseError", "DatabaseURLError", "MigrationError", "ModelError"]


class DatabaseURLError(ImproperlyConfigured):
    """A database of `DATABASES` whose address cannot be read or whose driver is not installed."""


class DatabaseError(VaseError):
    """What the database room raises while it works."""


class ModelError(DatabaseError):
    """A model that cannot be mapped to a table."""


class MigrationError(DatabaseError):
    """Migrations that cannot be made, ordered or applied."""
