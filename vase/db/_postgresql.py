"""PostgreSQL through psycopg: a request that only reads pays for no BEGIN and no COMMIT.

A driver that begins a transaction before the first statement makes three round trips of one query. Here the driver's
own transactions are switched off: plain reads run without one, each seeing what is committed, which is what READ
COMMITTED gives inside a transaction too; the first statement that is not a plain read sends BEGIN. From there on
everything is as ever, up to COMMIT or ROLLBACK. SQLite's side is `_sqlite.py`.

A plain read is a SELECT that locks nothing, fills no table and calls no function but those below: any other may
write. Two things cannot be seen: a view that writes when it is read, and what is said to the driver's connection past
SQLAlchemy (`COPY`, say), which then stands alone unless `BEGIN` was said. Who chooses an isolation level for a
connection or an engine has the driver's own transactions back.
"""

import re
from collections.abc import Callable
from functools import lru_cache
from typing import Any, Final

from sqlalchemy import event
from sqlalchemy.engine import Engine
from sqlalchemy.pool import PoolProxiedConnection

__all__ = ["connect_arguments", "is_in_transaction", "is_plain_read", "tune"]

_WORDS: Final = """
    select from where and or not in any all some exists on as by having when then else union intersect except distinct
    over filter within partition values array row cast extract using lateral recursive materialized between like ilike
    similar is case limit offset
    count sum min max avg coalesce nullif greatest least lower upper length char_length trim btrim ltrim rtrim
    substr substring position replace concat left right abs round ceil floor mod date_trunc date_part to_char
    array_agg string_agg json_agg jsonb_agg json_build_object jsonb_build_object row_number rank dense_rank lag lead
    bool_and bool_or every array_length cardinality unnest
    varchar char character numeric decimal timestamp time bit varying
"""
_PURE: Final = frozenset(_WORDS.split())
"""What may stand before a parenthesis in a statement that writes nothing: syntax, functions that compute, types."""
_WORD_BEFORE: Final = re.compile(r"([\w$.\"\]]*)\s*\(")
_OTHER: Final = re.compile(
    r"\binto\b|\bfor\s+(?:no\s+key\s+)?(?:update|share)\b|\bfor\s+key\s+share\b|;|--|/\*", re.IGNORECASE
)
_IDLE: Final = 0  # libpq's PQTRANS_IDLE


def connect_arguments() -> dict[str, Any]:
    """Return what the driver's `connect` is given, the same sync and async."""
    return {"autocommit": True}


def tune(engine: Engine) -> None:
    """Make an engine (or the sync side of an async one) follow the rules of this module."""
    # Events of the dialect, not of connections: one of those would make every connection join their registries (25 µs).
    event.listen(engine, "do_execute", _begin_unless_read)
    event.listen(engine, "do_executemany", _begin_unless_read)
    event.listen(engine, "do_execute_no_params", _begin_unless_read_plain)
    # Where nothing was begun there is nothing to end, and asking the driver costs a lock, for async code a task switch.
    dialect = engine.dialect
    dialect.do_commit = _unless_idle(dialect.do_commit)  # type: ignore[assignment, method-assign]  # our engine
    dialect.do_rollback = _unless_idle(dialect.do_rollback)  # type: ignore[assignment, method-assign]


def _unless_idle(end: Callable[[PoolProxiedConnection], None]) -> Callable[[PoolProxiedConnection], None]:
    def end_unless_idle(dbapi_connection: PoolProxiedConnection) -> None:
        if is_in_transaction(dbapi_connection.driver_connection):
            end(dbapi_connection)

    return end_unless_idle


def is_in_transaction(driver_connection: Any) -> bool:
    """Tell whether the server has a transaction open for a connection; true for other drivers, which begin at once."""
    pgconn = getattr(driver_connection, "pgconn", None)
    return pgconn is None or pgconn.transaction_status != _IDLE


@lru_cache(maxsize=4096)
def is_plain_read(statement: str) -> bool:
    """Tell whether a statement is a SELECT that surely writes and locks nothing."""
    if not statement.startswith("SELECT") or _OTHER.search(statement):
        return False
    # Nothing before a parenthesis but an operator or a comma: it only groups.
    return all(not word or word.lower() in _PURE for word in _WORD_BEFORE.findall(statement))


def _begin_unless_read(_cursor: Any, statement: str, _parameters: object, context: Any) -> None:
    # A cursor on the server lives in a transaction.
    if is_plain_read(statement) and not context._is_server_side:  # noqa: SLF001  # no public name
        return
    connection = context.root_connection
    driver_connection = connection.connection.driver_connection
    if not driver_connection.autocommit or is_in_transaction(driver_connection):
        return
    if "isolation_level" in connection.get_execution_options():
        return
    begin = connection.connection.cursor()
    try:
        begin.execute("BEGIN")
    finally:
        begin.close()


def _begin_unless_read_plain(cursor: Any, statement: str, context: Any) -> None:
    _begin_unless_read(cursor, statement, None, context)
