import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

from starlette.applications import Starlette
from starlette.background import BackgroundTask
from starlette.requests import Request
from starlette.responses import (
    FileResponse,
    JSONResponse,
    PlainTextResponse,
    RedirectResponse,
    Response,
    StreamingResponse,
)
from starlette.routing import Mount, Route
from starlette.staticfiles import StaticFiles

HERE = Path(__file__).parent
done: list[int] = []


async def text(request: Request):
    return PlainTextResponse("Hello, World!")


def plain(request: Request):
    return PlainTextResponse("from a thread")


async def query(request: Request):
    return JSONResponse({"path": request.url.path, "query": list(request.query_params.multi_items())})


async def json(request: Request):
    return JSONResponse(await request.json(), status_code=201)


async def form(request: Request):
    async with request.form() as form:
        found = {}
        for name, value in form.multi_items():
            found[name] = value if isinstance(value, str) else [value.filename, (await value.read()).decode()]
        return JSONResponse(found)


async def echo(request: Request):
    return Response(await request.body(), media_type="application/octet-stream")


async def stream(request: Request):
    async def pieces() -> AsyncIterator[Any]:
        for number in range(5):
            await asyncio.sleep(0.001)
            yield f"piece {number}\n"

    return StreamingResponse(pieces(), media_type="text/plain")


async def file(request: Request):
    return FileResponse(HERE / "text.txt")


async def cookies(request: Request):
    response = JSONResponse(dict(request.cookies))
    response.set_cookie("one", "1", httponly=True)
    response.set_cookie("two", "2", max_age=60)
    return response


async def empty(request: Request):
    return PlainTextResponse(status_code=204)


async def error(request: Request):
    raise ValueError("wrong on purpose")


async def broken(request: Request):
    async def pieces() -> AsyncIterator[Any]:
        yield "begins"
        raise ValueError("wrong on purpose")

    return StreamingResponse(pieces())


async def elsewhere(request: Request):
    return RedirectResponse("/text")


async def background(request: Request):
    return PlainTextResponse("later", background=BackgroundTask(done.append, 1))


async def state(request: Request):
    return JSONResponse({"lifespan": request.state.started, "background": len(done)})


@asynccontextmanager
async def lifespan(app):
    yield {"started": "yes"}


app = Starlette(
    lifespan=lifespan,
    routes=[
        Route("/text", text),
        Route("/plain", plain),
        Route("/query/{rest:path}", query),
        Route("/json", json, methods=["POST", "PUT"]),
        Route("/form", form, methods=["POST"]),
        Route("/echo", echo, methods=["POST"]),
        Route("/stream", stream),
        Route("/file", file),
        Route("/cookies", cookies),
        Route("/empty", empty, methods=["DELETE"]),
        Route("/error", error),
        Route("/broken", broken),
        Route("/elsewhere", elsewhere),
        Route("/background", background),
        Route("/state", state),
        Mount("/static", StaticFiles(directory=HERE)),
    ],
)
