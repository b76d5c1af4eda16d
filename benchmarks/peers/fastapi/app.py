"""FastAPI, as its documentation advises: models as annotations, sessions as dependencies."""

import sys
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Annotated, Any

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from common import QUERY, SCENARIO, STATIC, Found, Item, ItemOut, Message, Order, async_sessions, make_pool, sessions
from fastapi import Depends, FastAPI, Request
from fastapi.responses import PlainTextResponse
from fastapi.staticfiles import StaticFiles
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import Session

state: dict[str, Any] = {}


@asynccontextmanager
async def lifespan(app: FastAPI) -> AsyncIterator[None]:
    state["pool"] = await make_pool()
    if SCENARIO.endswith("-orm"):
        state["async"] = async_sessions()
        state["sync"] = sessions()
    yield


app = FastAPI(lifespan=lifespan)


def get_session() -> Iterator[Session]:
    with state["sync"]() as session:
        yield session


async def get_async_session() -> AsyncIterator[AsyncSession]:
    async with state["async"]() as session:
        yield session


SessionDep = Annotated[Session, Depends(get_session)]
AsyncSessionDep = Annotated[AsyncSession, Depends(get_async_session)]


@app.get("/text", response_class=PlainTextResponse)
async def text() -> str:
    return "Hello, World!"


@app.get("/middleware", response_class=PlainTextResponse)
async def through_middleware() -> str:
    return "Hello, World!"


@app.get("/json")
async def message() -> Message:
    return Message(message="Hello, World!")


@app.get("/items/{category}/{name}/{price}")
async def find(category: int, name: str, price: float, page: int, query: str) -> Found:
    return Found(category=category, name=name, price=price, page=page, query=query)


@app.post("/orders")
async def order(order: Order) -> Order:
    return order


@app.post("/upload", response_class=PlainTextResponse)
async def upload(request: Request) -> str:
    return str(len(await request.body()))


@app.get("/postgres/{id}")
async def row(id: int) -> ItemOut:
    record = await state["pool"].fetchrow(QUERY, id)
    return ItemOut(id=record["id"], name=record["name"], quantity=record["quantity"])


@app.get("/postgres/session/{id}")
async def row_postgres(id: int, session: AsyncSessionDep) -> ItemOut:
    item = await session.get_one(Item, id)
    return ItemOut(id=item.id, name=item.name, quantity=item.quantity)


@app.get("/sqlite/session/{id}")
def row_sqlite(id: int, session: SessionDep) -> ItemOut:
    item = session.get_one(Item, id)
    return ItemOut(id=item.id, name=item.name, quantity=item.quantity)


@app.get("/sqlite/session/async/{id}")
async def row_sqlite_async(id: int, session: AsyncSessionDep) -> ItemOut:
    item = await session.get_one(Item, id)
    return ItemOut(id=item.id, name=item.name, quantity=item.quantity)


if SCENARIO == "middleware":

    @app.middleware("http")
    async def third(request: Request, call_next: Any) -> Any:
        response = await call_next(request)
        response.headers["x-third"] = "1"
        return response

    @app.middleware("http")
    async def second(request: Request, call_next: Any) -> Any:
        response = await call_next(request)
        response.headers["x-second"] = "1"
        return response

    @app.middleware("http")
    async def first(request: Request, call_next: Any) -> Any:
        response = await call_next(request)
        response.headers["x-first"] = "1"
        return response


app.mount("/static", StaticFiles(directory=STATIC))
