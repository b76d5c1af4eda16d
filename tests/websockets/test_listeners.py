"""Handlers that answer one message at a time."""

from typing import Annotated, Literal

import pytest
from pydantic import BaseModel, Field

from vase import Controller, Depends, Header, HTTPException, Router, Vase, WebSocket, WebSocketDisconnect
from vase.testing import Client, WebSocketDenialResponse
from vase.urls import Listener, include, path
from vase.views import websocket, websocket_listener


class Say(BaseModel):
    kind: Literal["say"] = "say"
    text: str


class Quit(BaseModel):
    kind: Literal["quit"]


type Incoming = Annotated[Say | Quit, Field(discriminator="kind")]


def test_each_message_is_answered_by_the_value():
    """Messages are read by the type of `data` and written by the return annotation; None sends nothing."""
    app = Vase()

    @app.websocket_listener("/ws")
    async def echo(data: Incoming) -> Say | None:
        return Say(text=data.text.upper()) if isinstance(data, Say) else None

    assert app.check() == []
    with Client(app) as client, client.websocket_connect("/ws") as socket:
        socket.send_json({"kind": "quit"})
        socket.send_json({"kind": "say", "text": "a"})
        socket.send_json({"kind": "say", "text": "b"})
        assert [socket.receive_json()["text"] for _ in range(2)] == ["A", "B"]
        socket.send_json({"kind": "shout"})
        with pytest.raises(WebSocketDisconnect) as closed:
            socket.receive()
    assert closed.value.code == 1007


def test_other_parameters_come_from_the_handshake_once():
    """Path, query and dependencies are bound before the first message; what a dependency raises is the answer."""
    app = Vase()
    opened: list[str] = []

    def user(authorization: Annotated[str | None, Header()] = None) -> str:
        if authorization is None:
            raise HTTPException(401, "who are you?")
        opened.append(authorization)
        return authorization

    router = Router("/rooms")

    @router.websocket_listener("/{room}")
    async def echo(room: str, data: str, name: Annotated[str, Depends(user)], mark: str = "!") -> str:
        return f"{room}: {name}: {data}{mark}"

    app.include(router)
    with Client(app) as client:
        with pytest.raises(WebSocketDenialResponse), client.websocket_connect("/rooms/blue"):
            pass
        with client.websocket_connect("/rooms/blue?mark=.", headers={"authorization": "ada"}) as socket:
            for text in ("one", "two"):
                socket.send(text)
                assert socket.receive() == f"blue: ada: {text}."
    assert opened == ["ada"]


def test_listener_may_hold_the_socket():
    """A listener that takes the socket too may send by itself and close it."""
    app = Vase()

    @app.websocket_listener("/ws")
    async def count(data: int, socket: WebSocket) -> None:
        for number in range(data):
            await socket.send(str(number))
        await socket.close(4000, "enough")

    with Client(app) as client, client.websocket_connect("/ws") as socket:
        socket.send("2")
        assert [socket.receive(), socket.receive()] == ["0", "1"]
        with pytest.raises(WebSocketDisconnect) as closed:
            socket.receive()
    assert (closed.value.code, closed.value.reason) == (4000, "enough")


class Room(Controller):
    prefix = "/room"

    def __init__(self) -> None:
        self.heard: list[str] = []

    @websocket("/")
    async def talk(self, socket: WebSocket[str]) -> None:
        async for text in socket:
            self.heard.append(text)
            await socket.send(str(len(self.heard)))

    @websocket_listener("/echo", name="echo")
    async def echo(self, data: str) -> str:
        return f"{data} {len(self.heard)}"


class Loud(Room):
    prefix = "/loud"

    async def echo(self, data: str) -> str:
        return data.upper()


def test_methods_of_controllers_are_sockets():
    """A controller has sockets and listeners beside its endpoints; a subclass replaces the method."""
    app = Vase()
    app.include(Room)
    app.include(Loud, namespace="loud")
    assert app.check() == []
    assert app.reverse("echo") == "/room/echo"
    with Client(app) as client:
        with client.websocket_connect("/room/") as socket:
            socket.send("a")
            assert socket.receive() == "1"
        with client.websocket_connect("/room/echo") as socket:
            socket.send("b")
            assert socket.receive() == "b 1"
        with client.websocket_connect("/loud/echo") as socket:
            socket.send("c")
            assert socket.receive() == "C"


def test_listener_in_a_url_conf():
    """`path` knows a `Listener` for what it is, and it is told of as its function is."""

    async def echo(data: str) -> str:
        """Say it again."""
        return data

    app = Vase()
    app.include(include([path("/ws", Listener(echo))]))
    (route,) = app.routes()
    assert route.route.methods == ("WEBSOCKET",)
    assert route.route.handler.__doc__ == "Say it again."
    with Client(app) as client, client.websocket_connect("/ws") as socket:
        socket.send("x")
        assert socket.receive() == "x"
