"""The test client, synchronous and asynchronous."""

import asyncio
from typing import Any, assert_type

from vase import ServerSentEvent, Vase
from vase.testing import AsyncClient, Client, LiveServer, TestResponse, WebSocketDenialResponse

app = Vase()

with Client(app, headers={"authorization": "Bearer x"}, raise_server_exceptions=False) as client:
    response = client.get("/", params={"q": "x"}, headers={"a": "b"}, follow_redirects=True)
    assert_type(response, TestResponse)
    assert_type(response.status_code, int)
    assert_type(response.json(), Any)
    client.post("/", json={"a": 1})
    client.post("/", data={"a": "b"}, files={"file": ("a.txt", b"a", "text/plain"), "other": b"b"})
    client.put("/", content=b"raw")
    assert_type(client.cookies, dict[str, str])
    with client.stream("GET", "/events") as answer:
        for event in answer.events():
            assert_type(event, ServerSentEvent[str])
        for piece in answer.pieces():
            assert_type(piece, bytes)
    try:
        with client.websocket_connect("/ws", ["v1"]) as socket:
            socket.send_json({"a": 1})
            assert_type(socket.receive(timeout=1), str | bytes)
            assert_type(socket.receive_text(), str)
            for message in socket:
                assert_type(message, str | bytes)
    except WebSocketDenialResponse as denied:
        assert_type(denied.response, TestResponse)

with LiveServer(app) as server:
    assert_type(server.url, str)


async def use() -> None:
    client = AsyncClient(app)
    assert_type(await client.request("GET", "/"), TestResponse)
    async with client.stream("GET", "/events") as answer:
        async for event in answer.events():
            assert_type(event.data, str | None)
    async with client.websocket_connect("/ws") as socket:
        async for message in socket:
            assert_type(message, str | bytes)


asyncio.run(use())
