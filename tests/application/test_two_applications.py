"""Two applications in one process share nothing: nothing is global."""

import asyncio
import threading
import urllib.error
import urllib.request
from collections.abc import Awaitable, Callable

import pytest

from vase import Depends, Request, Response, Vase
from vase.conf import Settings
from vase.testing import Client, LiveServer
from vase.urls import URLResolver

type CallNext = Callable[[Request], Awaitable[Response]]


class Unit:
    """A thing that both applications provide, each its own."""

    def __init__(self, name: str) -> None:
        self.name = name


def make(name: str, **settings: object) -> Vase:  # noqa: C901  # a list of handlers, each a line or two
    """Make an application; both have the same routes, names, converters and types, and mean other things by them."""
    app = Vase(settings={"ALLOWED_HOSTS": [f"{name}.test", "127.0.0.1", "localhost"], **settings})
    app.providers[Unit] = lambda: Unit(name)

    @app.get("/", name="home")
    def home() -> str:
        return name

    @app.get(f"/{name}/<int:id>", name="item")
    async def item(id: int) -> dict[str, object]:
        await asyncio.sleep(0)
        return {"app": name, "id": id}

    @app.get("/unit")
    def unit(unit: Unit) -> str:
        return unit.name

    @app.get("/settings")
    async def settings_of(settings: Settings) -> list[str]:
        return list(settings.ALLOWED_HOSTS)

    @app.get("/reverse")
    async def reverse(urls: URLResolver) -> str:
        return urls.reverse("item", id=7)

    @app.get("/thread")
    def thread() -> str:
        return threading.current_thread().name

    @app.get("/raises")
    def raises() -> str:
        raise LookupError(name)

    @app.post("/body")
    async def body(request: Request) -> int:
        return len(await request.body())

    @app.exception_handler(LookupError)
    def answer(request: Request, error: BaseException) -> Response:
        return Response(f"handled by {name}", status_code=418)

    @app.middleware
    async def mark(request: Request, call_next: CallNext) -> Response:
        response = await call_next(request)
        response.headers["x-app"] = name
        return response

    return app


@pytest.fixture
def pair() -> tuple[Vase, Vase]:
    """Two applications with other settings."""
    return make("one", APPEND_SLASH=True), make("two", APPEND_SLASH=False, DATA_UPLOAD_MAX_MEMORY_SIZE=10)


def read(url: str, host: str | None = None, data: bytes | None = None) -> tuple[int, str, str]:
    """Ask over a socket; give status, the application that answered, and the body."""
    asked = urllib.request.Request(url, data=data, headers={"Host": host} if host else {})
    try:
        with urllib.request.urlopen(asked, timeout=10) as response:
            return response.status, response.headers.get("x-app", ""), response.read().decode()
    except urllib.error.HTTPError as error:
        with error:
            return error.code, error.headers.get("x-app", ""), error.read().decode()


def test_two_servers_at_once(pair: tuple[Vase, Vase]) -> None:
    """Both serve at the same time, each with its routes, settings, providers, error handlers and middleware."""
    with LiveServer(pair[0]) as first, LiveServer(pair[1]) as second:
        for server, name, other in ((first, "one", "two"), (second, "two", "one")):
            assert read(f"{server.url}/") == (200, name, name)
            assert read(f"{server.url}/{name}/5") == (200, name, f'{{"app":"{name}","id":5}}')
            assert read(f"{server.url}/{other}/5")[0] == 404
            assert read(f"{server.url}/unit") == (200, name, name)
            assert read(f"{server.url}/reverse") == (200, name, f"/{name}/7")
            assert name in read(f"{server.url}/settings")[2]
            assert read(f"{server.url}/raises")[0::2] == (418, f"handled by {name}")
            assert read(f"{server.url}/", f"{name}.test")[0] == 200
            assert read(f"{server.url}/", f"{other}.test")[0] == 400
        assert read(f"{first.url}/body", data=b"x" * 100)[0] == 200
        assert read(f"{second.url}/body", data=b"x" * 100)[0] == 413


def test_their_counters_are_their_own(pair: tuple[Vase, Vase]) -> None:
    """A request of one application leaves the counter of Python calls, and the metrics, of the other one alone."""
    with LiveServer(pair[0]) as first, LiveServer(pair[1]) as second:
        before = second.ask("python_calls")
        for _ in range(5):
            read(f"{first.url}/")
        assert first.ask("python_calls") == 5
        assert second.ask("python_calls") == before
        assert "vase_python_calls_total 5" in read(f"{first.url}/metrics")[2]
        assert "vase_python_calls_total 0" in read(f"{second.url}/metrics")[2]


def test_many_requests_of_both_at_once(pair: tuple[Vase, Vase]) -> None:
    """Under threads on both at the same time no answer comes from the wrong application."""
    wrong: list[tuple[int, str, str]] = []
    with LiveServer(pair[0]) as first, LiveServer(pair[1]) as second:

        def play(server: LiveServer, name: str) -> None:
            for number in range(25):
                path, expected = (("/", name), (f"/{name}/{number}", f'{{"app":"{name}","id":{number}}}'))[number % 2]
                found = read(server.url + path)
                if found != (200, name, expected):
                    wrong.append(found)

        threads = [
            threading.Thread(target=play, args=one) for one in [(first, "one"), (second, "two")] for _ in range(6)
        ]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join(30)
    assert wrong == []


def test_one_may_stop_while_the_other_serves(pair: tuple[Vase, Vase]) -> None:
    """The end of one application, and a start after it, is no business of the other."""
    with LiveServer(pair[1]) as second:
        with LiveServer(pair[0]) as first:
            assert read(f"{first.url}/")[2] == "one"
        assert read(f"{second.url}/")[2] == "two"
        with LiveServer(make("three")) as third:
            assert read(f"{third.url}/")[2] == "three"
            assert read(f"{second.url}/")[2] == "two"


def test_a_blocked_one_does_not_hold_the_other_up(pair: tuple[Vase, Vase]) -> None:
    """Each server has a loop of its own: a handler that waits in one leaves the other quick."""

    @pair[0].get("/waits")
    async def waits() -> str:
        await asyncio.sleep(0.6)
        return "waited"

    with LiveServer(pair[0]) as first, LiveServer(pair[1]) as second:
        thread = threading.Thread(target=read, args=(f"{first.url}/waits",))
        thread.start()
        assert read(f"{second.url}/")[2] == "two"
        assert thread.is_alive()
        thread.join()


def test_two_clients(pair: tuple[Vase, Vase]) -> None:
    """The same through the test client, both open at once and in turn."""
    with Client(pair[0]) as first, Client(pair[1]) as second:
        for _ in range(3):
            for client, name, other in ((first, "one", "two"), (second, "two", "one")):
                assert client.get("/").text == name
                assert client.get("/unit").text == name
                assert client.get(f"/{name}/1").json() == {"app": name, "id": 1}
                assert client.get(f"/{other}/1").status_code == 404
                assert client.get("/").headers["x-app"] == name


def test_overrides_are_of_one(pair: tuple[Vase, Vase]) -> None:
    """A dependency that a test replaces in one application stays what it is in the other."""

    def real() -> str:
        return "real"

    for app in pair:

        @app.get("/dependency")
        def dependency(value: str = Depends(real)) -> str:
            return value

    pair[0].dependency_overrides[real] = lambda: "replaced"
    with Client(pair[0]) as first, Client(pair[1]) as second:
        assert (first.get("/dependency").text, second.get("/dependency").text) == ("replaced", "real")


def test_reverse_is_of_one(pair: tuple[Vase, Vase]) -> None:
    """The same name leads to other paths."""
    assert [app.reverse("item", id=1) for app in pair] == ["/one/1", "/two/1"]
