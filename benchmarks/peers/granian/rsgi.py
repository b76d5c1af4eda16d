"""Bare RSGI: granian's own interface, with nothing on it."""

import asyncio
import json
import os
from typing import Any

import asyncpg

TEXT = [("content-type", "text/plain; charset=utf-8")]
JSON = [("content-type", "application/json")]
FILES = os.environ["BENCH_STATIC"]


def compact(value: object) -> bytes:
    return json.dumps(value, separators=(",", ":")).encode()


class Site:
    pool: Any = None

    def __rsgi_init__(self, loop: asyncio.AbstractEventLoop) -> None:
        if os.environ["BENCH_SCENARIO"] == "postgres":
            self.pool = loop.run_until_complete(
                asyncpg.create_pool(os.environ["BENCH_POSTGRES"], min_size=16, max_size=16)
            )

    async def __rsgi__(self, scope: Any, protocol: Any) -> None:
        path = scope.path
        if path == "/text":
            protocol.response_str(200, TEXT, "Hello, World!")
        elif path == "/json":
            protocol.response_bytes(200, JSON, compact({"message": "Hello, World!"}))
        elif path == "/upload":
            protocol.response_str(200, TEXT, str(len(await protocol())))
        elif path.startswith("/static/"):
            protocol.response_file(
                200, [("content-type", "application/octet-stream")], f"{FILES}/{os.path.basename(path)}"
            )
        elif path.startswith("/postgres/"):
            row = await self.pool.fetchrow("SELECT id, name, quantity FROM items WHERE id = $1", int(path[10:]))
            body = compact({"id": row["id"], "name": row["name"], "quantity": row["quantity"]})
            protocol.response_bytes(200, JSON, body)
        else:
            protocol.response_empty(404, [])


app = Site()
