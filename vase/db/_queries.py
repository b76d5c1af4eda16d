"""Short ways for the questions that every site asks: this row or a 404, is there one, how many.

They take SQLAlchemy's own `select`; there is no second query language. With an `AsyncSession` the same functions return
what is to be awaited.
"""

from collections.abc import Awaitable
from typing import Any, Final, overload

import sqlalchemy as sa

from vase.db._models import PlainModel
from vase.db._sessions import AsyncSession, Session
from vase.http import NotFound

__all__ = ["count", "exists", "get_or_404"]

_INTEGER_END: Final = 2**63  # no database has rows beyond it, and some drivers fail instead of saying so


@overload
def get_or_404[M: PlainModel](db: Session, what: type[M], key: object) -> M: ...
@overload
def get_or_404[M](db: Session, what: sa.Select[M], **parameters: object) -> M: ...
@overload
def get_or_404[M: PlainModel](db: AsyncSession, what: type[M], key: object) -> Awaitable[M]: ...
@overload
def get_or_404[M](db: AsyncSession, what: sa.Select[M], **parameters: object) -> Awaitable[M]: ...
def get_or_404(db: Session | AsyncSession, what: Any, key: object = None, **parameters: object) -> Any:
    """Return the row that a key or a query names, or answer 404.

    Args:
        db: The session to ask; with an `AsyncSession`, await the result.
        what: A model, to be found by its primary key, or a `select` whose first row is meant.
        key: The primary key, for a model.
        **parameters: Values of the query's `bindparam`s; a query that is made once at import is quicker to run.

    Raises:
        NotFound: There is no such row.

    Example:
        >>> article = get_or_404(db, select(Article).where(Article.slug == slug))
    """
    if isinstance(key, int) and not -_INTEGER_END <= key < _INTEGER_END:
        return _found_async(what) if isinstance(db, AsyncSession) else _found(None, what)
    if isinstance(db, AsyncSession):
        return _get_or_404_async(db, what, key, parameters)
    return _found(db.get(what, key) if isinstance(what, type) else db.scalars(what, parameters).unique().first(), what)


@overload
def exists(db: Session, query: sa.Select[Any]) -> bool: ...
@overload
def exists(db: AsyncSession, query: sa.Select[Any]) -> Awaitable[bool]: ...
def exists(db: Session | AsyncSession, query: sa.Select[Any]) -> bool | Awaitable[bool]:
    """Return whether a query finds any row; the database stops at the first."""
    question = sa.select(query.exists())
    return _awaited(db, question, bool) if isinstance(db, AsyncSession) else bool(db.scalar(question))


@overload
def count(db: Session, query: sa.Select[Any]) -> int: ...
@overload
def count(db: AsyncSession, query: sa.Select[Any]) -> Awaitable[int]: ...
def count(db: Session | AsyncSession, query: sa.Select[Any]) -> int | Awaitable[int]:
    """Return how many rows a query finds; its order, limit and offset are left out."""
    plain = query.order_by(None).limit(None).offset(None)
    question = sa.select(sa.func.count()).select_from(plain.subquery())
    return _awaited(db, question, int) if isinstance(db, AsyncSession) else int(db.scalar(question) or 0)


async def _get_or_404_async(db: AsyncSession, what: Any, key: object, parameters: dict[str, object]) -> object:
    if isinstance(what, type):
        return _found(await db.get(what, key), what)
    return _found((await db.scalars(what, parameters)).unique().first(), what)


async def _awaited[T: (int, bool)](db: AsyncSession, question: sa.Select[Any], to: type[T]) -> T:
    return to(await db.scalar(question) or 0)


async def _found_async(what: Any) -> object:
    return _found(None, what)


def _found(row: object, what: Any) -> object:
    if row is None:
        entity = what if isinstance(what, type) else what.column_descriptions[0]["entity"]
        raise NotFound(f"no such {entity.__name__.lower() if entity is not None else 'row'}")
    return row
