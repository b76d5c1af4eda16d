"""Sockets of Vase: each route is one thing that must be the same under another server."""

import asyncio
from typing import Any

from vase import HTTPException, Vase, WebSocket

app = Vase()
ends: dict[str, int | None] = {}


@app.get("/text")
async def text() -> str:
    return "Hello, World!"


@app.get("/last")
async def last(mark: str) -> int | None:
    """Tell how a socket of `/echo` ended, once that is known."""
    for _ in range(200):
        if mark in ends:
            break
        await asyncio.sleep(0.02)
    return ends.get(mark)


@app.websocket("/echo")
async def echo(socket: WebSocket, mark: str = "") -> None:
    async for message in socket:
        await socket.send(message)
    ends[mark] = socket.close_code


@app.websocket("/scope/<name>")
async def scope(name: str, socket: WebSocket, page: int = 1) -> None:
    shown: dict[str, Any] = {"name": name, "page": page, "cookies": socket.cookies, "path": socket.request.path}
    await socket.send_json(shown | {"protocols": socket.requested_subprotocols})


@app.websocket("/protocol")
async def protocol(socket: WebSocket) -> None:
    await socket.accept("v2", headers={"x-one": "1"})
    await socket.close(4001, "enough")


@app.websocket("/denied")
async def denied(socket: WebSocket) -> None:
    raise HTTPException(403, "who are you?")


@app.websocket("/breaks")
async def breaks(socket: WebSocket) -> None:
    await socket.send_text("begins")
    raise ValueError("wrong on purpose")


@app.websocket("/count")
async def count(socket: WebSocket) -> None:
    for number in range(200):
        await socket.send_bytes(b"%d " % number * 20_000)
