"""From an entry of `DATABASES` to the addresses that SQLAlchemy takes, one for sync and one for async code.

Two databases are spoken: SQLite (in the standard library; aiosqlite for async code) and PostgreSQL (psycopg for both;
`postgresql+asyncpg://` chooses asyncpg for async code). Other schemes are refused by name instead of failing later.
"""

import importlib.util
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final, Protocol

from sqlalchemy.engine import URL, make_url
from sqlalchemy.exc import ArgumentError

from vase.db._errors import DatabaseURLError
from vase.exceptions import did_you_mean, quote

__all__ = ["Address", "DatabaseEntry", "parse_address"]

_BACKENDS: Final = {"sqlite": "sqlite", "postgresql": "postgresql", "postgres": "postgresql"}
_SYNC_DRIVER: Final = {"sqlite": "pysqlite", "postgresql": "psycopg"}
_ASYNC_DRIVER: Final = {"sqlite": "aiosqlite", "postgresql": "psycopg"}
_MODULE: Final = {"pysqlite": "sqlite3", "aiosqlite": "aiosqlite", "psycopg": "psycopg", "asyncpg": "asyncpg"}
_EXTRA: Final = {"pysqlite": None, "aiosqlite": None, "psycopg": "postgres", "asyncpg": "asyncpg"}
_EXAMPLES: Final = "`sqlite:///db.sqlite3` or `postgresql://user:password@host/name`"


@dataclass(frozen=True, slots=True)
class Address:
    """Where a database is, and with which drivers it is spoken to.

    Args:
        sync_url: For `Session` and migrations.
        async_url: For `AsyncSession`.
        options: Keyword arguments for SQLAlchemy's `create_engine`, like `pool_size`.
    """

    sync_url: URL
    async_url: URL
    options: Mapping[str, Any] = field(default_factory=dict)

    @property
    def backend(self) -> str:
        """`sqlite` or `postgresql`."""
        return self.sync_url.get_backend_name()

    @property
    def file(self) -> Path | None:
        """The file of a SQLite database; None for one in memory and for servers."""
        name = self.sync_url.database
        if self.backend != "sqlite" or not name or name == ":memory:" or name.startswith("file:"):
            return None
        return Path(name)

    @property
    def is_in_memory(self) -> bool:
        """Whether the database goes away with the process."""
        return self.backend == "sqlite" and self.sync_url.database in {None, "", ":memory:"}

    def __str__(self) -> str:
        """Return the address with the password hidden."""
        return self.sync_url.set(drivername=self.backend).render_as_string(hide_password=True)

    def require_driver(self, url: URL) -> None:
        """Refuse an address whose driver is not installed.

        Raises:
            DatabaseURLError: With the extra to install.
        """
        module = _MODULE[url.get_driver_name()]
        if importlib.util.find_spec(module) is None:
            extra = _EXTRA[url.get_driver_name()]
            raise DatabaseURLError(
                f"the driver of the database is not installed: {quote(module)}",
                code="db.E002",
                hint=f"pip install 'vase[{extra}]'" if extra else f"pip install {module}",
            )


class DatabaseEntry(Protocol):
    """One entry of `DATABASES` after the settings have been read; `vase.conf` makes it."""

    @property
    def url(self) -> str:
        """The address with the password."""
        ...

    @property
    def pool_size(self) -> int:
        """How many connections are kept."""
        ...

    @property
    def max_overflow(self) -> int:
        """How many more are opened for a while."""
        ...

    @property
    def pool_timeout_seconds(self) -> float:
        """How long to wait for a connection."""
        ...

    @property
    def pool_recycle_seconds(self) -> int | None:
        """After how long a connection is replaced."""
        ...

    @property
    def echo(self) -> bool:
        """Whether every statement is logged."""
        ...


def parse_address(entry: str | DatabaseEntry) -> Address:
    """Read one entry of `DATABASES`.

    Args:
        entry: A URL, or what the settings made of it.

    Raises:
        DatabaseURLError: The entry is no address, or one of a database that Vase does not speak.
    """
    if isinstance(entry, str):
        return _address(entry, {})
    options = {
        "pool_size": entry.pool_size,
        "max_overflow": entry.max_overflow,
        "pool_timeout": entry.pool_timeout_seconds,
        "pool_recycle": entry.pool_recycle_seconds or -1,
        "echo": entry.echo,
    }
    return _address(entry.url, options)


def _address(text: str, options: Mapping[str, Any]) -> Address:
    try:
        url = make_url(text)
    except (ArgumentError, ValueError):
        raise DatabaseURLError(
            f"not an address of a database: {quote(_without_password(text))}",
            code="db.E001",
            hint=f"write {_EXAMPLES}",
        ) from None
    scheme, _, driver = url.drivername.partition("+")
    backend = _BACKENDS.get(scheme)
    if backend is None:
        raise DatabaseURLError(
            f"no database is reached by the scheme {quote(scheme)}",
            code="db.E001",
            hint=did_you_mean(scheme, _BACKENDS) or f"write {_EXAMPLES}",
        )
    drivers = {_SYNC_DRIVER[backend], _ASYNC_DRIVER[backend], *(["asyncpg"] if backend == "postgresql" else [])}
    if driver and driver not in drivers:
        raise DatabaseURLError(
            f"no driver of {backend} is called {quote(driver)}", code="db.E002", hint=did_you_mean(driver, drivers)
        )
    sync_driver = _SYNC_DRIVER[backend]
    async_driver = "asyncpg" if driver == "asyncpg" else _ASYNC_DRIVER[backend]
    return Address(
        url.set(drivername=f"{backend}+{sync_driver}"), url.set(drivername=f"{backend}+{async_driver}"), dict(options)
    )


def _without_password(text: str) -> str:
    """Cut everything between scheme and host out of an address that could not be read, for it may hold a password."""
    scheme, separator, rest = text.partition("://")
    return f"{scheme}{separator}***@{rest.rpartition('@')[2]}" if "@" in rest else text
