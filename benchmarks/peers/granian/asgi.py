"""Bare ASGI: the interface that frameworks stand on, with nothing on it."""

import json
import os
from typing import Any

import asyncpg

TEXT = {"type": "http.response.start", "status": 200, "headers": [(b"content-type", b"text/plain; charset=utf-8")]}
JSON = {"type": "http.response.start", "status": 200, "headers": [(b"content-type", b"application/json")]}
pool: Any = None


async def lifespan(receive: Any, send: Any) -> None:
    global pool
    await receive()
    if os.environ["BENCH_SCENARIO"] == "postgres":
        pool = await asyncpg.create_pool(os.environ["BENCH_POSTGRES"], min_size=16, max_size=16)
    await send({"type": "lifespan.startup.complete"})
    await receive()
    await send({"type": "lifespan.shutdown.complete"})


async def body_of(receive: Any) -> bytes:
    parts = []
    while True:
        message = await receive()
        parts.append(message.get("body", b""))
        if not message.get("more_body"):
            return b"".join(parts)


def compact(value: object) -> bytes:
    return json.dumps(value, separators=(",", ":")).encode()


async def site(scope: Any, receive: Any, send: Any) -> None:
    path = scope["path"]
    start, body = TEXT, b"Hello, World!"
    if path == "/json":
        start, body = JSON, compact({"message": "Hello, World!"})
    elif path == "/upload":
        body = str(len(await body_of(receive))).encode()
    elif path.startswith("/postgres/"):
        row = await pool.fetchrow("SELECT id, name, quantity FROM items WHERE id = $1", int(path[10:]))
        start, body = JSON, compact({"id": row["id"], "name": row["name"], "quantity": row["quantity"]})
    await send(start)
    await send({"type": "http.response.body", "body": body})


def marking(inner: Any, name: bytes) -> Any:
    async def middleware(scope: Any, receive: Any, send: Any) -> None:
        async def mark(message: Any) -> None:
            if message["type"] == "http.response.start":
                message = {**message, "headers": [*message["headers"], (name, b"1")]}
            await send(message)

        await inner(scope, receive, mark)

    return middleware


handler = site
if os.environ["BENCH_SCENARIO"] == "middleware":
    for name in (b"x-third", b"x-second", b"x-first"):
        handler = marking(handler, name)


async def app(scope: Any, receive: Any, send: Any) -> None:
    if scope["type"] == "lifespan":
        await lifespan(receive, send)
    else:
        await handler(scope, receive, send)
