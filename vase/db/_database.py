"""`Database`: one entry of `DATABASES` with its engines, made when they are first needed.

The application owns its `Databases` and gives their sessions to handlers by type; nothing here is global. Next door:
`_urls.py` (what an address may say), `_sqlite.py` (how SQLite is tuned), `_sessions.py` (what a session promises).
"""

import asyncio
import secrets
import sqlite3
import threading
from collections.abc import AsyncIterator, Callable, Iterator, Mapping
from contextlib import AbstractAsyncContextManager, asynccontextmanager, contextmanager
from typing import Any, Final

from sqlalchemy import URL, create_engine
from sqlalchemy.engine import Engine
from sqlalchemy.ext.asyncio import AsyncEngine, create_async_engine
from sqlalchemy.pool import NullPool

from vase.db import _postgresql, _sqlite
from vase.db._errors import DatabaseURLError
from vase.db._sessions import AsyncSession, Session
from vase.db._urls import Address, DatabaseEntry, parse_address
from vase.exceptions import did_you_mean, quote

__all__ = ["Database", "Databases"]

_QUERY_CACHE_SIZE: Final = 1200  # compiled statements kept; SQLAlchemy's 500 is little for a site with an admin
_POOL_SIZE: Final = 10
_MAX_OVERFLOW: Final = 30  # together not below the number of threads that `def` handlers run in


class Database:
    """A database: its address, a sync and an async engine, and sessions on them.

    Connections are opened by the first query, never by making this object. It may be used from many threads.

    Args:
        entry: A URL, or an entry of `settings.DATABASES`.
        alias: The name in `DATABASES`.

    Raises:
        DatabaseURLError: The entry is no address of a database that Vase speaks.

    Example:
        >>> database = Database("sqlite:///db.sqlite3")
        >>> with database.session() as db:
        ...     db.scalars(select(Article)).all()
    """

    def __init__(self, entry: str | DatabaseEntry, *, alias: str = "default") -> None:
        self.alias = alias
        self.address: Address = _shared_memory(parse_address(entry))
        self._lock = threading.Lock()
        self._engine: Engine | None = None
        self._async_engine: AsyncEngine | None = None
        self._anchor: sqlite3.Connection | None = None

    def __repr__(self) -> str:
        """Return the alias and the address, the password hidden."""
        return f"<Database {self.alias}: {self.address}>"

    @property
    def backend(self) -> str:
        """`sqlite` or `postgresql`."""
        return self.address.backend

    @property
    def engine(self) -> Engine:
        """The engine for `Session`, made at the first use.

        Raises:
            DatabaseURLError: The driver is not installed.
        """
        if self._engine is None:
            with self._lock:
                if self._engine is None:
                    self._engine = self.make_engine()
        return self._engine

    @property
    def async_engine(self) -> AsyncEngine:
        """The engine for `AsyncSession`, made at the first use; its connections belong to the running event loop.

        Raises:
            DatabaseURLError: The driver is not installed.
        """
        if self._async_engine is None:
            with self._lock:
                if self._async_engine is None:
                    self._async_engine = self._make_async_engine()
        return self._async_engine

    def make_engine(self, *, pooled: bool = True) -> Engine:
        """Return a further engine on this database, for work that must not share the pool (migrations).

        Args:
            pooled: Whether connections are kept after use.
        """
        url = self.address.sync_url
        self.address.require_driver(url)
        self._hold_memory()
        engine = create_engine(url, **self._engine_options(url, pooled=pooled))
        self._tune(engine)
        return engine

    @contextmanager
    def session(self) -> Iterator[Session]:
        """Open a session for a `with` block: committed at its end, rolled back if it raises."""
        # Closed, not released as a handler's is: its name outlives the block.
        with Session(self.engine) as session:
            yield session
            session.finish()

    def async_session(self) -> AbstractAsyncContextManager[AsyncSession]:
        """Open an async session for an `async with` block: committed at its end, rolled back if it raises."""
        return asynccontextmanager(self.get_async_session)()

    def get_session(self) -> Iterator[Session]:
        """Provide a `Session` to a handler; the dependency behind the bare annotation `db: Session`."""
        session = Session(self.engine)
        try:
            yield session
            session.finish()
        finally:
            session.release()  # what `finish` has not committed is rolled back

    async def get_async_session(self) -> AsyncIterator[AsyncSession]:
        """Provide an `AsyncSession` to a handler; the dependency behind the bare annotation `db: AsyncSession`."""
        session = AsyncSession(self.async_engine)
        try:
            yield session
            await session.finish()
        finally:
            # A client that leaves cancels its handler at any await. The return of the connection goes on all the same:
            # a rollback that is broken off costs the pool that connection.
            await asyncio.shield(asyncio.ensure_future(session.close()))

    def providers(self) -> dict[type, Callable[..., Any]]:
        """Return the dependency of each type that this database gives, for the application's providers."""
        return {Session: self.get_session, AsyncSession: self.get_async_session}

    def dispose(self) -> None:
        """Close the connections of the sync engine; the next query opens new ones, on a file or a server."""
        with self._lock:
            engine, self._engine = self._engine, None
            anchor, self._anchor = self._anchor, None
        if engine is not None:
            engine.dispose()
        if anchor is not None:
            anchor.close()

    async def close(self) -> None:
        """Close all connections of both engines; a database in memory is gone with them."""
        with self._lock:
            engine, self._async_engine = self._async_engine, None
        if engine is not None:
            await engine.dispose()
        self.dispose()

    def _make_async_engine(self) -> AsyncEngine:
        url = self.address.async_url
        self.address.require_driver(url)
        self._hold_memory()
        engine = create_async_engine(url, **self._engine_options(url, pooled=True))
        self._tune(engine.sync_engine)
        return engine

    def _tune(self, engine: Engine) -> None:
        if self.backend == "sqlite":
            _sqlite.tune(engine)
        elif engine.dialect.driver.startswith("psycopg"):
            _postgresql.tune(engine)

    def _engine_options(self, url: URL, *, pooled: bool) -> dict[str, Any]:
        options: dict[str, Any] = {
            "query_cache_size": _QUERY_CACHE_SIZE,
            "pool_size": _POOL_SIZE,
            "max_overflow": _MAX_OVERFLOW,
            "pool_use_lifo": True,  # the connection used last has the warmest cache
            **self.address.options,
        }
        if not pooled:
            options = {name: value for name, value in options.items() if not name.startswith(("pool_", "max_"))}
            options["poolclass"] = NullPool
        if self.backend == "sqlite":
            options["connect_args"] = _sqlite.connect_arguments()
        elif url.get_driver_name() == "psycopg":
            options["connect_args"] = _postgresql.connect_arguments()
        return options

    def _hold_memory(self) -> None:
        """Keep one connection to a database in memory open, for SQLite drops it with the last one."""
        if self._anchor is None and self.address.sync_url.query.get("vfs") == "memdb":
            name = self.address.sync_url.database
            self._anchor = sqlite3.connect(f"{name}?vfs=memdb", uri=True, check_same_thread=False)


class Databases(Mapping[str, Database]):
    """The databases of one application, by alias.

    Args:
        entries: The value of `DATABASES`.

    Raises:
        DatabaseURLError: An entry is no address; `vase.db.check_databases` tells all such entries at once.
    """

    def __init__(self, entries: Mapping[str, str | DatabaseEntry]) -> None:
        self._databases = {alias: Database(entry, alias=alias) for alias, entry in entries.items()}

    def __getitem__(self, alias: str) -> Database:
        """Return the database of an alias.

        Raises:
            DatabaseURLError: No entry of `DATABASES` has this alias.
        """
        try:
            return self._databases[alias]
        except KeyError:
            raise DatabaseURLError(
                f"`DATABASES` has no entry {quote(alias)}",
                code="db.E007",
                hint=did_you_mean(alias, self._databases) or 'add `"default": "sqlite:///db.sqlite3"` to it',
            ) from None

    def __contains__(self, alias: object) -> bool:
        """Tell whether `DATABASES` has an entry of this alias."""
        return alias in self._databases

    def __iter__(self) -> Iterator[str]:
        """Iterate over the aliases in the order of `DATABASES`."""
        return iter(self._databases)

    def __len__(self) -> int:
        """Return the number of databases."""
        return len(self._databases)

    async def close(self) -> None:
        """Close all connections of all databases."""
        for database in self._databases.values():
            await database.close()


def _shared_memory(address: Address) -> Address:
    """Give a database in memory a name of its own, so that all its connections, sync and async, see the same data."""
    if not address.is_in_memory:
        return address
    name = f"file:/vase-{secrets.token_hex(8)}"

    def named(url: URL) -> URL:
        return url.set(database=name).update_query_dict({"vfs": "memdb", "uri": "true"})

    return Address(named(address.sync_url), named(address.async_url), address.options)
