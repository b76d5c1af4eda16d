import asyncio
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Annotated, Any

from litestar import Litestar, MediaType, Request, Response, delete, get, post
from litestar.datastructures import Cookie
from litestar.enums import RequestEncodingType
from litestar.params import Body
from litestar.response import File, Redirect, Stream

HERE = Path(__file__).parent


@get("/text", media_type=MediaType.TEXT)
async def text() -> str:
    return "Hello, World!"


@get("/plain", media_type=MediaType.TEXT, sync_to_thread=True)
def plain() -> str:
    return "from a thread"


@get("/query/{rest:path}")
async def query(rest: str, request: Request[Any, Any, Any]) -> dict[str, str]:
    return {"rest": rest, "query": str(list(request.query_params.multi_items()))}


@post("/json")
async def json(data: dict[str, object]) -> dict[str, object]:
    return data


@post("/form")
async def form(data: Annotated[dict[str, str], Body(media_type=RequestEncodingType.URL_ENCODED)]) -> dict[str, str]:
    return data


@post("/echo")
async def echo(request: Request[Any, Any, Any]) -> Response[bytes]:
    return Response(await request.body(), media_type="application/octet-stream")


@get("/stream")
async def stream() -> Stream:
    async def pieces() -> AsyncIterator[Any]:
        for number in range(5):
            await asyncio.sleep(0.001)
            yield f"piece {number}\n"

    return Stream(pieces(), media_type="text/plain")


@get("/file")
async def file() -> File:
    return File(HERE / "text.txt", media_type="text/plain")


@get("/cookies")
async def cookies(request: Request[Any, Any, Any]) -> Response[dict[str, str]]:
    return Response(dict(request.cookies), cookies=[Cookie("one", "1"), Cookie("two", "2", max_age=60)])


@delete("/empty")
async def empty() -> None:
    return None


@get("/error")
async def error() -> None:
    raise ValueError("wrong on purpose")


@get("/elsewhere")
async def elsewhere() -> Redirect:
    return Redirect("/text")


app = Litestar([text, plain, query, json, form, echo, stream, file, cookies, empty, error, elsewhere], debug=False)
