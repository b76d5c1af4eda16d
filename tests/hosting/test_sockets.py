"""WebSockets cross ASGI both ways: applications of others on Vase, and Vase on the servers of others."""

import asyncio
import json
from collections.abc import Iterator
from secrets import token_hex
from typing import Any

import pytest
import websockets
from starlette.applications import Starlette
from starlette.routing import WebSocketRoute
from starlette.websockets import WebSocket as StarletteSocket
from websockets.exceptions import ConnectionClosed, InvalidStatus

from tests.hosting.conftest import Served, serving
from vase import HTTPException, Request, Vase
from vase.http import Unauthorized
from vase.testing import Client, WebSocketDenialResponse
from vase.views import Router
from vase.websockets import WebSocketDisconnect

STARLETTE = "tests.hosting.apps.starlette_sockets:app"
VASE = "tests.hosting.apps.vase_sockets:app"

type Asked = dict[str, tuple[str, list[str | bytes], dict[str, Any]]]

ASKED: Asked = {
    "echo": ("/echo", ["", "größe", b"\x00\xff", "x" * 300_000, b"y" * 300_000], {}),
    "without compression": ("/echo", ["x" * 1000], {"compression": None}),
    "scope": ("/scope/a%20b?page=3", [], {"subprotocols": ["v1", "v2"], "additional_headers": {"cookie": "a=1"}}),
    "protocol": ("/protocol", [], {"subprotocols": ["v1", "v2"]}),
    "denied": ("/denied", [], {}),
    "breaks": ("/breaks", [], {}),
    "count": ("/count", [], {"max_size": None}),
    "nowhere": ("/nowhere", [], {}),
}
OF_ASGI: Asked = {
    "closed": ("/closed", [], {}),
    "silent": ("/silent", [], {}),
    "raises": ("/raises", [], {}),
    "another origin": ("/echo", ["x"], {"origin": "https://elsewhere.example"}),
}
KEPT = {"x-one", "www-authenticate", "sec-websocket-protocol", "content-type"}


async def transcript(served: Served, path: str, messages: list[str | bytes], options: dict[str, Any]) -> list[Any]:
    """Return all that a client sees: the answer to its handshake, what it is told, and how that ends."""
    try:
        connection = await websockets.connect(f"ws://127.0.0.1:{served.port}{path}", **options)
    except InvalidStatus as refused:
        response = refused.response
        fields = sorted((name.lower(), value) for name, value in response.headers.raw_items())
        body = bytes(response.body or b"")
        return [response.status_code, [field for field in fields if body and field[0] in KEPT], body]
    assert connection.response is not None
    fields = sorted((name.lower(), value) for name, value in connection.response.headers.raw_items())
    seen: list[Any] = [101, [field for field in fields if field[0] in KEPT], connection.subprotocol]
    async with asyncio.timeout(20):
        for message in messages:
            await connection.send(message)
            seen.append(await connection.recv())
        if messages:
            await connection.close(4321, "bye")
            return seen
        try:
            while True:
                message = await connection.recv()
                seen.append(json.loads(message) if str(message)[:1] == "{" else message)
        except ConnectionClosed as end:
            return [*seen, end.rcvd and (end.rcvd.code, end.rcvd.reason)]


def last_code(served: Served, mark: str) -> int | None:
    found: int | None = json.loads(served.ask("GET", f"/last?mark={mark}").body)
    return found


@pytest.fixture(scope="module")
def pair(logs) -> Iterator[tuple[Served, Served]]:
    with serving(logs, "vase", STARLETTE) as ours, serving(logs, "uvicorn", STARLETTE) as theirs:
        yield ours, theirs


@pytest.mark.parametrize("name", [*ASKED, *OF_ASGI])
async def test_sockets_of_others_are_as_on_uvicorn(pair, name) -> None:
    """Messages, protocols, fields, refusals and ends: a client cannot tell the servers apart."""
    ours, theirs = pair
    path, messages, options = (ASKED | OF_ASGI)[name]
    found = await transcript(ours, path, messages, options)
    expected = await transcript(theirs, path, messages, options)
    if name == "breaks":
        # uvicorn hangs up on a failure; here the client is told that it was one.
        assert expected.pop() is None
        assert found.pop() == (1011, "")
    assert found == expected
    assert len(found) >= 3


async def test_an_application_hears_how_its_client_left(pair) -> None:
    """With a code, without one, and without a word; uvicorn does not tell the last two apart."""
    ours, theirs = pair
    for code in (4321, 1005, 1006):
        assert await left_with(ours, code) == code
        assert await left_with(theirs, code) == (min(code, 1005) if code < 4000 else code)


async def left_with(served: Served, code: int) -> int | None:
    mark = token_hex(8)
    connection = await websockets.connect(f"ws://127.0.0.1:{served.port}/echo?mark={mark}")
    await connection.send("there?")
    assert await connection.recv() == "there?"
    if code == 1006:
        connection.transport.abort()
    elif code == 1005:
        # The library always sends a code; an empty close is its two octets and a mask.
        connection.transport.write(b"\x88\x80\x00\x00\x00\x00")
    else:
        await connection.close(code)
    found = await asyncio.to_thread(last_code, served, mark)
    connection.transport.abort()
    return found


@pytest.fixture(scope="module")
def own(logs) -> Iterator[Served]:
    with serving(logs, "vase", VASE) as served:
        yield served


@pytest.fixture(scope="module", params=["uvicorn", "granian", "hypercorn"])
def other(request: pytest.FixtureRequest, logs) -> Iterator[Served]:
    with serving(logs, request.param, VASE) as served:
        yield served


@pytest.mark.slow
@pytest.mark.parametrize("name", ASKED)
async def test_sockets_of_vase_are_as_on_its_own_server(own, other, name) -> None:
    """Routes, parameters, messages and ends are the application's, not the server's."""
    path, messages, options = ASKED[name]
    found, expected = await transcript(other, path, messages, options), await transcript(own, path, messages, options)
    if found[0] == 101:
        if name == "protocol" and "granian" in other.log.name:
            assert expected[1].pop() == ("x-one", "1")  # granian has no fields of an application's acceptance
        assert found == expected
    else:
        # Servers without the extension `websocket.http.response` know one refusal, 403. The id of a request is in the
        # body of a refusal.
        assert expected[0] == (404 if name == "nowhere" else 403)
        assert found[0] in (403, expected[0])


@pytest.mark.slow
async def test_a_handler_hears_that_the_client_of_another_server_left(own, other) -> None:
    """As exactly as the other server tells it: hypercorn has one code for all ends, no other server has 1006."""
    for code in (4321, 1006):
        assert await left_with(own, code) == code
        assert await left_with(other, code) in (code, 1005, 1006)


async def echo(socket: StarletteSocket) -> None:
    await socket.accept(headers=[(b"x-path", socket.scope["path"].encode())])
    async for message in socket.iter_text():
        await socket.send_text(f"{socket.scope['root_path']} {message}")


def inner() -> Starlette:
    return Starlette(routes=[WebSocketRoute("/echo", echo)])


def test_a_mounted_application_has_sockets() -> None:
    app = Vase()
    app.mount("/old/", inner())
    with Client(app) as client:
        with client.websocket_connect("/old/echo") as socket:
            socket.send_text("one")
            assert socket.receive_text() == "/old one"
            assert socket.headers["x-path"] == "/old/echo"
        with pytest.raises(WebSocketDenialResponse) as denied, client.websocket_connect("/old/nowhere"):
            pass
        assert denied.value.response.status_code == 403


def test_middleware_and_guards_are_around_mounted_sockets() -> None:
    """They see the handshake, and may turn it away before the application hears of it."""
    app = Vase()

    @app.middleware
    async def watch(request: Request, call_next):
        if "x-stranger" in request.headers:
            raise HTTPException(403, "no")
        response = await call_next(request)
        response.headers["x-watched"] = "yes"
        return response

    def user(request: Request) -> str:
        if request.headers.get("x-user") is None:
            raise Unauthorized
        return "somebody"

    router = Router(prefix="/tools")
    router.mount("/inner/", inner(), auth=user)
    app.include(router)
    with Client(app) as client:
        for headers, status in (({}, 401), ({"x-user": "1", "x-stranger": "1"}, 403)):
            with (
                pytest.raises(WebSocketDenialResponse) as denied,
                client.websocket_connect("/tools/inner/echo", headers=headers),
            ):
                pass
            assert denied.value.response.status_code == status
        with client.websocket_connect("/tools/inner/echo", headers={"x-user": "1"}) as socket:
            socket.send_text("one")
            assert socket.receive_text() == "/tools/inner one"
            assert socket.headers["x-watched"] == "yes"


def test_pages_of_other_origins_may_not_open_mounted_sockets() -> None:
    """A browser sends cookies with any handshake: what guards the site's own sockets guards mounted ones."""
    app = Vase()
    app.mount("/", inner())
    with (
        Client(app) as client,
        pytest.raises(WebSocketDenialResponse) as denied,
        client.websocket_connect("/echo", headers={"origin": "https://evil.example"}),
    ):
        pass
    assert denied.value.response.status_code == 403


def test_a_failure_before_the_handshake_is_the_sites_failure() -> None:
    async def broken(scope, receive, send):
        if scope["type"] == "websocket":
            raise ValueError("on purpose")

    app = Vase()
    app.mount("/", broken)
    with Client(app) as client, pytest.raises(ValueError, match="on purpose"), client.websocket_connect("/"):
        pass


def test_an_application_inside_of_another_has_sockets() -> None:
    """A Vase application inside of Starlette inside of Vase: two crossings, and the end is told through both."""
    from starlette.routing import Mount

    from vase import WebSocket

    innermost, outer = Vase(), Vase()

    @innermost.websocket("/echo")
    async def shout(socket: WebSocket) -> None:
        await socket.send((await socket.receive()).upper())
        await socket.close(4002, "done")

    outer.mount("/outer/", Starlette(routes=[Mount("/inner", innermost)]))
    with Client(outer) as client, client.websocket_connect("/outer/inner/echo") as socket:
        socket.send_text("one")
        assert socket.receive_text() == "ONE"
        with pytest.raises(WebSocketDisconnect) as end:
            socket.receive_text()
        assert (end.value.code, end.value.reason) == (4002, "done")
