"""What a handler may return and raise."""

from collections.abc import AsyncIterator
from pathlib import Path
from typing import Literal, assert_type

from vase import (
    EventSourceResponse,
    FileResponse,
    HTMLResponse,
    HTTPException,
    JSONResponse,
    NotFound,
    RedirectResponse,
    Request,
    Response,
    ServerSentEvent,
    StreamingResponse,
    render,
    status,
)
from vase.http import TooManyRequests, Unauthorized


async def pieces() -> AsyncIterator[bytes]:
    yield b"a"


async def ticks() -> AsyncIterator[ServerSentEvent[int]]:
    yield ServerSentEvent(3, event="tick", id=3, retry=100)


PriceEvent = ServerSentEvent[int, Literal["price"]]
SaidEvent = ServerSentEvent[str, Literal["said"]]


async def prices() -> AsyncIterator[ServerSentEvent[int, Literal["price"]]]:
    yield ServerSentEvent(3, event="price", id=3)
    yield ServerSentEvent(comment="nothing new")


async def board() -> AsyncIterator[PriceEvent | SaidEvent]:
    yield PriceEvent(3, "price")
    yield SaidEvent("a", event="said")


def answers(request: Request) -> list[Response]:
    return [
        Response("<a/>", 200, {"x-a": "b"}, "application/xml"),
        HTMLResponse("<p>", status_code=status.HTTP_201_CREATED),
        JSONResponse({"a": [1]}, headers=[("a", "b")]),
        RedirectResponse("/", 303),
        FileResponse(Path("a.txt"), filename="b.txt", disposition="inline"),
        StreamingResponse(pieces(), media_type="text/csv"),
        EventSourceResponse(ticks(), keep_alive=None, retry=3),
        render(request, "home.html", {"a": 1}),
    ]


def refuse(number: int) -> None:
    if number == 1:
        raise NotFound("nothing", type="https://shop.example/nothing", members={"left": 0})
    if number == 2:
        raise Unauthorized(authenticate="Basic")
    if number == 3:
        raise TooManyRequests("slowly")
    raise HTTPException(409, "taken", headers={"retry-after": "3"})


response = Response()
response.headers["x-a"] = "b"
response.set_cookie("a", "b", max_age=3, httponly=True, samesite="strict")
response.delete_cookie("a")
assert_type(response.status_code, int)
assert_type(ServerSentEvent(3).data, int | None)
assert_type(ServerSentEvent("a").encode(), bytes)
assert_type(ServerSentEvent(3).event, str | None)
