"""django-bolt, as its documentation writes it."""

import os
from typing import Any

import asyncpg
import msgspec
from django.db import models
from django_bolt import BoltAPI
from django_bolt.responses import PlainText

SCENARIO = os.environ["BENCH_SCENARIO"]


class Item(models.Model):
    name = models.CharField(max_length=80)
    quantity = models.IntegerField()

    class Meta:
        app_label = "bench"
        db_table = "items"
        managed = False


class State:
    pool: Any = None


class Mark:
    name = ""

    def __init__(self, get_response: Any) -> None:
        self.get_response = get_response

    async def __call__(self, request: Any) -> Any:
        response = await self.get_response(request)
        response.headers[self.name] = "1"
        return response


class First(Mark):
    name = "x-first"


class Second(Mark):
    name = "x-second"


class Third(Mark):
    name = "x-third"


api = BoltAPI(middleware=[First, Second, Third] if SCENARIO == "middleware" else None, enable_logging=False)


class Message(msgspec.Struct):
    message: str


class Found(msgspec.Struct):
    category: int
    name: str
    price: float
    page: int
    query: str


class Address(msgspec.Struct):
    street: str
    city: str


class Order(msgspec.Struct):
    name: str
    price: float
    quantity: int
    tags: list[str]
    address: Address
    express: bool


class ItemOut(msgspec.Struct):
    id: int
    name: str
    quantity: int


@api.get("/text")
async def text(request) -> PlainText:
    return PlainText("Hello, World!")


@api.get("/middleware")
async def through_middleware(request) -> PlainText:
    return PlainText("Hello, World!")


@api.get("/json")
async def message() -> Message:
    return Message(message="Hello, World!")


@api.get("/items/{category}/{name}/{price}")
async def find(category: int, name: str, price: float, page: int, query: str) -> Found:
    return Found(category=category, name=name, price=price, page=page, query=query)


@api.post("/orders/msgspec", status_code=200)
async def order(order: Order) -> Order:
    return order


@api.post("/upload", status_code=200)
async def upload(request) -> PlainText:
    return PlainText(str(len(request.body)))


@api.get("/postgres/{id}")
async def row(id: int) -> ItemOut:
    if State.pool is None:  # here, not in a lifespan: that runs on another event loop
        State.pool = await asyncpg.create_pool(os.environ["BENCH_POSTGRES"], min_size=16, max_size=16)
    record = await State.pool.fetchrow("SELECT id, name, quantity FROM items WHERE id = $1", id)
    return ItemOut(id=record["id"], name=record["name"], quantity=record["quantity"])


async def row_async(id: int) -> ItemOut:
    item = await Item.objects.aget(pk=id)
    return ItemOut(id=item.id, name=item.name, quantity=item.quantity)


def row_sync(id: int) -> ItemOut:
    item = Item.objects.get(pk=id)
    return ItemOut(id=item.id, name=item.name, quantity=item.quantity)


for database in ("postgres", "sqlite"):
    api.get(f"/{database}/session/{{id}}")(row_sync)
    api.get(f"/{database}/session/async/{{id}}")(row_async)
