"""Decorators return the handler as it is, so that it can be called and typed like any function."""

from collections.abc import AsyncIterator
from datetime import date
from decimal import Decimal
from typing import Annotated, assert_type
from uuid import UUID

from pydantic import BaseModel

from vase import (
    Body,
    Cookie,
    File,
    Form,
    Header,
    Path,
    Query,
    Request,
    Response,
    UploadFile,
    Vase,
    guard,
    inline,
    public,
)
from vase.http import Conflict
from vase.middleware import CallNext

app = Vase(settings={"DEBUG": True}, auth=public)


class Item(BaseModel):
    name: str
    price: Decimal


class SoldOut(Conflict):
    title = "Sold out"


@app.get("/items/{item_id}", name="item", tags=["items"], errors=[SoldOut], responses={202: "later"})
async def read(item_id: int, q: str | None = None, tags: Annotated[list[str], Query()] = []) -> Item:
    assert_type(q, str | None)
    return Item(name=f"{item_id}{q}{tags}", price=Decimal(1))


@app.post("/items", status=201, max_body=1024)
def create(item: Item, x_token: Annotated[str, Header()], session: Annotated[str, Cookie()] = "") -> Item:
    return item


@app.put("/items/<uuid:key>", response_model=Item, response_model_exclude_none=True, deprecated=True)
async def replace(key: Annotated[UUID, Path(description="Which.")], price: Annotated[Decimal, Body(ge=0)]) -> object:
    return {"name": str(key), "price": price}


@app.route("/form", methods=["POST"], include_in_schema=False)
async def form(name: Annotated[str, Form()], image: UploadFile, icon: Annotated[bytes, File()] = b"") -> int:
    assert_type(image.filename, str)
    return len(await image.read()) + len(icon) + len(name)


@app.post("/defaults")
async def defaults(name: str = Form(), limit: int = Query(10, ge=1)) -> str:
    return name * limit


@app.get("/ping")
@inline
def ping() -> str:
    return "pong"


@app.get("/stream")
async def stream(request: Request) -> AsyncIterator[str]:
    yield request.method


@guard(scheme="basic", name="till")
async def till(authorization: Annotated[str | None, Header()] = None) -> str | None:
    return authorization


@app.delete("/items/{day}", auth=till, status_code=204)
async def clear(day: date) -> None: ...


@app.middleware
async def around(request: Request, call_next: CallNext) -> Response:
    return await call_next(request)


@app.exception_handler(SoldOut)
async def sold_out(request: Request, exception: SoldOut) -> dict[str, str | None]:
    return {"detail": exception.detail}


async def use() -> None:
    assert_type(await read(3), Item)
    assert_type(create(await read(3), "token"), Item)
    assert_type(ping(), str)
    assert_type(await till(), str | None)
    assert_type(await defaults(), str)
