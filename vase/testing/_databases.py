"""Databases for tests: migrated once a run, copied for each test.

A copy, not a transaction that is rolled back: handlers run in threads with connections of their own, and a commit in a
test is a real commit.
"""

import asyncio
import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager

from sqlalchemy import text

from vase.application import Vase
from vase.db import Database, Databases, migrate

__all__ = ["TestDatabases"]


class TestDatabases:
    """The databases of a site while it is tested: `default`, in memory where it is SQLite, beside the real one else.

    Args:
        site: The site; its `databases` are replaced for each test.
        worker: Tells apart the processes of one run that test the same site on one server.
    """

    __test__ = False  # pytest takes classes with this name for tests

    def __init__(self, site: Vase, *, worker: str = "") -> None:
        self._site = site
        self._original = site.databases
        self._worker = worker
        self._migrated: bytes | None = None
        self._template: str | None = None

    @contextmanager
    def fresh(self) -> Iterator[None]:
        """Give the site databases that nobody has written to, until the block ends."""
        if "default" not in self._original:
            yield
        elif self._original["default"].backend == "sqlite":
            with self._installed("sqlite://") as database:
                self._fill(database)
                yield
        else:
            with self._copied(self._original["default"]) as url, self._installed(url):
                yield

    def close(self) -> None:
        """Remove what is kept from test to test."""
        if self._template is not None:
            _administer(self._original["default"], _drop(self._template))
            self._template = None

    @contextmanager
    def _installed(self, url: str) -> Iterator[Database]:
        databases = Databases({"default": url})
        self._site.databases = databases
        try:
            yield databases["default"]
        finally:
            self._site.databases = self._original
            # The loop of an `async def` test is gone, and closing needs one to wait on: one that is nobody's current.
            with asyncio.Runner(loop_factory=asyncio.SelectorEventLoop) as runner:
                runner.run(databases.close())

    def _fill(self, database: Database) -> None:
        with database.engine.connect() as connection:
            raw = connection.connection.driver_connection
            assert isinstance(raw, sqlite3.Connection)  # noqa: S101  # the address of `fresh`
            if self._migrated is None:
                migrate(self._site)
                self._migrated = raw.serialize()
                return
            source = sqlite3.connect(":memory:")
            source.deserialize(self._migrated)
            source.backup(raw)
            source.close()

    @contextmanager
    def _copied(self, original: Database) -> Iterator[str]:
        """Copy a migrated database; PostgreSQL does so in some tens of milliseconds."""
        url = original.address.async_url  # its driver is the one that the site has chosen

        def named(name: str) -> str:
            return url.set(database=name).render_as_string(hide_password=False)

        template = "_".join(filter(None, ["test", url.database, self._worker]))
        copy = f"{template}_copy"
        if self._template is None:
            _administer(original, _drop(template), f'CREATE DATABASE "{template}"')
            with self._installed(named(template)):
                migrate(self._site)
            self._template = template
        _administer(original, _drop(copy), f'CREATE DATABASE "{copy}" TEMPLATE "{template}"')
        try:
            yield named(copy)
        finally:
            _administer(original, _drop(copy))


def _drop(name: str) -> str:
    return f'DROP DATABASE IF EXISTS "{name}" WITH (FORCE)'


def _administer(database: Database, *statements: str) -> None:
    """Run statements that PostgreSQL refuses inside of a transaction."""
    engine = database.make_engine(pooled=False).execution_options(isolation_level="AUTOCOMMIT")
    try:
        with engine.connect() as connection:
            for statement in statements:
                connection.execute(text(statement))
    finally:
        engine.dispose()
