"""The keys in a table: who was first, what was asked, what was answered.

One row a key. It is claimed by an INSERT that the primary key lets only one request do, whichever worker it reached; it
is finished by an UPDATE that names the claim. All of it is plain SQL in short transactions of their own, so that what a
handler does in its own transaction and how long that takes is nothing to the keys.

The table belongs to no app and to no migration: it is made when it is first needed.
"""

import json
import secrets
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta
from enum import Enum
from hashlib import sha256
from typing import Any, Final
from weakref import WeakSet

import sqlalchemy as sa
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.schema import CreateIndex, CreateTable

from vase.db import Database
from vase.idempotency._errors import IdempotencyError

__all__ = ["Answer", "Claim", "Held", "Store", "Verdict"]

_SWEEP_SECONDS: Final = 300.0
_UNFINISHED: Final = -1
_NOT_KEPT: Final = 0

# Not the metadata of the models: no migration is to make or to drop this table.
_METADATA: Final = sa.MetaData()
_KEYS: Final = sa.Table(
    "vase_idempotency_keys",
    _METADATA,
    sa.Column("id", sa.String(64), primary_key=True),
    sa.Column("route", sa.Text, nullable=False),
    sa.Column("fingerprint", sa.String(64), nullable=False),
    sa.Column("claim", sa.String(32), nullable=False),
    sa.Column("leased_until", sa.Double, nullable=False),
    sa.Column("expires", sa.Double, nullable=False),
    sa.Column("status", sa.Integer, nullable=False),
    sa.Column("headers", sa.Text, nullable=False),
    sa.Column("body", sa.LargeBinary, nullable=False),
)
_EXPIRES: Final = sa.Index("vase_idempotency_keys_expires", _KEYS.c.expires)


@dataclass(frozen=True, slots=True)
class Claim:
    """The right to run a handler for one key.

    Args:
        id: What the key is known by.
        token: Tells this claim from a later one on the same key.
        until: The moment when the key is forgotten.
    """

    id: str
    token: str
    until: float


@dataclass(frozen=True, slots=True)
class Answer:
    """What a handler answered.

    Args:
        status: The status.
        headers: The fields, in order.
        body: The body; None for one that was not kept, because it was made while it was sent.
    """

    status: int
    headers: tuple[tuple[str, str], ...]
    body: bytes | None


class Verdict(Enum):
    """Why a request does not run."""

    RUNNING = "another request with this key is being answered"
    OTHER = "the key was used for another request"


@dataclass(frozen=True, slots=True)
class Held:
    """A key that is somebody else's.

    Args:
        verdict: Why the request does not run.
        seconds: In how many seconds at most the key is free again.
    """

    verdict: Verdict
    seconds: float


class Store:
    """The keys of an application in a database.

    Its methods block: a loop calls them in a thread.

    Args:
        find: Returns the database; asked each time, because a test puts another one in its place.
        clock: Returns the seconds since the epoch.
    """

    def __init__(self, find: Callable[[], Database], *, clock: Callable[[], float] = time.time) -> None:
        self._find = find
        self._clock = clock
        self._ready = WeakSet[sa.Engine]()  # a database in memory is another one when it is opened again
        self._lock = threading.Lock()
        self._swept = 0.0

    def claim(
        self, route: str, identity: str, key: str, fingerprint: str, *, keep: timedelta, lease: timedelta
    ) -> Claim | Answer | Held:
        """Take a key, or say what is known of it.

        Args:
            route: The route, by method and path.
            identity: Whose key it is.
            key: The key.
            fingerprint: What the request is recognised by.
            keep: How long the key is remembered.
            lease: How long the handler may take.

        Raises:
            IdempotencyError: The table is not there and cannot be made.
        """
        database = self._ready_database()
        now = self._clock()
        claim = Claim(_id(route, identity, key), secrets.token_hex(16), now + keep.total_seconds())
        row = {
            "id": claim.id,
            "route": route,
            "fingerprint": fingerprint,
            "claim": claim.token,
            "leased_until": now + lease.total_seconds(),
            "expires": claim.until,
            "status": _UNFINISHED,
            "headers": "[]",
            "body": b"",
        }
        self._sweep(database, now)
        insert = sqlite.insert if database.backend == "sqlite" else postgresql.insert
        while True:
            with database.engine.begin() as connection:
                # RETURNING, because not every driver counts the rows of an INSERT.
                made = insert(_KEYS).values(row).on_conflict_do_nothing().returning(_KEYS.c.id)
                if connection.execute(made).first() is not None:
                    return claim
                found = connection.execute(sa.select(_KEYS).where(_KEYS.c.id == claim.id)).mappings().first()
                if found is None:
                    continue  # released or swept between the two statements
                if not _is_free(found, now):
                    return _known(found, fingerprint, now)
                taken = _KEYS.update().where(_KEYS.c.id == claim.id, _KEYS.c.claim == found["claim"]).values(row)
                if connection.execute(taken).rowcount == 1:
                    return claim

    def finish(self, claim: Claim, answer: Answer) -> bool:
        """Keep the answer to a key; return whether the claim was still good."""
        values = {
            "status": _NOT_KEPT if answer.body is None else answer.status,
            "headers": json.dumps(answer.headers),
            "body": answer.body or b"",
            "expires": claim.until,
        }
        with self._find().engine.begin() as connection:
            return connection.execute(_mine(_KEYS.update(), claim).values(values)).rowcount == 1

    def release(self, claim: Claim) -> None:
        """Give a key back: nothing was done, and the same request may be tried again."""
        with self._find().engine.begin() as connection:
            connection.execute(_mine(_KEYS.delete(), claim))

    def _sweep(self, database: Database, now: float) -> None:
        """Forget the keys whose time is over, now and then."""
        if now - self._swept < _SWEEP_SECONDS:
            return
        self._swept = now
        with database.engine.begin() as connection:
            connection.execute(_KEYS.delete().where(_KEYS.c.expires <= now))

    def _ready_database(self) -> Database:
        database = self._find()
        if database.engine not in self._ready:
            with self._lock:
                if database.engine not in self._ready:
                    _make_table(database)
                    self._ready.add(database.engine)
        return database


def _make_table(database: Database) -> None:
    if sa.inspect(database.engine).has_table(_KEYS.name):
        return
    try:
        with database.engine.begin() as connection:
            connection.execute(CreateTable(_KEYS, if_not_exists=True))
            connection.execute(CreateIndex(_EXPIRES, if_not_exists=True))
    except SQLAlchemyError as refusal:
        # Two workers that start together both make it, and one server refuses the second.
        if sa.inspect(database.engine).has_table(_KEYS.name):
            return
        statement = " ".join(str(CreateTable(_KEYS).compile(database.engine)).split())
        raise IdempotencyError(
            f"the table `{_KEYS.name}` is not in the database `{database.alias}` and cannot be made: {refusal}",
            code="idempotency.E001",
            hint=f"let the user of the database make tables, or make it yourself: {statement}",
        ) from refusal


def _id(*parts: str) -> str:
    # Lengths, so that no part can be continued by the next one.
    return sha256("".join(f"{len(part)}:{part}" for part in parts).encode()).hexdigest()


def _is_free(row: Any, now: float) -> bool:
    is_abandoned = row["status"] == _UNFINISHED and row["leased_until"] <= now
    return bool(is_abandoned or row["expires"] <= now)


def _known(row: Any, fingerprint: str, now: float) -> Answer | Held:
    if row["fingerprint"] != fingerprint:
        return Held(Verdict.OTHER, row["expires"] - now)
    if row["status"] == _UNFINISHED:
        return Held(Verdict.RUNNING, row["leased_until"] - now)
    headers = tuple((name, value) for name, value in json.loads(row["headers"]))
    return Answer(row["status"], headers, None if row["status"] == _NOT_KEPT else bytes(row["body"]))


def _mine[S: (sa.Update, sa.Delete)](statement: S, claim: Claim) -> S:
    return statement.where(_KEYS.c.id == claim.id, _KEYS.c.claim == claim.token)
