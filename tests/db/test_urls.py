"""What an entry of `DATABASES` may say."""

from types import SimpleNamespace

import pytest
from sqlalchemy.pool import QueuePool

from vase.db import Database, Databases, DatabaseURLError, check_databases


@pytest.mark.parametrize(
    ("url", "sync", "asynchronous"),
    [
        ("sqlite:///db.sqlite3", "sqlite+pysqlite:///db.sqlite3", "sqlite+aiosqlite:///db.sqlite3"),
        ("sqlite+aiosqlite:////a/b", "sqlite+pysqlite:////a/b", "sqlite+aiosqlite:////a/b"),
        ("postgres://u:p@h:1/n", "postgresql+psycopg://u:p@h:1/n", "postgresql+psycopg://u:p@h:1/n"),
        ("postgresql://h/n?sslmode=require",) + ("postgresql+psycopg://h/n?sslmode=require",) * 2,
        ("postgresql+asyncpg://h/n", "postgresql+psycopg://h/n", "postgresql+asyncpg://h/n"),
    ],
)
def test_drivers(url, sync, asynchronous):
    """One address gives one for sync and one for async code."""
    address = Database(url).address
    assert address.sync_url.render_as_string(hide_password=False) == sync
    assert address.async_url.render_as_string(hide_password=False) == asynchronous


@pytest.mark.parametrize(
    ("url", "code", "message", "hint"),
    [
        ("mysql://h/n", "db.E001", "no database is reached by the scheme `mysql`", None),
        ("sqllite:///x", "db.E001", "no database is reached by the scheme `sqllite`", "did you mean `sqlite`?"),
        ("db.sqlite3", "db.E001", "not an address of a database: `db.sqlite3`", None),
        ("postgresql+pg8000://h/n", "db.E002", "no driver of postgresql is called `pg8000`", None),
        ("postgresql://me:secret@h:x/n", "db.E001", "not an address of a database: `postgresql://***@h:x/n`", None),
    ],
)
def test_wrong_addresses(url, code, message, hint):
    """A wrong address is one sentence with the value, and never with the password."""
    with pytest.raises(DatabaseURLError) as caught:
        Database(url)
    assert (caught.value.code, str(caught.value)) == (code, message)
    assert hint is None or caught.value.hint == hint


def test_missing_driver_names_the_extra(monkeypatch):
    """A driver that is not installed is told before it is needed, with what to install."""
    monkeypatch.setattr("importlib.util.find_spec", lambda _name: None)
    (fault,) = check_databases({"default": "postgresql://h/n"})
    assert fault.code == "db.E002"
    assert fault.message == "database `default`: the driver of the database is not installed: `psycopg`"
    assert fault.hint == "pip install 'vase[postgres]'"


def test_all_wrong_entries_are_told_at_once(tmp_path):
    """Every wrong entry is one fault; right ones are silent."""
    entries = {
        "default": "oracle://h/n",
        "other": "nonsense",
        "file": f"sqlite:///{tmp_path}/no/db",
        "good": "sqlite://",
    }
    assert [(fault.code, fault.message.partition(":")[0]) for fault in check_databases(entries)] == [
        ("db.E001", "database `default`"),
        ("db.E001", "database `other`"),
        ("db.E005", "database `file`"),
    ]


def test_options_of_the_settings_reach_the_pool():
    """What the settings say of the pool is what the engine has."""
    entry = SimpleNamespace(
        url="sqlite:///x", pool_size=3, max_overflow=1, pool_timeout_seconds=2.0, pool_recycle_seconds=None, echo=False
    )
    pool = Database(entry).engine.pool
    assert isinstance(pool, QueuePool)
    assert (pool.size(), pool._max_overflow, pool._timeout, pool._recycle) == (3, 1, 2.0, -1)


def test_unknown_alias():
    """Asking for a database that is not there names the nearest one."""
    with pytest.raises(DatabaseURLError, match="`DATABASES` has no entry `defualt`") as caught:
        Databases({"default": "sqlite://"})["defualt"]
    assert (caught.value.code, caught.value.hint) == ("db.E007", "did you mean `default`?")


def test_password_is_never_shown():
    """Neither the object nor its address shows the password."""
    database = Database("postgresql://me:secret@h/n")
    assert "secret" not in repr(database) + str(database.address)


def test_an_alias_that_is_not_there():
    """Whether there is an alias can be asked; to take one that is not there is an error with a hint."""
    databases = Databases({"default": "sqlite://"})
    assert "default" in databases
    assert "defalt" not in databases
    assert "default" not in Databases({})
    with pytest.raises(DatabaseURLError, match="`DATABASES` has no entry `defalt`"):
        databases["defalt"]
