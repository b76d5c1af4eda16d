"""SQLite tuned for a site: what each connection is told, and when transactions begin.

On each new connection: write-ahead log (readers and one writer do not wait for each other), `synchronous=NORMAL`
(safe with the log; the last transactions before a power cut may be missing, none is torn), foreign keys checked, and
writers that find another writer wait for it instead of failing.

When a transaction begins: Python's driver would begin one before the first INSERT, UPDATE or DELETE only, so that DDL
is not transactional, and would begin it deferred, so that a transaction that has read and then writes fails at once
with "database is locked" when another one has written meanwhile. Here the driver's own transactions are switched off.
Reads run without a transaction, each seeing what is committed (PostgreSQL's READ COMMITTED); the first statement that
is not a read begins the transaction with BEGIN IMMEDIATE, which waits for its turn. So DDL is transactional, writers
queue, a request that only reads pays for no BEGIN and no COMMIT, and no transaction has ever to be upgraded.
"""

import re
from typing import Any, Final

from sqlalchemy import event
from sqlalchemy.engine import Engine
from sqlalchemy.pool import PoolProxiedConnection

__all__ = ["BUSY_TIMEOUT_SECONDS", "connect_arguments", "tune"]

BUSY_TIMEOUT_SECONDS: Final = 5.0
_PRAGMAS: Final = (
    "PRAGMA foreign_keys = ON",
    "PRAGMA journal_mode = WAL",
    "PRAGMA synchronous = NORMAL",
    "PRAGMA journal_size_limit = 67108864",  # the log shrinks back to 64 MiB after a large transaction
    "PRAGMA temp_store = MEMORY",
)
_PASSES: Final = frozenset(
    {"SELECT", "PRAGMA", "EXPLAIN", "VALUES", "BEGIN", "COMMIT", "END", "ROLLBACK", "VACUUM", "ATTACH", "DETACH"}
)
"""First words of the statements that need no transaction: reads, and those that handle transactions themselves."""
_WRITES: Final = re.compile(r"\b(?:INSERT|UPDATE|DELETE|REPLACE)\b", re.IGNORECASE)


def connect_arguments() -> dict[str, Any]:
    """Return what the driver's `connect` is given, the same for `sqlite3` and `aiosqlite`."""
    return {"isolation_level": None, "timeout": BUSY_TIMEOUT_SECONDS}


def tune(engine: Engine) -> None:
    """Make an engine (or the sync side of an async one) follow the rules of this module."""
    event.listen(engine, "connect", _on_connect)
    # Events of the dialect, not of connections: one of those would make every connection join their registries (25 µs).
    event.listen(engine, "do_execute", _begin_before_writing)
    event.listen(engine, "do_executemany", _begin_before_writing)
    event.listen(engine, "do_execute_no_params", _begin_before_writing_plain)
    _end_refused_transactions(engine)


def _on_connect(connection: Any, _record: object) -> None:
    cursor = connection.cursor()
    try:
        for pragma in _PRAGMAS:
            cursor.execute(pragma)
    finally:
        cursor.close()


def _end_refused_transactions(engine: Engine) -> None:
    """Roll back when COMMIT is refused.

    A server ends a transaction whose COMMIT fails, say for a deferred foreign key, and SQLAlchemy relies on it. SQLite
    keeps it open, and the connection would carry it to the next request.
    """
    commit = engine.dialect.do_commit

    def commit_or_roll_back(dbapi_connection: PoolProxiedConnection) -> None:
        try:
            commit(dbapi_connection)
        except BaseException:
            dbapi_connection.rollback()
            raise

    engine.dialect.do_commit = commit_or_roll_back  # type: ignore[method-assign]  # the dialect belongs to this engine


def _begin_before_writing(cursor: Any, statement: str, _parameters: object, context: Any) -> None:
    if statement.startswith("SELECT") or _needs_no_transaction(statement):
        return
    if not context.root_connection.connection.driver_connection.in_transaction:
        cursor.execute("BEGIN IMMEDIATE")


def _begin_before_writing_plain(cursor: Any, statement: str, context: Any) -> None:
    _begin_before_writing(cursor, statement, None, context)


def _needs_no_transaction(statement: str) -> bool:
    first, _, rest = statement.lstrip().partition(" ")
    word = first.rstrip(";").upper()
    return word in _PASSES or (word == "WITH" and _WRITES.search(rest) is None)
