"""`Session` and `AsyncSession`: what a handler asks for by annotation, and when their work is committed.

A handler that names one of them gets a session of its application's default database:

    def create(data: ArticleIn, db: Session) -> ArticleOut: ...

The session is opened at its first query, and ends when the handler has returned and before the response is sent:
committed if the handler returned, rolled back if it raised. So a client never holds a 201 for a row that was not
stored: a commit that fails becomes a 500. It also means that a handler tells of trouble by raising (`raise
NotFound(…)`), because a *returned* error response is a return and commits; and that a streamed body, which is made
while it is sent, opens a session of its own.

Objects stay readable after the commit (`expire_on_commit=False`): what the handler returns is made into JSON without
asking the database again.
"""

from typing import Any, TypeVar, override

import sqlalchemy as sa
from sqlalchemy import orm
from sqlalchemy.engine import Engine
from sqlalchemy.ext import asyncio as sa_asyncio
from sqlalchemy.ext.asyncio import AsyncEngine

from vase.db import _postgresql
from vase.db._models import PlainModel

__all__ = ["AsyncSession", "Session"]

M = TypeVar("M")


def _by_key(entity: Any) -> sa.Select[Any] | None:
    """Return the query for one row of a model by its key, or None for what is no model or has no single key.

    It is made once and kept on the class, because making it costs as much as running it.
    """
    if not (isinstance(entity, type) and issubclass(entity, PlainModel)):
        return None
    known: sa.Select[Any] | None = vars(entity).get("__select_by_key__")
    if known is None:
        keys = sa.inspect(entity).primary_key
        if len(keys) != 1:
            return None
        # As wide as any integer: PostgreSQL would refuse a larger one than the column holds, instead of not finding it.
        kind = sa.BigInteger() if isinstance(keys[0].type, sa.Integer) else keys[0].type
        known = sa.select(entity).where(keys[0] == sa.bindparam("key", type_=kind))
        entity.__select_by_key__ = known
    return known


class Session(orm.Session):
    """A unit of work on the database for `def` handlers, commands and tests.

    SQLAlchemy's own `Session`, bound to one engine, whose objects stay readable after a commit.
    """

    def __init__(
        self, bind: Engine | None = None, *, autoflush: bool = True, expire_on_commit: bool = False, **options: Any
    ) -> None:
        # `options` are SQLAlchemy's own words, which its `AsyncSession` passes on.
        super().__init__(bind, autoflush=autoflush, expire_on_commit=expire_on_commit, **options)

    @override
    def get(self, entity: type[M] | Any, ident: Any, **options: Any) -> M | None:
        """Return the object with a primary key, from this session or from the database, or None.

        Args:
            entity: The model.
            ident: The primary key.
            options: Further words of SQLAlchemy's `Session.get`.
        """
        # Only while nothing is loaded: otherwise the object may be here already, and SQLAlchemy knows how to look.
        is_plain = not options and not isinstance(ident, tuple | dict) and not len(self.identity_map)
        statement = _by_key(entity) if is_plain else None
        if statement is None:
            return super().get(entity, ident, **options)
        found: M | None = self.scalars(statement, {"key": ident}).first()
        return found

    @override
    def get_one(self, entity: type[M] | Any, ident: Any, **options: Any) -> M:
        """Return the object with a primary key, from this session or from the database.

        Args:
            entity: The model.
            ident: The primary key.
            options: Further words of SQLAlchemy's `Session.get_one`.

        Raises:
            sqlalchemy.exc.NoResultFound: There is none.
        """
        found: M | None = self.get(entity, ident, **options)
        if found is None:
            raise sa.exc.NoResultFound(f"{getattr(entity, '__name__', entity)} has no row with the key {ident!r}")
        return found

    def finish(self) -> None:
        """Commit what was changed; end a session that has only read without the cost of a commit."""
        if self.has_written():
            self.commit()

    def release(self) -> None:
        """Give the connection back, for a session that nobody uses again; what is not committed is rolled back.

        `close()` besides detaches each object, which is 6 % of what reading a row costs. Here they are detached when
        the session is gone, thus as soon as its user has let go of it.
        """
        transaction = self.get_transaction()
        if transaction is not None:
            transaction.close()

    def has_written(self) -> bool:
        """Tell whether there is anything to commit: objects that changed, or a statement that was not a plain read."""
        if not self._is_clean():  # `new` and `deleted` build sets to be asked whether they are empty
            return True
        transaction = self.get_transaction()
        if transaction is None:
            return False
        # `Session.connection()` says the same of one connection, at 4 % of what reading a row costs.
        held = transaction._connections.values()  # noqa: SLF001
        return any(_is_in_transaction(connection) for connection, *_ in held)


def _is_in_transaction(connection: sa.Connection) -> bool:
    # A transaction begins with the first statement that is not a read (`_sqlite.py`, `_postgresql.py`), so the
    # driver knows.
    driver_connection: Any = connection.connection.driver_connection
    if connection.dialect.name == "sqlite":
        return bool(driver_connection and driver_connection.in_transaction)
    return _postgresql.is_in_transaction(driver_connection)


class AsyncSession(sa_asyncio.AsyncSession):
    """A unit of work on the database for `async def` handlers.

    On PostgreSQL this is the one to use in `async def` handlers. On SQLite, `Session` in a `def` handler is several
    times faster, because a file needs no waiting but aiosqlite crosses to a thread and back for each step.
    """

    sync_session_class = Session

    def __init__(
        self, bind: AsyncEngine | None = None, *, autoflush: bool = True, expire_on_commit: bool = False
    ) -> None:
        super().__init__(bind, autoflush=autoflush, expire_on_commit=expire_on_commit)

    async def finish(self) -> None:
        """Commit what was changed; end a session that has only read without the cost of a commit."""
        session: orm.Session = self.sync_session
        if not isinstance(session, Session) or session.has_written():
            await self.commit()
