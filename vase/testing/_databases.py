"""Databases for tests: migrated once a run, copied for each test.

A copy, not a transaction that is rolled back: handlers run in threads with connections of their own, and a commit in a test
is a real commit.
"""

import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager

from sqlalchemy import URL, text

from vase.application import Vase
from vase.db import Database, Databases, migrate

__all__ = ["TestDatabases"]


class TestDatabases:
    """The databases of a site while it is tested.

    Args:
        site: The site; its `databases` are replaced for each test.
    """

    __test__ = False  # pytest takes classes with this name for tests

    def __init__(self, site: Vase) -> None:
        self._site = site
        self._original = site.databases
        self._migrated: bytes | None = None

    @contextmanager
    def fresh(self) -> Iterator[None]:
        """Give the site databases that nobody has written to, until the block ends."""
        if "default" not in self._original:
            yield
            return
        default = self._original["default"]
        if default.backend == "sqlite":
            with self._fresh_sqlite():
                yield
        else:
            with self._fresh_postgresql(default):
                yield

    @contextmanager
    def _fresh_sqlite(self) -> Iterator[None]:
        databases = Databases({"default": "sqlite://"})
        self._site.databases = databases
        try:
            with databases["default"].engine.connect() as connection:
                raw = connection.connection.driver_connection
                assert isinstance(raw, sqlite3.Connection)  # noqa: S101  # the address above
                if self._migrated is None:
                    migrate(self._site)
                    self._migrated = raw.serialize()
                else:
                    source = sqlite3.connect(":memory:")
                    source.deserialize(self._migrated)
                    source.backup(raw)
                    source.close()
            yield
        finally:
            databases["default"].dispose()
            self._site.databases = self._original

    @contextmanager
    def _fresh_postgresql(self, original: Database) -> Iterator[None]:
        """Copy a migrated template database; PostgreSQL does so in some tens of milliseconds."""
        url = original.address.sync_url
        template, copy = f"test_{url.database}", f"test_{url.database}_copy"
        administrator = original.make_engine(isolation_level="AUTOCOMMIT")
        try:
            if self._migrated is None:
                with administrator.connect() as connection:
                    connection.execute(text(f'DROP DATABASE IF EXISTS "{template}" WITH (FORCE)'))
                    connection.execute(text(f'CREATE DATABASE "{template}"'))
                self._site.databases = Databases({"default": _named(url, template)})
                migrate(self._site)
                self._site.databases["default"].dispose()
                self._migrated = b"done"
            with administrator.connect() as connection:
                connection.execute(text(f'DROP DATABASE IF EXISTS "{copy}" WITH (FORCE)'))
                connection.execute(text(f'CREATE DATABASE "{copy}" TEMPLATE "{template}"'))
            self._site.databases = Databases({"default": _named(url, copy)})
            yield
        finally:
            self._site.databases["default"].dispose()
            self._site.databases = self._original
            with administrator.connect() as connection:
                connection.execute(text(f'DROP DATABASE IF EXISTS "{copy}" WITH (FORCE)'))
            administrator.dispose()


def _named(url: URL, database: str) -> str:
    return url.set(database=database).render_as_string(hide_password=False)
