"""The fixtures of Vase for pytest.

| fixture | what it gives |
|---|---|
| `app` | the site of `VASE_SETTINGS_MODULE`, built once a run; each test sees its databases empty |
| `client` | a `Client` of `app`; what it writes is gone after the test |
| `db` | a session on the default database of the test, for arranging and asserting |
| `async_client` | an `AsyncClient`, for `async def` tests |
| `live_server` | a `LiveServer` of `app`, on a real socket |

An `async def` test runs on `vase.loop.EventLoop`; nothing is needed for it.
Everything is imported when a fixture is asked for: this module is loaded by every pytest of an environment that has
Vase.
"""

import asyncio
import inspect
import os
from collections.abc import Iterator
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from vase.application import Vase
    from vase.db import Session
    from vase.testing._client import AsyncClient, Client
    from vase.testing._databases import TestDatabases
    from vase.testing._live import LiveServer

__all__: list[str] = []


@pytest.hookimpl(tryfirst=True)
def pytest_pyfunc_call(pyfuncitem: pytest.Function) -> bool | None:
    """Run an `async def` test on Vase's event loop, unless another plugin has claimed it."""
    if not inspect.iscoroutinefunction(pyfuncitem.obj) or any(pyfuncitem.iter_markers("anyio")):
        return None
    from vase.loop import EventLoop  # noqa: PLC0415

    named = {name: pyfuncitem.funcargs[name] for name in pyfuncitem._fixtureinfo.argnames}  # noqa: SLF001
    runner = pyfuncitem.funcargs.get("_vase_runner")
    if isinstance(runner, asyncio.Runner):
        runner.run(pyfuncitem.obj(**named))
        return True
    with asyncio.Runner(loop_factory=EventLoop) as own:
        own.run(pyfuncitem.obj(**named))
    return True


@pytest.fixture(scope="session")
def _vase_site() -> "Iterator[tuple[Vase, TestDatabases]]":
    from vase.application import Vase  # noqa: PLC0415
    from vase.conf import settings_module  # noqa: PLC0415
    from vase.testing._databases import TestDatabases  # noqa: PLC0415

    site = Vase.from_settings(settings_module(os.environ, default="test"))
    site.ensure_valid()
    databases = TestDatabases(site, worker=os.environ.get("PYTEST_XDIST_WORKER", ""))
    yield site, databases
    databases.close()


@pytest.fixture
def app(_vase_site: "tuple[Vase, TestDatabases]") -> "Iterator[Vase]":
    """The site under test, on fresh databases that have all migrations."""
    site, databases = _vase_site
    with databases.fresh():
        yield site


@pytest.fixture
def client(app: "Vase") -> "Iterator[Client]":
    """A client of the site."""
    from vase.testing._client import Client  # noqa: PLC0415

    with Client(app) as one:
        yield one


@pytest.fixture
def db(app: "Vase") -> "Iterator[Session]":
    """A session on the default database; what it adds must be committed before the client can see it."""
    with app.databases["default"].session() as session:
        yield session


@pytest.fixture
def _vase_runner(app: "Vase") -> Iterator[asyncio.Runner]:
    from vase.loop import loop_class  # noqa: PLC0415

    with asyncio.Runner(loop_factory=loop_class(app.settings.EVENT_LOOP)) as runner:
        yield runner


@pytest.fixture
def async_client(app: "Vase", _vase_runner: asyncio.Runner) -> "Iterator[AsyncClient]":
    """A client of the site for `async def` tests, on the loop on which the test runs."""
    from vase.testing._client import AsyncClient  # noqa: PLC0415

    async def make() -> AsyncClient:
        await app.startup()
        return AsyncClient(app)

    yield _vase_runner.run(make())
    _vase_runner.run(app.shutdown())


@pytest.fixture
def live_server(app: "Vase") -> "Iterator[LiveServer]":
    """The site on a free port of this machine; it sees the databases of the test."""
    from vase.testing._live import LiveServer  # noqa: PLC0415

    with LiveServer(app) as server:
        yield server
