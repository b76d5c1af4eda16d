"""Sockets of Starlette: each route is one thing that an ASGI server must do."""

import asyncio

from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse, PlainTextResponse
from starlette.routing import Route, WebSocketRoute
from starlette.websockets import WebSocket

ends: dict[str, int] = {}


async def text(request: Request):
    return PlainTextResponse("Hello, World!")


async def last(request: Request):
    """Tell how a socket of `/echo` ended, once that is known."""
    mark = request.query_params["mark"]
    for _ in range(200):
        if mark in ends:
            break
        await asyncio.sleep(0.02)
    return JSONResponse(ends.get(mark))


async def echo(socket: WebSocket):
    await socket.accept()
    while (message := await socket.receive())["type"] != "websocket.disconnect":
        if message.get("text") is not None:
            await socket.send_text(message["text"])
        else:
            await socket.send_bytes(message["bytes"])
    ends[socket.query_params.get("mark", "")] = message["code"]


async def scope(socket: WebSocket):
    await socket.accept()
    shown = {
        name: socket.scope[name] for name in ("type", "scheme", "path", "root_path", "subprotocols", "http_version")
    }
    shown |= {"query": dict(socket.query_params), "cookies": socket.cookies, "params": socket.path_params}
    await socket.send_json(shown | {"method": socket.scope.get("method")})
    await socket.close()


async def protocol(socket: WebSocket):
    await socket.accept("v2", headers=[(b"x-one", b"1")])
    await socket.close(4001, "enough")


async def closed(socket: WebSocket):
    await socket.close()


async def denied(socket: WebSocket):
    await socket.send_denial_response(PlainTextResponse("who are you?", 401, {"www-authenticate": "Basic"}))


async def silent(socket: WebSocket):
    return


async def raises(socket: WebSocket):
    raise ValueError("wrong on purpose")


async def breaks(socket: WebSocket):
    await socket.accept()
    await socket.send_text("begins")
    raise ValueError("wrong on purpose")


async def count(socket: WebSocket):
    await socket.accept()
    for number in range(200):
        await socket.send_bytes(b"%d " % number * 20_000)
    await socket.close()


app = Starlette(
    routes=[
        Route("/text", text),
        Route("/last", last),
        WebSocketRoute("/echo", echo),
        WebSocketRoute("/scope/{name}", scope),
        WebSocketRoute("/protocol", protocol),
        WebSocketRoute("/closed", closed),
        WebSocketRoute("/denied", denied),
        WebSocketRoute("/silent", silent),
        WebSocketRoute("/raises", raises),
        WebSocketRoute("/breaks", breaks),
        WebSocketRoute("/count", count),
    ],
)
