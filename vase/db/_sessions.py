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

from typing import Any

from sqlalchemy import orm
from sqlalchemy.engine import Engine
from sqlalchemy.ext import asyncio as sa_asyncio
from sqlalchemy.ext.asyncio import AsyncEngine

__all__ = ["AsyncSession", "Session"]


class Session(orm.Session):
    """A unit of work on the database for `def` handlers, commands and tests.

    SQLAlchemy's own `Session`, bound to one engine, whose objects stay readable after a commit.
    """

    def __init__(
        self, bind: Engine | None = None, *, autoflush: bool = True, expire_on_commit: bool = False, **options: Any
    ) -> None:
        # `options` are SQLAlchemy's own words, which its `AsyncSession` passes on.
        super().__init__(bind, autoflush=autoflush, expire_on_commit=expire_on_commit, **options)


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
