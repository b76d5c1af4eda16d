"""A real socket in a thread of the test."""

import urllib.request
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from urllib.error import HTTPError

import pytest

from vase import Vase
from vase.exceptions import ConfigurationError
from vase.testing import LiveServer


def test_it_serves_and_stops() -> None:
    """The server answers inside the block, between start and stop of the application; the port is free after."""
    seen: list[str] = []

    @asynccontextmanager
    async def lifespan(app: Vase) -> AsyncIterator[None]:
        seen.append("start")
        yield
        seen.append("stop")

    app = Vase(lifespan=lifespan)

    @app.get("/")
    async def home() -> str:
        return ",".join(seen)

    with LiveServer(app) as server:
        with urllib.request.urlopen(server.url, timeout=5) as response:
            assert response.read() == b"start"
        assert server.url == f"http://127.0.0.1:{server.port}"
        assert server.ask("python_calls") == 1
    assert seen == ["start", "stop"]
    with pytest.raises(OSError, match="refused"):
        urllib.request.urlopen(server.url, timeout=5)


def test_a_start_that_fails_is_raised_in_the_test() -> None:
    """The faults of the application come out of the `with`."""
    app = Vase(settings={"DEBGU": True})
    with pytest.raises(ConfigurationError, match="DEBGU"), LiveServer(app):
        pass


def test_its_own_address_is_a_host_of_the_site() -> None:
    """`ALLOWED_HOSTS` names what the site is called elsewhere; other hosts are refused as ever."""
    app = Vase(settings={"ALLOWED_HOSTS": ["shop.example"], "MIDDLEWARE": ["vase.middleware.allowed_hosts"]})

    @app.get("/")
    async def home() -> str:
        return "home"

    with LiveServer(app) as server:
        with urllib.request.urlopen(server.url, timeout=5) as response:
            assert response.read() == b"home"
        stranger = urllib.request.Request(server.url, headers={"host": "other.example"})
        with pytest.raises(HTTPError) as refused:
            urllib.request.urlopen(stranger, timeout=5)
        assert refused.value.code == 400
        refused.value.close()
