"""Litestar: typed handlers, msgspec writes, Pydantic validates."""

import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Annotated, Any

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from common import QUERY, SCENARIO, STATIC, Found, Item, ItemOut, Message, Order, async_sessions, make_pool, sessions
from litestar import Litestar, MediaType, Request, get, post
from litestar.di import Provide
from litestar.enums import ScopeType
from litestar.middleware import DefineMiddleware
from litestar.params import Parameter
from litestar.static_files import create_static_files_router
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import Session

state: dict[str, Any] = {}


@asynccontextmanager
async def lifespan(app: Litestar) -> AsyncIterator[None]:
    state["pool"] = await make_pool()
    if SCENARIO.endswith("-orm"):
        state["async"] = async_sessions()
        state["sync"] = sessions()
    yield


async def provide_session() -> AsyncIterator[Any]:
    with state["sync"]() as session:
        yield session


async def provide_async_session() -> AsyncIterator[Any]:
    async with state["async"]() as session:
        yield session


@get("/text", media_type=MediaType.TEXT)
async def text() -> str:
    return "Hello, World!"


@get("/middleware", media_type=MediaType.TEXT)
async def through_middleware() -> str:
    return "Hello, World!"


@get("/json")
async def message() -> Message:
    return Message(message="Hello, World!")


@get("/items/{category:int}/{name:str}/{price:float}")
async def find(
    category: int, name: str, price: float, page: int, wanted: Annotated[str, Parameter(query="query")]
) -> Found:
    return Found(category=category, name=name, price=price, page=page, query=wanted)


@post("/orders", status_code=200)
async def order(data: Order) -> Order:
    return data


@post("/upload", status_code=200, media_type=MediaType.TEXT)
async def upload(request: Request[Any, Any, Any]) -> str:
    return str(len(await request.body()))


@get("/postgres/{id:int}")
async def row(id: int) -> ItemOut:
    record = await state["pool"].fetchrow(QUERY, id)
    return ItemOut(id=record["id"], name=record["name"], quantity=record["quantity"])


@get("/postgres/session/{id:int}", dependencies={"db": Provide(provide_async_session)})
async def row_postgres(id: int, db: AsyncSession) -> ItemOut:
    item = await db.get_one(Item, id)
    return ItemOut(id=item.id, name=item.name, quantity=item.quantity)


@get("/sqlite/session/{id:int}", dependencies={"db": Provide(provide_session)}, sync_to_thread=True)
def row_sqlite(id: int, db: Session) -> ItemOut:
    item = db.get_one(Item, id)
    return ItemOut(id=item.id, name=item.name, quantity=item.quantity)


class Mark:
    scopes = {ScopeType.HTTP}

    def __init__(self, app: Any, name: bytes) -> None:
        self.app, self.name = app, name

    async def __call__(self, scope: Any, receive: Any, send: Any) -> None:
        async def mark(message: Any) -> None:
            if message["type"] == "http.response.start":
                message["headers"] = [*message["headers"], (self.name, b"1")]
            await send(message)

        await self.app(scope, receive, mark)


app = Litestar(
    route_handlers=[
        text,
        through_middleware,
        message,
        find,
        order,
        upload,
        row,
        row_postgres,
        row_sqlite,
        create_static_files_router(path="/static", directories=[STATIC]),
    ],
    lifespan=[lifespan],
    middleware=[DefineMiddleware(Mark, name=name) for name in (b"x-first", b"x-second", b"x-third")]
    if SCENARIO == "middleware"
    else [],
    request_max_body_size=16 * 1024 * 1024,
    openapi_config=None,
)
