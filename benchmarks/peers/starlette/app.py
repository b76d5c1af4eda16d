"""Starlette: no validation of its own, so Pydantic by hand."""

import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from common import QUERY, SCENARIO, STATIC, Found, Item, Message, Order, async_sessions, make_pool, sessions
from pydantic import ValidationError
from starlette.applications import Starlette
from starlette.middleware import Middleware
from starlette.requests import Request
from starlette.responses import JSONResponse, PlainTextResponse, Response
from starlette.routing import Mount, Route
from starlette.staticfiles import StaticFiles

state: dict[str, Any] = {}


@asynccontextmanager
async def lifespan(app: Starlette) -> AsyncIterator[None]:
    state["pool"] = await make_pool()
    if SCENARIO == "postgres-orm":
        state["async"] = async_sessions()
    if SCENARIO == "sqlite-orm":
        state["sync"] = sessions()
    yield


async def text(request: Request) -> Response:
    return PlainTextResponse("Hello, World!")


async def message(request: Request) -> Response:
    return JSONResponse(Message(message="Hello, World!").model_dump())


async def find(request: Request) -> Response:
    path, query = request.path_params, request.query_params
    found = Found(
        category=path["category"], name=path["name"], price=path["price"], page=int(query["page"]), query=query["query"]
    )
    return Response(found.model_dump_json(), media_type="application/json")


async def order(request: Request) -> Response:
    try:
        found = Order.model_validate_json(await request.body())
    except ValidationError as error:
        return Response(error.json(), 422, media_type="application/json")
    return Response(found.model_dump_json(), media_type="application/json")


async def upload(request: Request) -> Response:
    return PlainTextResponse(str(len(await request.body())))


async def row(request: Request) -> Response:
    record = await state["pool"].fetchrow(QUERY, request.path_params["id"])
    return JSONResponse({"id": record["id"], "name": record["name"], "quantity": record["quantity"]})


async def row_async(request: Request) -> Response:
    async with state["async"]() as session:
        item = await session.get_one(Item, request.path_params["id"])
    return JSONResponse({"id": item.id, "name": item.name, "quantity": item.quantity})


def row_sync(request: Request) -> Response:
    with state["sync"]() as session:
        item = session.get_one(Item, request.path_params["id"])
        return JSONResponse({"id": item.id, "name": item.name, "quantity": item.quantity})


class Mark:
    def __init__(self, app: Any, name: bytes) -> None:
        self.app, self.name = app, name

    async def __call__(self, scope: Any, receive: Any, send: Any) -> None:
        async def mark(message: Any) -> None:
            if message["type"] == "http.response.start":
                message["headers"].append((self.name, b"1"))
            await send(message)

        await self.app(scope, receive, mark)


marks = [Middleware(Mark, name=name) for name in (b"x-first", b"x-second", b"x-third")]
app = Starlette(
    lifespan=lifespan,
    middleware=marks if SCENARIO == "middleware" else [],
    routes=[
        Route("/text", text),
        Route("/middleware", text),
        Route("/json", message),
        Route("/items/{category:int}/{name}/{price:float}", find),
        Route("/orders", order, methods=["POST"]),
        Route("/upload", upload, methods=["POST"]),
        Route("/postgres/{id:int}", row),
        Route("/postgres/session/{id:int}", row_async),
        Route("/sqlite/session/{id:int}", row_sync),
        Mount("/static", StaticFiles(directory=STATIC)),
    ],
)
