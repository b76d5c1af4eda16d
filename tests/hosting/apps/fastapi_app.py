import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Annotated, Any

from fastapi import Cookie, Depends, FastAPI, File, Form, Request, Response, UploadFile
from fastapi.responses import FileResponse, PlainTextResponse, RedirectResponse, StreamingResponse
from pydantic import BaseModel

HERE = Path(__file__).parent


@asynccontextmanager
async def lifespan(app):
    yield {"started": "yes"}


app = FastAPI(lifespan=lifespan)


class Item(BaseModel):
    name: str
    price: float = 1.5


async def halved():
    yield 21


@app.get("/text", response_class=PlainTextResponse)
async def text():
    return "Hello, World!"


@app.get("/plain", response_class=PlainTextResponse)
def plain():
    return "from a thread"


@app.get("/query/{rest:path}")
async def query(rest: str, request: Request):
    return {"path": request.url.path, "query": list(request.query_params.multi_items())}


@app.post("/json", status_code=201)
@app.put("/json", status_code=201)
async def json(item: Item) -> Item:
    return item


@app.post("/form")
async def form(name: Annotated[str, Form()], file: Annotated[UploadFile | None, File()] = None):
    return {"name": name, "file": (await file.read()).decode() if file else None}


@app.post("/echo")
async def echo(request: Request):
    return Response(await request.body(), media_type="application/octet-stream")


@app.get("/stream")
async def stream():
    async def pieces() -> AsyncIterator[Any]:
        for number in range(5):
            await asyncio.sleep(0.001)
            yield f"piece {number}\n"

    return StreamingResponse(pieces(), media_type="text/plain")


@app.get("/file")
async def file():
    return FileResponse(HERE / "text.txt")


@app.get("/cookies")
async def cookies(response: Response, seen: Annotated[str | None, Cookie()] = None):
    response.set_cookie("one", "1", httponly=True)
    response.set_cookie("two", "2", max_age=60)
    return {"seen": seen}


@app.delete("/empty", status_code=204)
async def empty():
    return None


@app.get("/error")
async def error():
    raise ValueError("wrong on purpose")


@app.get("/elsewhere")
async def elsewhere():
    return RedirectResponse("/text")


@app.get("/state")
async def state(request: Request, half: Annotated[int, Depends(halved)]):
    return {"lifespan": request.state.started, "half": half}
