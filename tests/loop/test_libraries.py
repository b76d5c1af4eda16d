"""Libraries that know asyncio alone work on the loop unchanged: asyncpg, aiosqlite, psycopg, httpx, redis, anyio."""

import asyncio
import sqlite3
from collections.abc import AsyncIterator, Coroutine
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import aiosqlite
import asyncpg
import httpx2
import psycopg
import pytest

from vase import Vase
from vase.loop import EventLoop
from vase.testing import LiveServer


def run[T](work: Coroutine[Any, Any, T]) -> T:
    with asyncio.Runner(loop_factory=EventLoop) as runner:
        return runner.run(work)


def test_aiosqlite(tmp_path: Path) -> None:
    """The threads of aiosqlite hand their results over."""

    async def main() -> list[sqlite3.Row]:
        async with aiosqlite.connect(tmp_path / "db.sqlite3") as connection:
            await connection.execute("create table numbers (number integer)")
            await connection.executemany("insert into numbers values (?)", [(number,) for number in range(3)])
            return list(await connection.execute_fetchall("select number from numbers order by number"))

    assert run(main()) == [(0,), (1,), (2,)]


def test_httpx_against_our_own_server() -> None:
    """An asynchronous HTTP client on our loop asks a server on our loop, fifty requests at a time."""
    app = Vase()

    @app.get("/square/{number:int}")
    async def square(number: int) -> dict[str, int]:
        await asyncio.sleep(0.01)
        return {"square": number * number}

    async def main(url: str) -> list[int]:
        async with httpx2.AsyncClient(base_url=url) as client:
            answers = await asyncio.gather(*(client.get(f"/square/{number}") for number in range(50)))
        return [answer.json()["square"] for answer in answers]

    with LiveServer(app) as server:
        assert run(main(server.url)) == [number * number for number in range(50)]


@pytest.mark.postgres
def test_asyncpg_behind_handlers(postgres_url: str) -> None:
    """More requests than connections wait for the pool in the order in which they came, and all are answered."""
    pools: list[Any] = []

    @asynccontextmanager
    async def lifespan(_: Vase) -> AsyncIterator[None]:
        async with asyncpg.create_pool(postgres_url, min_size=4, max_size=4) as pool:
            pools.append(pool)
            yield

    app = Vase(lifespan=lifespan)

    @app.get("/row/{number:int}")
    async def row(number: int) -> dict[str, int]:
        async with pools[0].acquire() as connection:
            return {"value": await connection.fetchval("select $1::int + 1", number)}

    async def main(url: str) -> list[int]:
        async with httpx2.AsyncClient(base_url=url, limits=httpx2.Limits(max_connections=64)) as client:
            await client.get("/row/0")
            answers = await asyncio.gather(*(client.get(f"/row/{number}") for number in range(200)))
        return [answer.json()["value"] for answer in answers]

    with LiveServer(app) as server:
        assert run(main(server.url)) == [number + 1 for number in range(200)]


@pytest.mark.postgres
def test_psycopg(postgres_url: str) -> None:
    """The waiting of psycopg works on the loop's readers and writers."""

    async def main() -> object:
        async with await psycopg.AsyncConnection.connect(postgres_url) as connection:
            cursor = await connection.execute("select generate_series(1, 1000)")
            return len(await cursor.fetchall())

    assert run(main()) == 1000


@pytest.mark.redis
def test_redis(redis_url: str) -> None:
    """redis-py's asynchronous client works."""
    from redis.asyncio import Redis

    async def main() -> object:
        client = Redis.from_url(redis_url)
        try:
            await client.set("key", "value")
            return await client.get("key")
        finally:
            await client.aclose()

    assert run(main()) == b"value"
