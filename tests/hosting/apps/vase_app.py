import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

from pydantic import BaseModel

from vase import FileResponse, HTTPException, RedirectResponse, Request, Response, StreamingResponse, Vase

HERE = Path(__file__).parent


class Item(BaseModel):
    name: str
    price: float = 1.5


@asynccontextmanager
async def lifespan(app: Vase):
    started.append(True)
    yield


started: list[bool] = []
app = Vase(lifespan=lifespan)


@app.get("/text")
async def text() -> str:
    return "Hello, World!"


@app.get("/plain")
def plain() -> str:
    return "from a thread"


@app.get("/items/<int:number>")
async def item(number: int, q: str = "") -> dict[str, object]:
    return {"number": number, "q": q}


@app.post("/json", status_code=201)
async def json(item: Item) -> Item:
    return item


@app.post("/upper")
async def upper(request: Request) -> StreamingResponse:
    async def pieces() -> AsyncIterator[Any]:
        async for piece in request.stream():
            yield piece.upper()

    return StreamingResponse(pieces())


@app.get("/stream")
async def stream() -> StreamingResponse:
    async def pieces() -> AsyncIterator[Any]:
        for number in range(5):
            await asyncio.sleep(0.001)
            yield f"piece {number}\n"

    return StreamingResponse(pieces(), media_type="text/plain")


@app.get("/file")
async def file() -> FileResponse:
    return FileResponse(HERE / "text.txt")


@app.get("/cookies")
async def cookies(request: Request) -> Response:
    response = Response(repr(request.cookies))
    response.set_cookie("one", "1")
    response.set_cookie("two", "2")
    return response


@app.delete("/empty")
async def empty() -> None:
    return None


@app.get("/teapot")
async def teapot() -> None:
    raise HTTPException(418, "short and stout")


@app.get("/error")
async def error() -> None:
    raise ValueError("wrong on purpose")


@app.get("/elsewhere")
async def elsewhere() -> RedirectResponse:
    return RedirectResponse("/text")


@app.get("/started")
async def has_started(request: Request) -> dict[str, object]:
    return {"started": len(started), "scheme": request.scheme, "host": request.host}
