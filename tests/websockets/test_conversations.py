"""What a handler of sockets can say and hear, through the same stack as a socket."""

import asyncio
from collections.abc import AsyncIterator
from typing import Annotated, Any, Literal

import pytest
from pydantic import BaseModel, Field

from vase import Depends, Header, HTTPException, Request, Response, Vase, WebSocket, WebSocketDisconnect
from vase.testing import AsyncClient, Client, WebSocketDenialResponse
from vase.websockets import MessageError, MessageValidationError, WebSocketError, WebSocketException, WebSocketState


class Say(BaseModel):
    kind: Literal["say"]
    text: str


class Join(BaseModel):
    kind: Literal["join"]
    room: Annotated[str, Field(min_length=2)]


class Heard(BaseModel):
    text: str
    count: int = 0


type Incoming = Annotated[Say | Join, Field(discriminator="kind")]


def site() -> tuple[Vase, list[Any]]:  # noqa: C901, PLR0915  # many small handlers
    """Every kind of handler, and a list in which they note what happened to them."""
    app, notes = Vase(), list[Any]()

    @app.websocket("/echo")
    async def echo(socket: WebSocket) -> None:
        async for message in socket:
            await socket.send(message)
        notes.append(("echo", socket.close_code))

    @app.websocket("/typed/<room>/")
    async def typed(room: str, socket: WebSocket[Incoming, Heard], limit: int = 3) -> None:
        count = 0
        async for message in socket:
            count += 1
            text = message.text if isinstance(message, Say) else f"to {message.room}"
            await socket.send(Heard(text=f"{room}: {text}", count=count))
            if count == limit:
                return

    @app.websocket("/patient")
    async def patient(socket: WebSocket[Incoming, dict[str, str]]) -> None:
        while True:
            try:
                message = await socket.receive()
            except MessageValidationError as error:
                await socket.send({"error": error.reason})
            else:
                await socket.send({"ok": type(message).__name__})

    @app.websocket("/chosen")
    async def chosen(socket: WebSocket) -> None:
        await socket.accept(subprotocol="v2", headers={"x-server": "vase"})
        await socket.send_json({"state": socket.client_state, "protocol": socket.subprotocol})
        value = await socket.receive_json()
        await socket.send_bytes(str(value["number"] + 1).encode())
        await socket.close(4000, "enough")
        notes.append(("chosen", socket.client_state))

    @app.websocket("/lie")
    async def lie(socket: WebSocket[str, Heard]) -> None:
        await socket.accept()
        try:
            await socket.send("no model")  # type: ignore[arg-type]  # the mistake that is told
        except MessageError as error:
            notes.append(error)

    @app.websocket("/fails")
    async def fails(socket: WebSocket, how: str = "error") -> None:
        await socket.accept()
        if how == "policy":
            raise WebSocketException(1008, "not you")
        if how == "http":
            raise HTTPException(403, "not here")
        raise ValueError("a bug")

    async def user(token: Annotated[str | None, Header(alias="x-token")] = None) -> AsyncIterator[str]:
        if token is None:
            raise HTTPException(401, "say who you are")
        yield token.upper()
        notes.append("closed")

    @app.websocket("/private")
    async def private(socket: WebSocket, name: Annotated[str, Depends(user)]) -> None:
        await socket.send(f"hello {name}")

    @app.websocket("/refuses")
    async def refuses(socket: WebSocket, how: str) -> None:
        if how == "close":
            await socket.close(1008)
        elif how == "answer":
            await socket.send_denial_response(Response("no seats", 503))
        elif how == "raise":
            raise WebSocketException(1008)
        with pytest.raises(WebSocketError, match=r"refused|answered"):
            await socket.send("too late")

    @app.websocket("/silent")
    async def silent(socket: WebSocket) -> None:
        """Neither accepts nor refuses."""

    @app.websocket("/twice")
    async def twice(socket: WebSocket) -> None:
        await socket.accept()
        with pytest.raises(WebSocketError) as caught:
            await socket.accept()
        await socket.send(caught.value.code)

    @app.websocket("/speaks")
    async def speaks(socket: WebSocket) -> None:
        with pytest.raises(WebSocketError) as caught:
            await socket.accept(subprotocol="v9")
        await socket.send(f"{caught.value.code} {socket.client_state.name}")

    return app, notes


def test_echo_of_texts_and_octets():
    app, notes = site()
    with Client(app) as client, client.websocket_connect("/echo") as socket:
        for message in ("hello", "", "größe", b"\x00\xff", "x" * 300_000):
            socket.send(message)
            assert socket.receive() == message
        socket.close(4001, "bye")
        assert socket.close_code == 4001
    assert notes == [("echo", 4001)]


def test_typed_messages():
    app, _ = site()
    with Client(app) as client, client.websocket_connect("/typed/blue/?limit=2") as socket:
        socket.send_json({"kind": "say", "text": "hi"})
        assert socket.receive_json() == {"text": "blue: hi", "count": 1}
        socket.send_json({"kind": "join", "room": "green"})
        assert socket.receive_json() == {"text": "blue: to green", "count": 2}
        with pytest.raises(WebSocketDisconnect) as end:
            socket.receive()
        assert end.value.code == 1000


@pytest.mark.parametrize(
    ("message", "reason"),
    [
        ('{"kind": "say"}', "message.say.text: Field required"),
        ('{"kind": "join", "room": "x"}', "message.join.room: String should have at least 2 characters"),
        ('{"kind": "leave"}', "message: Input tag 'leave' found using 'kind' does not match any of the expected tags"),
        ("{", "message: Invalid JSON"),
    ],
)
def test_message_that_does_not_fit_closes_and_names_the_field(message: str, reason: str):
    app, _ = site()
    with Client(app) as client, client.websocket_connect("/typed/blue/") as socket:
        socket.send(message)
        with pytest.raises(WebSocketDisconnect) as end:
            socket.receive()
        assert end.value.code == 1007
        assert end.value.reason.startswith(reason)


def test_handler_that_catches_a_bad_message_goes_on():
    app, _ = site()
    with Client(app) as client, client.websocket_connect("/patient") as socket:
        socket.send_json({"kind": "say"})
        assert socket.receive_json() == {"error": "message.say.text: Field required"}
        socket.send_json({"kind": "say", "text": "x"})
        assert socket.receive_json() == {"ok": "Say"}


def test_accept_by_hand():
    app, notes = site()
    with Client(app) as client, client.websocket_connect("/chosen", ["v1", "v2"]) as socket:
        assert (socket.accepted_subprotocol, socket.headers["x-server"]) == ("v2", "vase")
        assert socket.receive_json() == {"state": 1, "protocol": "v2"}
        socket.send_json({"number": 6})
        assert socket.receive_bytes() == b"7"
        with pytest.raises(WebSocketDisconnect) as end:
            socket.receive()
        assert (end.value.code, end.value.reason) == (4000, "enough")
    assert notes == [("chosen", WebSocketState.DISCONNECTED)]


def test_what_is_sent_must_be_what_was_promised():
    app, notes = site()
    with Client(app) as client, client.websocket_connect("/lie"):
        pass
    assert notes[0].code == "websockets.E005"
    assert "promises to send `Heard`" in notes[0].message


@pytest.mark.parametrize(("how", "code", "reason"), [("policy", 1008, "not you"), ("http", 1008, "not here")])
def test_exception_with_a_word_for_the_client(how: str, code: int, reason: str):
    app, _ = site()
    with Client(app) as client, client.websocket_connect(f"/fails?how={how}") as socket:
        with pytest.raises(WebSocketDisconnect) as end:
            socket.receive()
        assert (end.value.code, end.value.reason) == (code, reason)


def test_bug_closes_with_1011_and_reaches_the_test(caplog: pytest.LogCaptureFixture):
    app, _ = site()
    with Client(app, raise_server_exceptions=False) as client, client.websocket_connect("/fails") as socket:
        with pytest.raises(WebSocketDisconnect) as end:
            socket.receive()
        assert (end.value.code, end.value.reason) == (1011, "")
    assert "a bug" in caplog.text
    with pytest.raises(ValueError, match="a bug"), Client(app) as client, client.websocket_connect("/fails"):
        pass


def test_dependency_judges_before_the_socket_opens():
    app, notes = site()
    with Client(app) as client:
        with pytest.raises(WebSocketDenialResponse) as denied, client.websocket_connect("/private"):
            pass
        assert denied.value.status_code == 401
        assert denied.value.response.json()["detail"] == "say who you are"
        with client.websocket_connect("/private", headers={"x-token": "ada"}) as socket:
            assert socket.receive() == "hello ADA"
    assert notes == ["closed"]


@pytest.mark.parametrize(("how", "status"), [("close", 403), ("answer", 503), ("raise", 403), ("nothing", 403)])
def test_refusals(how: str, status: int):
    app, _ = site()
    with Client(app, raise_server_exceptions=False) as client:
        path = "/silent" if how == "nothing" else f"/refuses?how={how}"
        with pytest.raises(WebSocketDenialResponse) as denied, client.websocket_connect(path):
            pass
        assert denied.value.status_code == status


def test_handshake_that_does_not_fit_is_answered_with_422():
    app, _ = site()
    with Client(app) as client:
        with pytest.raises(WebSocketDenialResponse) as denied, client.websocket_connect("/typed/blue/?limit=x"):
            pass
        assert denied.value.status_code == 422
        assert denied.value.response.json()["errors"][0]["path"] == "query.limit"


def test_misuse_is_told():
    app, _ = site()
    with Client(app) as client:
        with client.websocket_connect("/twice") as socket:
            assert socket.receive() == "websockets.E006"
        with client.websocket_connect("/speaks", ["v1"]) as socket:
            assert socket.receive() == "websockets.E007 CONNECTING"


def test_plain_request_is_told_to_upgrade():
    app, _ = site()
    with Client(app) as client:
        answer = client.get("/echo")
        assert (answer.status_code, answer.headers["upgrade"]) == (426, "websocket")
        assert answer.json()["code"] == "websocket.upgrade_required"
        assert client.post("/echo").status_code == 405
        assert "WEBSOCKET" not in client.post("/echo").headers["allow"]
        # The word by which the table knows sockets is no method that a client may use.
        assert client.request("WEBSOCKET", "/echo").status_code == 422


def test_page_and_socket_at_one_path():
    app = Vase()

    @app.get("/both")
    def page() -> str:
        return "page"

    @app.websocket("/both")
    async def talk(socket: WebSocket) -> None:
        await socket.send("socket")

    with Client(app) as client:
        assert client.get("/both").text == "page"
        with client.websocket_connect("/both") as socket:
            assert socket.receive() == "socket"


def test_middleware_stands_around_the_handshake():
    app = Vase()

    @app.middleware
    async def guard(request: Request, call_next: Any) -> Response:
        if request.query_params.get("key") != "right":
            return Response("no", 403)
        request.state["seen"] = True
        response = await call_next(request)
        response.headers["x-guard"] = str(response.status_code)
        return response

    @app.websocket("/ws")
    async def talk(socket: WebSocket) -> None:
        await socket.send_json(socket.state)

    with Client(app) as client:
        with pytest.raises(WebSocketDenialResponse, match="403"), client.websocket_connect("/ws"):
            pass
        with client.websocket_connect("/ws?key=right") as socket:
            assert socket.headers["x-guard"] == "101"
            assert socket.receive_json() == {"seen": True}


def test_origin_of_another_site_is_refused():
    app = Vase(settings={"WEBSOCKET_ALLOWED_ORIGINS": ["https://app.example.com"]})

    @app.websocket("/ws")
    async def talk(socket: WebSocket) -> None:
        await socket.send("hello")

    with Client(app) as client:
        for origin in (None, "http://localhost", "https://app.example.com"):
            with client.websocket_connect("/ws", headers={"origin": origin} if origin else {}) as socket:
                assert socket.receive() == "hello"
        with (
            pytest.raises(WebSocketDenialResponse) as denied,
            client.websocket_connect("/ws", headers={"origin": "https://evil.example"}),
        ):
            pass
        assert denied.value.response.json()["code"] == "websocket.origin"
        assert client.python_calls == 3


def test_large_message_is_refused():
    app = Vase(settings={"WEBSOCKET_MAX_MESSAGE_SIZE": 1000})

    @app.websocket("/ws")
    async def talk(socket: WebSocket) -> None:
        async for message in socket:
            await socket.send(message)

    with Client(app) as client, client.websocket_connect("/ws") as socket:
        socket.send("x" * 1000)
        assert socket.receive() == "x" * 1000
        socket.send("x" * 1001)  # smaller than that on the wire, where it is compressed
        with pytest.raises(WebSocketDisconnect) as end:
            socket.receive()
        assert end.value.code == 1009


async def test_client_that_leaves_is_noticed(monkeypatch: pytest.MonkeyPatch):
    app, seen = Vase(), list[str]()

    @app.websocket("/reads")
    async def reads(socket: WebSocket) -> None:
        try:
            await socket.receive()
        except WebSocketDisconnect as end:
            seen.append(f"reader {end.code}")

    @app.websocket("/writes")
    async def writes(socket: WebSocket) -> None:
        try:
            while True:
                await socket.send("x" * 10_000)
                await asyncio.sleep(0)
        except WebSocketDisconnect as end:
            seen.append(f"writer {end.code}")

    @app.websocket("/waits")
    async def waits(socket: WebSocket) -> None:
        await socket.accept()
        try:
            await asyncio.Event().wait()
        except asyncio.CancelledError:
            seen.append("waiter")
            raise

    monkeypatch.setattr("vase.websockets._run.NOTICE_SECONDS", 0.05)
    client = AsyncClient(app)
    for path in ("/reads", "/writes", "/waits"):
        async with client.websocket_connect(path) as socket:
            await asyncio.sleep(0.05)
            await socket.close(4002)
    await asyncio.sleep(0.3)
    assert seen == ["reader 4002", "writer 4002", "waiter"]


async def test_slow_reader_holds_the_handler_back():
    app, sent = Vase(), list[int]()

    @app.websocket("/flood")
    async def flood(socket: WebSocket) -> None:
        for number in range(10_000):
            await socket.send(number.to_bytes(4) + bytes(range(256)) * 40)
            sent.append(number)

    client = AsyncClient(app)
    async with client.websocket_connect("/flood") as socket:
        await asyncio.sleep(0.3)
        held = len(sent)
        assert 0 < held < 2000  # compressed to almost nothing, and still bounded
        for number in range(200):
            message = await socket.receive()
            assert isinstance(message, bytes)
            assert int.from_bytes(message[:4]) == number


async def test_one_reader_at_a_time():
    app, told = Vase(), list[str]()

    @app.websocket("/ws")
    async def talk(socket: WebSocket) -> None:
        first = asyncio.ensure_future(socket.receive())
        await asyncio.sleep(0)
        with pytest.raises(RuntimeError) as error:
            await socket.receive()
        told.append(str(error.value))
        # Who gives up waiting loses no message.
        first.cancel()
        await asyncio.sleep(0)
        await socket.send("ready")
        told.append(await socket.receive_text())

    client = AsyncClient(app)
    async with client.websocket_connect("/ws") as socket:
        assert await socket.receive() == "ready"
        await socket.send("kept")
        await asyncio.sleep(0.05)
    assert told == ["another task waits for a message of this socket already", "kept"]
