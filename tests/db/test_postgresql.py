"""The same promises on PostgreSQL: types, sessions sync and async, migrations."""

import asyncio
import subprocess
import sys
import textwrap
from datetime import UTC, datetime
from decimal import Decimal
from typing import Any

import pytest
import sqlalchemy as sa

from vase.db import (
    Database,
    MigrationError,
    Session,
    get_or_404,
    make_migrations,
    migrate,
    pending_migrations,
    select,
    transaction,
)
from vase.http import NotFound

pytestmark = pytest.mark.postgres

SHOP = """
import enum, uuid
from typing import Any, Literal

class Colour(enum.Enum):
    RED = "red"
    GREEN = "green"

class Product(Model):
    name: Mapped[str] = column(max_length=120, unique=True)
    text: Mapped[str | None]
    price: Mapped[Decimal] = column(max_digits=10, decimal_places=2)
    amount: Mapped[int] = column(index=True, db_default="0")
    is_on: Mapped[bool] = column(default=True)
    day: Mapped[date | None]
    made_at: Mapped[datetime] = column(auto_now_add=True)
    key: Mapped[uuid.UUID] = column(default=uuid.uuid4)
    data: Mapped[dict[str, Any]] = column(default=dict)
    blob: Mapped[bytes | None]
    colour: Mapped[Colour | None]
    size: Mapped[Literal["s", "m"] | None]
    parent_id: Mapped[int | None] = column(ForeignKey("shop_product.id", on_delete="SET_NULL"))
"""

PUT = """
CREATE FUNCTION put() RETURNS int LANGUAGE sql AS $$
    INSERT INTO shop_product (name, price, is_on, made_at, key, data)
    VALUES ('x', 1, true, now(), gen_random_uuid(), '{}') RETURNING id
$$
"""


@pytest.fixture
def shop(postgres_site):
    postgres_site.models("shop", SHOP)
    make_migrations(postgres_site)
    migrate(postgres_site)
    return postgres_site


def test_models_and_database_agree_after_migrating(shop):
    """Every type compares equal to its column, so a second `makemigrations` has nothing to do."""
    assert [one.operations for one in make_migrations(shop, check=True).migrations] == []


def test_migrations_made_on_sqlite_fit(make_site, postgres_site):
    """What was written for SQLite is applied as it is, and leaves no difference."""
    small = make_site("small")
    small.models("shop", SHOP)
    (made,) = make_migrations(small).migrations
    postgres_site.models("shop", SHOP)
    folder = postgres_site.folder / "shop" / "migrations"
    folder.mkdir()
    (folder / "0001_initial.py").write_text(made.source)
    migrate(postgres_site)
    assert not make_migrations(postgres_site).has_changes


def test_changes_up_and_down(shop):
    """A changed model is a migration that goes up and down again, rows kept."""
    product = shop.model("shop.Product")
    with shop.database.session() as db:
        db.add(product(name="tea", price=Decimal(3)))
    shop.models("shop", SHOP.replace("max_length=120", "max_length=200") + "    note: Mapped[str | None]\n")
    (made,) = make_migrations(shop).migrations
    assert made.operations == ("add column shop_product.note", "alter column shop_product.name")
    migrate(shop)
    assert [step.revision for step in migrate(shop, "shop", "0001").steps] == ["shop_0002"]
    with shop.database.engine.connect() as connection:
        assert connection.execute(sa.text("SELECT name FROM shop_product")).all() == [("tea",)]


def test_pending_migrations_must_be_applied_first(shop):
    """The database itself is compared, so it must be at the newest migration."""
    migrate(shop, "shop", "zero")
    with pytest.raises(
        MigrationError, match=r"the database lacks 1 migration, the first is `shop\.0001_initial`"
    ) as caught:
        make_migrations(shop)
    assert caught.value.hint == "run `manage.py migrate` first"
    assert [one.revision for one in pending_migrations(shop)] == ["shop_0001"]


def test_a_failed_migration_leaves_nothing(shop):
    """DDL is undone with the run that failed."""
    path = shop.folder / "shop" / "migrations" / "0002_bad.py"
    path.write_text(
        'from alembic import op\n\nrevision = "shop_0002"\ndown_revision = "shop_0001"\nbranch_labels = None\n'
        "depends_on = None\n\n\ndef upgrade() -> None:\n"
        "    op.execute('CREATE TABLE half (n INTEGER)')\n    op.execute('INSERT INTO nowhere VALUES (1)')\n"
    )
    with pytest.raises(MigrationError, match='relation "nowhere" does not exist'):
        migrate(shop)
    with shop.database.engine.connect() as connection:
        assert not sa.inspect(connection).has_table("half")


def test_two_runs_at_once_do_the_work_once(shop, postgres_url):
    """An advisory lock lets one run after the other."""
    migrate(shop, "shop", "zero")
    script = textwrap.dedent(f"""
        from types import SimpleNamespace as N
        from pathlib import Path
        from vase.db import Databases, migrate
        app = N(label="shop", name="shop", path=Path({str(shop.folder / "shop")!r}))
        print(len(migrate(N(apps=[app], databases=Databases({{"default": {postgres_url!r}}}))).steps))
    """)
    runs = [subprocess.Popen([sys.executable, "-c", script], stdout=subprocess.PIPE, text=True) for _ in range(3)]
    assert sorted(run.communicate()[0].strip() for run in runs) == ["0", "0", "1"]


def test_values(shop):
    """Values come back as they went in."""
    product = shop.model("shop.Product")
    with shop.database.session() as db:
        db.add(product(name="tea", price=Decimal("3.10"), blob=b"\0x", data={"a": [1]}, size="m"))
        db.flush()
        db.expunge_all()
        tea = db.scalars(select(product)).one()
        assert (str(tea.price), tea.amount, tea.blob, tea.data, tea.size) == ("3.10", 0, b"\0x", {"a": [1]}, "m")
        assert tea.made_at.tzinfo is UTC
        assert abs((datetime.now(UTC) - tea.made_at).total_seconds()) < 5


def test_writing_inside_a_select_is_kept(shop):
    """A function called in a SELECT may write, so a session on a server is committed even if it seems to have read."""
    with shop.database.session() as db:
        db.execute(sa.text("SELECT setval('shop_product_id_seq', 70)"))
        db.execute(sa.text(PUT))
    with shop.database.session() as db:
        assert db.scalar(sa.text("SELECT put()")) == 71
    with shop.database.session() as db:
        assert db.get(shop.model("shop.Product"), 71) is not None


@pytest.mark.parametrize("scheme", ["postgresql", "postgresql+asyncpg"])
async def test_async_sessions(shop, postgres_url, scheme):
    """Psycopg and asyncpg serve the same async session."""
    product = shop.model("shop.Product")
    database = Database(postgres_url.replace("postgresql", scheme, 1))
    async with database.async_session() as db:
        db.add(product(name="tea", price=Decimal(3)))
        with pytest.raises(sa.exc.IntegrityError):
            async with transaction.atomic(db):
                db.add(product(name="tea", price=Decimal(4)))
    async with database.async_session() as db:
        found = await get_or_404(db, select(product))
        assert (found.name, found.price) == ("tea", Decimal(3))
    await database.close()


def test_unique_and_foreign_keys(shop):
    """What the columns promise, the server keeps."""
    product = shop.model("shop.Product")

    def store(**values: object) -> None:
        with shop.database.session() as db:
            assert isinstance(db, Session)
            db.add(product(price=Decimal(1), **values))

    store(name="tea")
    for wrong in ({"name": "tea"}, {"name": "x", "parent_id": 99}, {"name": None}):
        with pytest.raises(sa.exc.IntegrityError):
            store(**wrong)


@pytest.fixture(params=["sync", "async"])
def said(request, shop, postgres_url):
    """Run statements in one session of a kind, and tell whether a transaction was open after each, and how it ended."""
    heard: list[str] = []

    def watch(database: Database, engine: sa.Engine) -> Database:
        for name in ("commit", "rollback"):
            usual = getattr(engine.dialect, f"do_{name}")

            def listen(connection: Any, name: str = name, usual: Any = usual) -> None:
                is_open = connection.driver_connection.pgconn.transaction_status != 0
                usual(connection)
                if is_open:
                    heard.append(name)

            setattr(engine.dialect, f"do_{name}", listen)
        return database

    def states(connection: sa.Connection, statements: tuple[Any, ...]) -> list[bool]:
        driver: Any = connection.connection.driver_connection
        found = []
        for one in statements:
            result = connection.execute(sa.text(one) if isinstance(one, str) else one)
            found.append(driver.pgconn.transaction_status != 0)
            result.close()
        return found

    def run(*statements: Any) -> tuple[list[bool], list[str]]:
        database = Database(postgres_url)
        if request.param == "sync":
            with database.session() as db:
                db.connection()  # the first one asks the server who it is
            watch(database, database.engine)
            with database.session() as db:
                result = states(db.connection(), statements)
            database.dispose()
            return result, heard

        async def main() -> list[bool]:
            async with database.async_session() as db:
                await db.connection()
            watch(database, database.async_engine.sync_engine)
            async with database.async_session() as db:
                result = await db.run_sync(lambda db: states(db.connection(), statements))
            await database.close()
            return result

        return asyncio.run(main()), heard

    return run


def test_reads_begin_no_transaction(said):
    """A session that only reads holds no transaction, and pays for neither BEGIN nor COMMIT."""
    assert said("SELECT name FROM shop_product", "SELECT count(*) FROM shop_product") == ([False, False], [])


@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE shop_product SET amount = 2",
        "SELECT name FROM shop_product FOR UPDATE",
        "SELECT name FROM shop_product FOR KEY SHARE",
        "SELECT put()",
        'SELECT "put"()',
        "SELECT public . put ()",
        "SELECT put/**/()",
        "SELECT 1 AS one INTO TEMPORARY numbers",
        "WITH x AS (DELETE FROM shop_product RETURNING 1) SELECT * FROM x",
        "SAVEPOINT one",
        sa.text("SELECT 1").execution_options(stream_results=True),
    ],
)
def test_whatever_may_write_begins_one(said, shop, statement):
    """The first statement that is not surely a read begins the transaction, and the end of the session commits it."""
    with shop.database.session() as db:
        db.execute(sa.text(PUT))
    assert said("SELECT 1", statement, "SELECT 2") == ([False, True, True], ["commit"])


def test_keys_wider_than_their_column_are_not_found(shop):
    """An integer that the column cannot hold names no row; it is no error of the database."""
    product = shop.model("shop.Product")
    with shop.database.session() as db:
        assert db.get(product, 2**40) is None
        with pytest.raises(sa.exc.NoResultFound, match="no row with the key"):
            db.get_one(product, 2**40)
        with pytest.raises(NotFound):
            get_or_404(db, product, 2**70)


def test_what_was_begun_is_undone(shop):
    """A session that raises takes back what it wrote after its reads."""
    product = shop.model("shop.Product")
    with pytest.raises(KeyError), shop.database.session() as db:  # noqa: PT012
        assert db.scalars(select(product)).all() == []
        db.add(product(name="tea", price=Decimal(3)))
        db.flush()
        assert len(db.scalars(select(product)).all()) == 1
        raise KeyError
    with shop.database.session() as db:
        assert db.scalars(select(product)).all() == []


@pytest.mark.parametrize("level", ["REPEATABLE READ", "AUTOCOMMIT"])
def test_a_chosen_isolation_level_is_kept(shop, level):
    """Who chooses a level has the driver's own transactions: a snapshot from the first read on, or none at all."""
    with shop.database.engine.execution_options(isolation_level=level).connect() as connection:
        driver: Any = connection.connection.driver_connection
        for statement in ("SELECT 1", "UPDATE shop_product SET amount = 2"):
            connection.execute(sa.text(statement))
            assert (driver.pgconn.transaction_status != 0) == (level != "AUTOCOMMIT")
