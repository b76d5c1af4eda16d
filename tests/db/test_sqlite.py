"""SQLite: how connections are set up, and when transactions begin."""

import sqlite3
import threading
import time

import pytest
import sqlalchemy as sa

from vase.db import Database, Mapped, Model, column, select


class Note(Model):
    text: Mapped[str] = column(unique=True)


@pytest.fixture
def database(tmp_path):
    database = Database(f"sqlite:///{tmp_path}/db.sqlite3")
    Note.metadata.create_all(database.engine)
    yield database
    database.dispose()


def is_writing(session) -> bool:
    return bool(session.connection().connection.driver_connection.in_transaction)


@pytest.mark.parametrize(
    ("pragma", "value"), [("journal_mode", "wal"), ("foreign_keys", 1), ("synchronous", 1), ("busy_timeout", 5000)]
)
def test_pragmas(database, pragma, value):
    """Every connection is tuned, the async ones too."""
    with database.engine.connect() as connection:
        assert connection.exec_driver_sql(f"PRAGMA {pragma}").scalar() == value


@pytest.mark.parametrize(
    "statement", ["SELECT 1", "  select 1", "WITH x AS (SELECT 1) SELECT * FROM x", "PRAGMA user_version"]
)
def test_reads_begin_no_transaction(database, statement):
    """A session that only reads holds nothing and pays for no BEGIN."""
    with database.session() as db:
        db.execute(sa.text(statement))
        assert not is_writing(db)


@pytest.mark.parametrize(
    "statement",
    [
        "INSERT INTO test_sqlite_note (text) VALUES ('a')",
        "WITH x AS (SELECT 'b' AS t) INSERT INTO test_sqlite_note (text) SELECT t FROM x",
        "update test_sqlite_note set text = 'c'",
        "CREATE TABLE other (n INTEGER)",
        "SAVEPOINT one",
    ],
)
def test_whatever_may_write_begins_one(database, statement):
    """The first statement that is not a read takes the right to write before it runs."""
    with database.session() as db:
        db.execute(sa.text(statement))
        assert is_writing(db)
        db.rollback()


def test_ddl_is_undone_with_its_transaction(database):
    """CREATE TABLE is part of the transaction like any other statement."""
    with pytest.raises(ZeroDivisionError), database.session() as db:  # noqa: PT012
        db.execute(sa.text("CREATE TABLE other (n INTEGER)"))
        raise ZeroDivisionError
    with database.engine.connect() as connection:
        assert not sa.inspect(connection).has_table("other")


def test_reading_then_writing_waits_instead_of_failing(database):
    """Eight threads that read, think and write at the same time all succeed: none finds the database locked."""
    with database.session() as db:
        db.add(Note(text="0"))
    failures: list[BaseException] = []
    gate = threading.Barrier(8)

    def work(number: int) -> None:
        try:
            gate.wait()
            for turn in range(10):
                with database.session() as db:
                    db.scalars(select(Note)).first()
                    time.sleep(0.001)
                    db.add(Note(text=f"{number}-{turn}"))
        except BaseException as error:  # noqa: BLE001
            failures.append(error)

    threads = [threading.Thread(target=work, args=(number,)) for number in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert failures == []
    with database.session() as db:
        assert db.scalar(select(sa.func.count()).select_from(Note)) == 81


def test_readers_do_not_wait_for_the_writer(database):
    """While one connection writes, others read what was committed before."""
    with database.session() as writer:
        writer.add(Note(text="new"))
        writer.flush()
        with database.session() as reader:
            started = time.perf_counter()
            assert reader.scalars(select(Note)).all() == []
            assert time.perf_counter() - started < 1


def test_foreign_keys_are_enforced(database):
    """A reference to nothing is refused."""
    with database.engine.begin() as connection:
        connection.exec_driver_sql("CREATE TABLE child (n INTEGER REFERENCES test_sqlite_note (id))")
    with pytest.raises(sa.exc.IntegrityError), database.session() as db:
        db.execute(sa.text("INSERT INTO child VALUES (99)"))


async def test_async_connections_follow_the_same_rules(database):
    """An async session reads without a transaction and writes in one; both see the same file."""
    async with database.async_session() as db:
        assert (await db.execute(sa.text("PRAGMA journal_mode"))).scalar() == "wal"
        await db.execute(select(Note))
        driver = (await (await db.connection()).get_raw_connection()).driver_connection
        assert not driver.in_transaction
        db.add(Note(text="from async"))
        await db.flush()
        assert driver.in_transaction
    with database.session() as db:
        assert db.scalars(select(Note.text)).all() == ["from async"]
    await database.close()


async def test_memory_is_one_database_for_all_connections():
    """A database in memory is the same for threads, for sync and for async sessions, and gone after closing."""
    database = Database("sqlite://")
    Note.metadata.create_all(database.engine)
    seen: list[list[str]] = []

    def look() -> None:
        with database.session() as db:
            seen.append(list(db.scalars(select(Note.text))))

    with database.session() as db:
        db.add(Note(text="one"))
    thread = threading.Thread(target=look)
    thread.start()
    thread.join()
    async with database.async_session() as session:
        seen.append(list(await session.scalars(select(Note.text))))
    assert seen == [["one"], ["one"]]
    other = Database("sqlite://")
    with other.engine.connect() as connection:
        assert sa.inspect(connection).get_table_names() == []
    other.dispose()
    await database.close()
    with database.engine.connect() as connection:
        assert sa.inspect(connection).get_table_names() == []
    database.dispose()


def test_nothing_is_opened_before_the_first_query(tmp_path):
    """Making a database and an engine creates no file."""
    database = Database(f"sqlite:///{tmp_path}/none.sqlite3")
    assert database.engine is database.engine
    assert list(tmp_path.iterdir()) == []


def test_a_torn_process_leaves_a_sound_file(database, tmp_path):
    """What was committed is there for a plain driver, without Vase."""
    with database.session() as db:
        db.add(Note(text="kept"))
    plain = sqlite3.connect(tmp_path / "db.sqlite3")
    assert plain.execute("SELECT text FROM test_sqlite_note").fetchall() == [("kept",)]
    plain.close()
