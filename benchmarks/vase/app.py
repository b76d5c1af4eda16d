"""Vase in one file: each scenario as a user would write it."""

import asyncio
import importlib
import os
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Annotated, Any, TypedDict

import asyncpg
import msgspec
from pydantic import BaseModel

from vase import Body, Request, Response, Vase, inline, public
from vase.db import AsyncSession, Mapped, Model, Session, column
from vase.middleware import CallNext

SCENARIO = os.environ["BENCH_SCENARIO"]
POSTGRES = os.environ.get("BENCH_POSTGRES")
SQLITE = os.environ.get("BENCH_SQLITE")


def database() -> dict[str, Any]:
    if POSTGRES is not None:
        scheme = "postgresql+asyncpg://" + POSTGRES.partition("://")[2]
        return {"default": {"url": scheme, "pool_size": 16, "max_overflow": 0}}
    return {"default": f"sqlite:///{SQLITE}"}


def settings() -> dict[str, Any]:
    found: dict[str, Any] = {"MIDDLEWARE": []}
    if os.environ.get("BENCH_STACK") == "production":
        found = production()
    found |= {
        "DATABASES": database(),
        "STATIC_URL": "/static/",
        "STATICFILES_DIRS": [os.environ["BENCH_STATIC"]],
    }
    return found


def production() -> dict[str, Any]:
    """Return what `startproject` writes for production, with limits that let the load of one address pass."""
    template = Path(__file__).resolve().parents[2] / "project_template"
    os.environ |= {
        "SECRET_KEY": "only for measuring, and as long as a real one has to be: fifty characters",
        "ALLOWED_HOSTS": "127.0.0.1",
        "DATABASE_URL": "sqlite://",
    }
    sys.path.insert(0, str(template))
    module = importlib.import_module("config.settings.production")
    sys.path.remove(str(template))
    written = {name: value for name, value in vars(module).items() if name.isupper()}
    return written | {"INSTALLED_APPS": [], "ROOT_URLCONF": None, "TEMPLATES": [], "RATE_LIMIT": "1000000000/second"}


class Pool:
    """The pool of asyncpg, by type."""

    connections: asyncpg.Pool


@asynccontextmanager
async def lifespan(app: Vase) -> AsyncIterator[None]:
    if SCENARIO == "postgres":
        Pool.connections = await asyncpg.create_pool(POSTGRES, min_size=16, max_size=16)
        async with Pool.connections:
            yield
    else:
        yield


app = Vase(settings=settings(), lifespan=lifespan, auth=public)


@app.get("/text")
async def text() -> str:
    return "Hello, World!"


@app.get("/text/inline")
@inline
def text_inline() -> str:
    return "Hello, World!"


@app.get("/text/thread")
def text_thread() -> str:
    return "Hello, World!"


@app.get("/text/await")
async def text_await() -> str:
    await asyncio.sleep(0)
    return "Hello, World!"


class Message(BaseModel):
    message: str


@app.get("/json")
async def message() -> Message:
    return Message(message="Hello, World!")


class MessageStruct(msgspec.Struct):
    message: str


@app.get("/json/msgspec")
async def message_struct() -> MessageStruct:
    return MessageStruct(message="Hello, World!")


class MessageDict(TypedDict):
    message: str


@app.get("/json/dict")
async def message_dict() -> MessageDict:
    return {"message": "Hello, World!"}


class Found(TypedDict):
    category: int
    name: str
    price: float
    page: int
    query: str


@app.get("/items/<int:category>/<str:name>/<float:price>")
async def find(category: int, name: str, price: float, page: int, query: str) -> Found:
    return {"category": category, "name": name, "price": price, "page": page, "query": query}


class Address(BaseModel):
    street: str
    city: str


class Order(BaseModel):
    name: str
    price: float
    quantity: int
    tags: list[str]
    address: Address
    express: bool


@app.post("/orders", status_code=200)
async def order(order: Order) -> Order:
    return order


class AddressStruct(msgspec.Struct):
    street: str
    city: str


class OrderStruct(msgspec.Struct):
    name: str
    price: float
    quantity: int
    tags: list[str]
    address: AddressStruct
    express: bool


@app.post("/orders/msgspec", status_code=200)
async def order_struct(order: OrderStruct) -> OrderStruct:
    return order


async def first(request: Request, call_next: CallNext) -> Response:
    response = await call_next(request)
    response.headers["x-first"] = "1"
    return response


async def second(request: Request, call_next: CallNext) -> Response:
    response = await call_next(request)
    response.headers["x-second"] = "1"
    return response


async def third(request: Request, call_next: CallNext) -> Response:
    response = await call_next(request)
    response.headers["x-third"] = "1"
    return response


if SCENARIO == "middleware":
    for middleware in (first, second, third):
        app.middleware(middleware)


@app.get("/middleware")
async def through_middleware() -> str:
    return "Hello, World!"


@app.post("/upload", status_code=200)
async def upload(body: Annotated[bytes, Body()]) -> str:
    return str(len(body))


@app.post("/upload/stream", status_code=200)
async def upload_stream(request: Request) -> str:
    size = 0
    async for part in request.stream():
        size += len(part)
    return str(size)


@app.post("/upload/request", status_code=200)
async def upload_request(request: Request) -> str:
    return str(len(await request.body()))


class Item(Model):
    __tablename__ = "items"

    name: Mapped[str] = column(max_length=80)
    quantity: Mapped[int]


class ItemOut(BaseModel):
    id: int
    name: str
    quantity: int


@app.get("/postgres/<int:id>")
async def row(id: int) -> ItemOut:
    record = await Pool.connections.fetchrow("SELECT id, name, quantity FROM items WHERE id = $1", id)
    return ItemOut(id=record["id"], name=record["name"], quantity=record["quantity"])


async def row_async(id: int, db: AsyncSession) -> ItemOut:
    found = await db.get_one(Item, id)
    return ItemOut(id=found.id, name=found.name, quantity=found.quantity)


def row_thread(id: int, db: Session) -> ItemOut:
    found = db.get_one(Item, id)
    return ItemOut(id=found.id, name=found.name, quantity=found.quantity)


@inline
def row_inline(id: int, db: Session) -> ItemOut:
    found = db.get_one(Item, id)
    return ItemOut(id=found.id, name=found.name, quantity=found.quantity)


app.get("/postgres/session/<int:id>")(row_async)
app.get("/postgres/session/thread/<int:id>")(row_thread)
app.get("/sqlite/session/<int:id>")(row_thread)
app.get("/sqlite/session/inline/<int:id>")(row_inline)
app.get("/sqlite/session/async/<int:id>")(row_async)

if __name__ == "__main__":
    app.run(port=int(sys.argv[1]))
