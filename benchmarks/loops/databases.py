"""The rows that need a server: asyncpg, psycopg and redis, eight clients at once."""

import asyncio
import contextlib
import time
from collections.abc import AsyncIterator, Awaitable, Callable
from typing import Any

__all__ = ["postgres_rows", "redis_rows"]

_CLIENTS = 8


async def _clients(seconds: float, open_one: Callable[[], Any]) -> float:
    counts = [0] * _CLIENTS
    end = time.perf_counter() + seconds

    async def client(number: int) -> None:
        async with open_one() as ask:
            while time.perf_counter() < end:
                await ask()
                counts[number] += 1

    began = time.perf_counter()
    await asyncio.gather(*(client(number) for number in range(_CLIENTS)))
    return sum(counts) / (time.perf_counter() - began)


def postgres_rows(url: str) -> dict[str, Callable[[float], Awaitable[float]]]:
    """Return the rows on PostgreSQL."""

    @contextlib.asynccontextmanager
    async def with_asyncpg() -> AsyncIterator[Callable[[], Awaitable[Any]]]:
        import asyncpg  # noqa: PLC0415

        connection = await asyncpg.connect(url)
        try:
            yield lambda: connection.fetchrow("select $1::int as id, 'message' as message", 1)
        finally:
            await connection.close()

    @contextlib.asynccontextmanager
    async def with_psycopg() -> AsyncIterator[Callable[[], Awaitable[Any]]]:
        import psycopg  # noqa: PLC0415

        async with await psycopg.AsyncConnection.connect(url, autocommit=True) as connection:
            cursor = connection.cursor()

            async def ask() -> Any:
                await cursor.execute("select %s::int as id, 'message' as message", (1,), prepare=True)
                return await cursor.fetchone()

            yield ask

    return {
        "asyncpg, one row": lambda seconds: _clients(seconds, with_asyncpg),
        "psycopg, one row": lambda seconds: _clients(seconds, with_psycopg),
    }


def redis_rows(url: str) -> dict[str, Callable[[float], Awaitable[float]]]:
    """Return the rows on Redis."""

    @contextlib.asynccontextmanager
    async def with_redis() -> AsyncIterator[Callable[[], Awaitable[Any]]]:
        from redis.asyncio import Redis  # noqa: PLC0415

        client = Redis.from_url(url)
        try:
            await client.set("key", "value")
            yield lambda: client.get("key")
        finally:
            await client.aclose()

    return {"redis get": lambda seconds: _clients(seconds, with_redis)}
