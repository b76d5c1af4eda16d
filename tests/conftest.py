"""The few fixtures that every room's tests may use."""

import importlib
import importlib.util
import os
import signal
import sys
import textwrap
from collections.abc import Callable, Iterator, Mapping
from contextlib import ExitStack
from pathlib import Path
from urllib.parse import urlsplit

import psycopg
import pytest

# A shell that puts a run into the background makes it deaf to Ctrl-C, and so every server that tests start and stop.
if signal.getsignal(signal.SIGINT) is signal.SIG_IGN:
    signal.signal(signal.SIGINT, signal.default_int_handler)

type Project = Callable[[Mapping[str, str]], Path]


@pytest.fixture
def project(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Project]:
    """Write files of a site into an empty, importable working directory, and forget its modules afterwards."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.syspath_prepend(str(tmp_path))
    monkeypatch.setattr(sys, "dont_write_bytecode", True)  # a file written again within a second must be read again
    before = set(sys.modules)

    def write(files: Mapping[str, str]) -> Path:
        for name, text in files.items():
            path = tmp_path / name
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(textwrap.dedent(text), encoding="utf-8")
        importlib.invalidate_caches()
        return tmp_path

    yield write
    for name in set(sys.modules) - before:
        file = getattr(sys.modules[name], "__file__", None)
        where = file or next(iter(getattr(sys.modules[name], "__path__", [])), "")
        if str(where).startswith(str(tmp_path)):
            del sys.modules[name]


@pytest.fixture(scope="session")
def postgres_url() -> Iterator[str]:
    """Give the URL of a PostgreSQL server: the one of `TEST_POSTGRES`, else one started for this run."""
    with ExitStack() as stack:
        yield _own_database(_service(stack, "postgres"))


@pytest.fixture(scope="session")
def redis_url() -> Iterator[str]:
    """Give the URL of a Redis server: the one of `TEST_REDIS`, else one started for this run."""
    with ExitStack() as stack:
        yield _own_database(_service(stack, "redis"))


def _own_database(url: str) -> str:
    """Return a database that no other process of this run uses: pytest-xdist names them gw0, gw1 and so on."""
    worker = os.environ.get("PYTEST_XDIST_WORKER")
    if worker is None:
        return url
    if url.startswith("redis"):
        return urlsplit(url)._replace(path=f"/{int(worker.removeprefix('gw')) + 1}").geturl()
    with psycopg.connect(url, autocommit=True) as connection:
        connection.execute(f"DROP DATABASE IF EXISTS vase_{worker} WITH (FORCE)".encode())
        connection.execute(f"CREATE DATABASE vase_{worker}".encode())
    return urlsplit(url)._replace(path=f"/vase_{worker}").geturl()


def _service(stack: ExitStack, name: str) -> str:
    variable = f"TEST_{name.upper()}"
    if url := os.environ.get(variable):
        return url
    reason = os.environ.get(f"{variable}_MISSING")
    if reason is None:
        file = Path(__file__).parent.parent / "scripts" / "services.py"
        spec = importlib.util.spec_from_file_location("vase_test_services", file)
        assert spec is not None
        assert spec.loader is not None
        services = importlib.util.module_from_spec(spec)
        spec.loader.exec_module(services)
        try:
            return str(stack.enter_context(getattr(services, name)()))
        except services.Missing as missing:
            reason = str(missing)
    if os.environ.get("CI") == "true":
        pytest.fail(f"CI must not leave this out: {reason}")
    pytest.skip(reason)
