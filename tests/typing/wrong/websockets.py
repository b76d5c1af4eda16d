"""What a type checker refuses of sockets."""

from pydantic import BaseModel

from vase import Vase, WebSocket


class Say(BaseModel):
    text: str


class Line(BaseModel):
    who: str


app = Vase()


@app.websocket("/talk", subprotocol="v1")  # wrong: call-arg | reportCallIssue
async def talk(socket: WebSocket[Say, Line]) -> None:
    await socket.send(Say(text="a"))  # wrong: arg-type | reportArgumentType
    await socket.send("a")  # wrong: arg-type | reportArgumentType
    message: Line = await socket.receive()  # wrong: assignment | reportAssignmentType
    async for said in socket:
        await socket.send(Line(who=said.name))  # wrong: attr-defined | reportAttributeAccessIssue
    await socket.close("4000")  # wrong: arg-type | reportArgumentType
    await socket.accept(protocol="v1")  # wrong: call-arg | reportCallIssue
    await socket.send_bytes("text")  # wrong: arg-type | reportArgumentType
    socket.receive()  # wrong: unused-coroutine | reportUnusedCoroutine
    print(message)


@app.websocket_listener("/echo")
async def echo(data: Say) -> Line:
    return Line(who=data.txt)  # wrong: attr-defined | reportAttributeAccessIssue


async def use() -> None:
    await echo("text")  # wrong: arg-type | reportArgumentType
