"""`transaction.atomic`: a block whose changes are made together or not at all.

A handler's session is one transaction already; `atomic` marks a part of it that may fail alone:

    from vase.db import transaction

    with transaction.atomic(db):
        db.add(Reservation(seat=seat))      # an IntegrityError here undoes the block, not the request

Inside a transaction it is a savepoint, outside it is the transaction; blocks nest.
"""

from collections.abc import AsyncIterator, Iterator
from contextlib import AbstractAsyncContextManager, AbstractContextManager, asynccontextmanager, contextmanager
from typing import overload

from vase.db._sessions import AsyncSession, Session

__all__ = ["atomic"]


@overload
def atomic(session: Session) -> AbstractContextManager[Session]: ...
@overload
def atomic(session: AsyncSession) -> AbstractAsyncContextManager[AsyncSession]: ...
def atomic(
    session: Session | AsyncSession,
) -> AbstractContextManager[Session] | AbstractAsyncContextManager[AsyncSession]:
    """Run a block whose changes are kept together if it ends, and undone together if it raises.

    Use `with` for a `Session` and `async with` for an `AsyncSession`.

    Args:
        session: The session that the block works with. If it has begun nothing yet, the block is its transaction and is
            committed at the end; otherwise it is a savepoint and the session commits later.
    """
    return _atomic_async(session) if isinstance(session, AsyncSession) else _atomic(session)


@contextmanager
def _atomic(session: Session) -> Iterator[Session]:
    with session.begin_nested() if session.in_transaction() else session.begin():
        yield session


@asynccontextmanager
async def _atomic_async(session: AsyncSession) -> AsyncIterator[AsyncSession]:
    async with session.begin_nested() if session.in_transaction() else session.begin():
        yield session
