"""The table of keys: who gets a key, on SQLite and on PostgreSQL."""

import threading
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa

from vase.db import Database
from vase.idempotency import Answer, Claim, Held, IdempotencyError, Store, Verdict

DAY, MINUTE = timedelta(days=1), timedelta(minutes=1)


class Clock:
    now = 1_000_000.0

    def __call__(self) -> float:
        return self.now


@pytest.fixture(params=["sqlite", pytest.param("postgresql", marks=pytest.mark.postgres)])
def database(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Database]:
    is_file = request.param == "sqlite"
    url = f"sqlite:///{tmp_path}/keys.sqlite3" if is_file else request.getfixturevalue("postgres_url")
    database = Database(url)
    with database.engine.begin() as connection:
        connection.execute(sa.text("DROP TABLE IF EXISTS vase_idempotency_keys"))
    yield database
    database.dispose()


def take(store: Store, fingerprint: str = "f", **more: Any) -> Claim | Answer | Held:
    words = {"route": "POST /orders", "identity": "ann", "key": "k", **more}
    return store.claim(words["route"], words["identity"], words["key"], fingerprint, keep=DAY, lease=MINUTE)


def test_one_claim_a_key(database: Database) -> None:
    """The first gets it; the same request waits, another one is told that the key is used."""
    store = Store(lambda: database)
    claim = take(store)
    assert isinstance(claim, Claim)
    running, other = take(store), take(store, "g")
    assert isinstance(running, Held)
    assert isinstance(other, Held)
    assert (running.verdict, other.verdict) == (Verdict.RUNNING, Verdict.OTHER)
    for words in ({"route": "POST /x"}, {"identity": "bob"}, {"key": "l"}, {"identity": "annk", "key": ""}):
        assert isinstance(take(store, **words), Claim)


def test_an_answer_is_found_by_another_process(database: Database) -> None:
    """What one store keeps, another one on the same database reads, byte for byte."""
    claim = take(Store(lambda: database))
    assert isinstance(claim, Claim)
    answer = Answer(201, (("content-type", "x/y"), ("set-cookie", "a"), ("set-cookie", "b")), b"\x00\xff")
    assert Store(lambda: database).finish(claim, answer)
    assert take(Store(lambda: database)) == answer


def test_a_released_key_is_free(database: Database) -> None:
    store = Store(lambda: database)
    claim = take(store)
    assert isinstance(claim, Claim)
    store.release(claim)
    assert isinstance(take(store, "g"), Claim)


def test_a_claim_whose_process_died_is_free_after_its_lease(database: Database) -> None:
    """The late one, should it be alive after all, neither keeps its answer nor releases the key of the other."""
    clock = Clock()
    store = Store(lambda: database, clock=clock)
    late = take(store)
    clock.now += 59
    assert isinstance(take(store), Held)
    clock.now += 2
    second = take(store)
    assert isinstance(late, Claim)
    assert isinstance(second, Claim)
    assert not store.finish(late, Answer(200, (), b"late"))
    store.release(late)
    assert store.finish(second, Answer(200, (), b"second"))
    assert take(store) == Answer(200, (), b"second")


def test_answers_are_forgotten(database: Database) -> None:
    """After `keep` the key is new, and the row is swept."""
    clock = Clock()
    store = Store(lambda: database, clock=clock)
    claim = take(store)
    assert isinstance(claim, Claim)
    store.finish(claim, Answer(200, (), b"x"))
    clock.now += DAY.total_seconds() + 1
    assert isinstance(take(store, "g", key="other"), Claim)
    with database.engine.connect() as connection:
        assert connection.execute(sa.text("SELECT count(*) FROM vase_idempotency_keys")).scalar() == 1


def test_many_threads_and_stores_claim_one_key_once(database: Database) -> None:
    """Twenty claims at once, on stores that find no table yet, as workers do that start together."""
    found: list[object] = []
    barrier = threading.Barrier(20)

    def work() -> None:
        store = Store(lambda: database)
        barrier.wait()
        found.append(take(store))

    threads = [threading.Thread(target=work) for _ in range(20)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(found) == 20
    assert sum(isinstance(one, Claim) for one in found) == 1


def test_a_database_that_lets_nobody_make_tables(tmp_path: Path) -> None:
    """The error says what is missing and the statement that makes it."""
    file = tmp_path / "keys.sqlite3"
    made = Database(f"sqlite:///{file}")
    made.engine.connect().close()
    made.dispose()
    database = Database(f"sqlite:///file:{file}?mode=ro&uri=true")
    with pytest.raises(IdempotencyError) as refused:
        take(Store(lambda: database))
    assert refused.value.code == "idempotency.E001"
    assert "CREATE TABLE vase_idempotency_keys" in str(refused.value.hint)
    database.dispose()
