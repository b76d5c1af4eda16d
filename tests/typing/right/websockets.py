"""Sockets know the types of their messages in both directions."""

from typing import Any, assert_type

from pydantic import BaseModel

from vase import Vase, WebSocket, WebSocketDisconnect
from vase.websockets import MessageValidationError, WebSocketException, WebSocketState


class Say(BaseModel):
    text: str


class Quit(BaseModel):
    reason: str


class Line(BaseModel):
    who: str


app = Vase()


@app.websocket("/talk/{room}")
async def talk(room: str, socket: WebSocket[Say | Quit, Line]) -> None:
    await socket.accept(subprotocol="v1" if "v1" in socket.requested_subprotocols else None)
    assert_type(await socket.receive(), Say | Quit)
    async for message in socket:
        match message:
            case Say():
                await socket.send(Line(who=message.text))
            case Quit():
                await socket.close(4000, message.reason)
    assert_type(socket.client_state, WebSocketState)


@app.websocket("/plain")
async def plain(socket: WebSocket) -> None:
    assert_type(await socket.receive(), Any)
    assert_type(await socket.receive_text(), str)
    await socket.send({"any": "thing"})
    try:
        await socket.send_json([1])
    except WebSocketDisconnect as gone:
        assert_type(gone.code, int)
    except MessageValidationError as wrong:
        raise WebSocketException(4001, str(wrong)) from wrong


@app.websocket("/incoming")
async def incoming(socket: WebSocket[bytes]) -> None:
    assert_type(await anext(socket), bytes)
    await socket.send(3)


@app.websocket_listener("/echo")
async def echo(data: Say, room: str = "a") -> Line | None:
    return Line(who=data.text + room)


async def use() -> None:
    assert_type(await echo(Say(text="a")), Line | None)
