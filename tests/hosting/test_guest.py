"""A Vase application is an ASGI application: it answers under other servers as it does under its own."""

import contextlib
import socket
from collections.abc import Iterator

import pytest

from tests.hosting.conftest import Served, serving
from vase.testing import Client

TARGET = "tests.hosting.apps.vase_app:app"
JSON = {"content-type": "application/json"}

REQUESTS: dict[str, tuple[str, str, dict[str, str], bytes | None]] = {
    "async": ("GET", "/text", {}, None),
    "thread": ("GET", "/plain", {}, None),
    "head": ("HEAD", "/text", {}, None),
    "parameters": ("GET", "/items/5?q=%C3%A9", {}, None),
    "wrong parameter": ("GET", "/items/five", {}, None),
    "json": ("POST", "/json", JSON, b'{"name": "vase"}'),
    "wrong json": ("POST", "/json", JSON, b'{"price": 1}'),
    "large": ("POST", "/upper", {}, b"0123456789abcdef" * 50_000),
    "too large": ("POST", "/json", JSON, b'"' + b"x" * 9_000_000 + b'"'),
    "stream": ("GET", "/stream", {}, None),
    "file": ("GET", "/file", {}, None),
    "range": ("GET", "/file", {"range": "bytes=2-5"}, None),
    "cookies": ("GET", "/cookies", {"cookie": "a=1"}, None),
    "empty": ("DELETE", "/empty", {}, None),
    "refused": ("GET", "/teapot", {}, None),
    "error": ("GET", "/error", {}, None),
    "missing": ("GET", "/nowhere", {}, None),
    "wrong method": ("PUT", "/text", {}, None),
    "options": ("OPTIONS", "/text", {}, None),
    "redirect": ("GET", "/elsewhere", {}, None),
    "health": ("GET", "/livez", {}, None),
    "started": ("GET", "/started", {}, None),
}

OWN = {"date", "server", "x-request-id", "etag", "last-modified", "connection"}


@pytest.fixture(scope="module")
def own(logs) -> Iterator[Served]:
    with serving(logs, "vase", TARGET) as served:
        yield served


@pytest.fixture(scope="module", params=["uvicorn", "granian", "hypercorn"])
def other(request: pytest.FixtureRequest, logs) -> Iterator[Served]:
    with serving(logs, request.param, TARGET) as served:
        yield served


@pytest.mark.slow
@pytest.mark.parametrize("name", REQUESTS)
def test_an_application_answers_under_other_servers_as_under_its_own(own, other, name) -> None:
    """The same stack answers: routes, layers, files, limits and errors are the application's, not the server's."""
    request = REQUESTS[name]

    def shown(served: Served):
        status, headers, body = served.ask(*request).shown
        kept = [field for field in headers if field[0] not in OWN]
        # The id of a request is in the body of a failure.
        return status, kept, body if status < 400 else len(body)

    assert shown(other) == shown(own)


@pytest.mark.slow
def test_both_directions_stream_under_other_servers(other) -> None:
    """Each piece is answered before the next one is sent, whoever owns the socket."""
    with contextlib.closing(other.open()) as connection:
        connection.sendall(
            b"POST /upper HTTP/1.1\r\nhost: a\r\ntransfer-encoding: chunked\r\nconnection: close\r\n\r\n"
        )
        seen = b""
        for piece in (b"one", b"two", b"three"):
            connection.sendall(b"%x\r\n%s\r\n" % (len(piece), piece))
            while piece.upper() not in seen:
                received = connection.recv(65536)
                assert received, seen
                seen += received
        connection.sendall(b"0\r\n\r\n")
        connection.shutdown(socket.SHUT_WR)


def test_an_application_is_mounted_in_another_one_and_both_start() -> None:
    """A Vase application inside of Starlette inside of Vase: prefixes add up, lifespans run, bodies pass."""
    from starlette.applications import Starlette
    from starlette.routing import Mount

    from vase import Request, Vase

    inner, outer = Vase(), Vase()

    @inner.post("/echo")
    async def echo(request: Request) -> str:
        return f"{request.path} {await request.text()}"

    outer.mount("/outer/", Starlette(routes=[Mount("/inner", inner)]))
    with Client(outer) as client:
        assert client.post("/outer/inner/echo", content=b"body").text == "/echo body"
