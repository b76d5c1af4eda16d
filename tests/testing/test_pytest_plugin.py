"""The fixtures, in a project of their own: pytest is run on it as its author would run it."""

import os
import subprocess
import sys
import textwrap
from collections.abc import Callable
from pathlib import Path

import pytest

pytestmark = pytest.mark.slow

SITE = {
    "config/__init__.py": "",
    "config/settings/__init__.py": "",
    "config/settings/test.py": """
        from vase.conf import env

        SECRET_KEY = "a key for tests that is long enough to be one of fifty signs"
        ALLOWED_HOSTS = ["testserver"]
        ROOT_URLCONF = "shop.urls"
        INSTALLED_APPS = ["shop"]
        DATABASES = {"default": env.database("DATABASE_URL", default="sqlite:///real.sqlite3")}
    """,
    "shop/__init__.py": "",
    "shop/models.py": """
        from vase.db import Mapped, Model, column


        class Item(Model):
            name: Mapped[str] = column(max_length=40)
    """,
    "shop/urls.py": """
        from sqlalchemy import func
        from vase.db import AsyncSession, Session, select
        from vase.urls import path

        from shop.models import Item


        def add(db: Session, name: str) -> int:
            item = Item(name=name)
            db.add(item)
            db.flush()
            return item.id


        async def count(db: AsyncSession) -> int:
            return await db.scalar(select(func.count()).select_from(Item)) or 0


        urlpatterns = [path("items", add, methods=["POST"]), path("items", count)]
    """,
    "shop/migrations/__init__.py": "",
    "make_migrations.py": """
        from vase import Vase
        from vase.db import make_migrations

        make_migrations(Vase.from_settings("config.settings.test"))
    """,
    "pytest.ini": """
        [pytest]
        filterwarnings = error
    """,
}

type Run = Callable[..., dict[str, int]]


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("site")
    for name, text in SITE.items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(textwrap.dedent(text).lstrip())
    subprocess.run([sys.executable, "make_migrations.py"], cwd=folder, env=environment(), check=True, timeout=60)
    return folder


def environment(**more: str) -> dict[str, str]:
    kept = {name: value for name, value in os.environ.items() if not name.startswith(("VASE_", "PYTEST_"))}
    return {**kept, "PYTHONDONTWRITEBYTECODE": "1", **more}


@pytest.fixture
def run(folder: Path) -> Run:
    """Return a function that runs pytest on a file of tests and returns how many had which outcome."""

    def run(tests: str, *words: str, **more: str) -> dict[str, int]:
        (folder / "test_shop.py").write_text(textwrap.dedent(tests))
        done = subprocess.run(
            [sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider", *words, "test_shop.py"],
            cwd=folder,
            env=environment(**more),
            capture_output=True,
            text=True,
            timeout=120,
            check=False,
        )
        last = done.stdout.strip().rpartition("\n")[2].partition(" in ")[0]
        try:
            return {outcome: int(number) for number, outcome in (part.split() for part in last.split(", "))}
        except ValueError:
            raise AssertionError(done.stdout + done.stderr) from None

    return run


EVERY_TEST_ALONE = """
    import pytest
    from sqlalchemy import func
    from vase.db import select
    from shop.models import Item


    @pytest.mark.parametrize("turn", range(3))
    def test_client_and_db_see_the_same(client, db, turn):
        assert client.get("/items").json() == 0
        assert client.post("/items?name=pen").json() == 1
        assert db.scalar(select(func.count()).select_from(Item)) == 1
        db.add(Item(name="ink"))
        db.commit()
        assert client.get("/items").json() == 2


    @pytest.mark.parametrize("turn", range(2))
    async def test_async(async_client, turn):
        assert (await async_client.get("/items")).json() == 0
        await async_client.post("/items?name=pen")
        assert (await async_client.get("/items")).json() == 1


    async def test_an_async_session_without_a_client(app):
        async with app.databases["default"].async_session() as session:
            session.add(Item(name="pen"))
        async with app.databases["default"].async_session() as session:
            assert await session.scalar(select(func.count()).select_from(Item)) == 1


    def test_nothing_is_left_of_it(db):
        assert db.scalar(select(func.count()).select_from(Item)) == 0
"""


def test_each_test_has_databases_of_its_own(run: Run, folder: Path) -> None:
    """Sync and async code of one test share its data, commits included; the next test sees none of it."""
    assert run(EVERY_TEST_ALONE) == {"passed": 7}
    assert not (folder / "real.sqlite3").exists()


def test_workers_side_by_side(run: Run) -> None:
    """The tests may be spread over processes."""
    assert run(EVERY_TEST_ALONE, "-n", "2") == {"passed": 7}


@pytest.mark.postgres
def test_databases_on_a_server(run: Run, postgres_url: str) -> None:
    """On PostgreSQL each test has a copy of a migrated database; the real one is not touched, and nothing is left."""
    import psycopg

    def databases() -> set[str]:
        """The database of this process and its copies; another process may be making its own."""
        with psycopg.connect(postgres_url) as connection:
            query = "select datname from pg_database where position(current_database() in datname) > 0"
            return {name for (name,) in connection.execute(query)}

    before = databases()
    tests = (
        EVERY_TEST_ALONE
        + """
    def test_where_we_are(app):
        assert app.databases["default"].backend == "postgresql"
"""
    )
    for words in ((), ("-n", "2")):
        assert run(tests, *words, DATABASE_URL=postgres_url) == {"passed": 8}
    assert databases() == before
    with psycopg.connect(postgres_url) as connection:
        assert connection.execute("select to_regclass('shop_item')").fetchone() == (None,)


def test_async_tests_run_on_the_loop_of_vase(run: Run) -> None:
    """An `async def` test needs no mark; one that anyio has claimed is left to it."""
    tests = """
        import asyncio
        import pytest
        from vase.loop import EventLoop


        async def test_ours():
            assert isinstance(asyncio.get_running_loop(), EventLoop)


        @pytest.mark.anyio
        @pytest.mark.parametrize("anyio_backend", ["asyncio"])
        async def test_of_anyio(anyio_backend):
            assert not isinstance(asyncio.get_running_loop(), EventLoop)


        async def test_a_failure_is_a_failure():
            assert False
    """
    assert run(tests) == {"failed": 1, "passed": 2}


def test_faults_of_the_site_fail_the_tests_that_need_it(run: Run) -> None:
    """A site with faults fails with their list; tests without the site run."""
    tests = """
        def test_site(client): ...
        def test_other(): ...
    """
    assert run(tests, VASE_SETTINGS_MODULE="config.settings.tset") == {"passed": 1, "error": 1}


def test_a_server_for_the_test(run: Run) -> None:
    """`live_server` answers under its own address, and sees what the test has written; the next test starts empty."""
    tests = """
        import urllib.request

        import pytest
        from shop.models import Item


        @pytest.mark.parametrize("turn", range(2))
        def test_over_the_wire(live_server, client, db, turn):
            db.add(Item(name="pen"))
            db.commit()
            with urllib.request.urlopen(f"{live_server.url}/items", timeout=5) as response:
                assert response.read() == b"1"
            assert client.get("/items").json() == 1
    """
    assert run(tests) == {"passed": 2}
