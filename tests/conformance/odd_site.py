"""A site in one file whose handlers do what handlers should not, and some that only tests need.

`python odd_site.py PORT` serves it.
"""

import asyncio
import sys
from collections.abc import AsyncIterator
from typing import Any

from pydantic import BaseModel

from vase import Request, Response, StreamingResponse, Vase
from vase.http import RedirectResponse

MIB = 1024 * 1024

app = Vase()
seen: dict[str, int] = {"cancelled": 0, "ended": 0, "pieces": 0}


class Item(BaseModel):
    """A body with a type for each kind of JSON."""

    name: str
    count: int = 0
    price: float = 0.0
    anything: Any = None


@app.get("/")
async def home() -> str:
    return "home"


@app.get("/seen/{name}")
async def tell(name: str) -> str:
    return str(seen[name])


@app.get("/short")
async def short() -> Response:
    return Response(b"12345", headers={"Content-Length": "10"})


@app.get("/long")
async def long() -> Response:
    return Response(b"0123456789HTTP/1.1 200 OK\r\nContent-Length: 4\r\n\r\nevil", headers={"Content-Length": "10"})


@app.get("/short-stream")
async def short_stream() -> StreamingResponse:
    async def made() -> AsyncIterator[bytes]:
        yield b"12345"

    return StreamingResponse(made(), headers={"Content-Length": "10"})


@app.get("/long-stream")
async def long_stream() -> StreamingResponse:
    async def made() -> AsyncIterator[bytes]:
        yield b"01234"
        yield b"56789HTTP/1.1 200 OK\r\nContent-Length: 4\r\n\r\nevil"

    return StreamingResponse(made(), headers={"Content-Length": "10"})


@app.get("/declared/{length}")
async def declared(length: str) -> Response:
    return Response(b"0123456789", headers={"Content-Length": length})


@app.get("/two-lengths")
async def two_lengths() -> Response:
    response = Response(b"0123456789")
    response.raw_headers += [("content-length", "10"), ("content-length", "11")]
    return response


@app.get("/coding/{coding}")
async def coding(coding: str) -> Response:
    return Response(b"5\r\nabcde\r\n0\r\n\r\n", headers={"Transfer-Encoding": coding})


@app.get("/both")
async def both() -> Response:
    return Response(b"0123456789", headers={"Transfer-Encoding": "chunked", "Content-Length": "3"})


@app.get("/status/{status:int}")
async def with_status(status: int) -> Response:
    return Response(b"a body that may not be there", status_code=status)


@app.get("/connection")
async def says_connection() -> Response:
    return Response(b"ok", headers={"Connection": "close, upgrade", "Keep-Alive": "timeout=5"})


@app.get("/field")
async def field(name: str, value: str) -> Response:
    return Response(b"ok", headers={name: value})


@app.get("/raw-field")
async def raw_field(name: str, value: str) -> Response:
    response = Response(b"ok")
    response.raw_headers.append((name, value))
    return response


@app.get("/cookie")
async def cookie(value: str) -> Response:
    response = Response(b"ok")
    response.set_cookie("choice", value)
    return response


@app.get("/redirect")
async def redirect(to: str) -> RedirectResponse:
    return RedirectResponse(to)


@app.get("/raises")
async def raises() -> str:
    password = "hunter2"
    raise RuntimeError(f"the secret of the database is {password}")


@app.get("/raises-plain")
def raises_plain() -> str:
    raise RuntimeError("the secret of the database is hunter2")


@app.get("/breaks")
async def breaks() -> StreamingResponse:
    async def made() -> AsyncIterator[bytes]:
        yield b"begin"
        raise RuntimeError("the secret of the database is hunter2")

    return StreamingResponse(made())


@app.get("/place")
async def place(request: Request) -> str:
    return f"{request.host} {request.url}"


@app.post("/floats")
async def floats(data: list[float]) -> int:
    return len(data)


@app.post("/upload")
async def upload(request: Request) -> str:
    size = 0
    async for piece in request.stream():
        size += len(piece)
    return str(size)


@app.post("/body")
async def body(request: Request) -> str:
    return str(len(await request.body()))


@app.post("/ignore")
async def ignore() -> str:
    return "not read"


@app.post("/item")
async def item(data: Item) -> Item:
    return data


@app.post("/any")
async def anything(data: dict[str, Any]) -> int:
    return len(data)


@app.post("/loads")
async def loads(request: Request) -> str:
    return type(await request.json()).__name__


@app.get("/number/{number:int}")
async def number(number: int) -> str:
    return str(number)


@app.get("/query")
async def query(number: int) -> str:
    return str(number)


@app.get("/sleep/{seconds:float}")
async def sleep(seconds: float) -> str:
    await asyncio.sleep(seconds)
    return f"slept {seconds}"


@app.get("/waits")
async def waits() -> str:
    try:
        await asyncio.sleep(60)
    except asyncio.CancelledError:
        seen["cancelled"] += 1
        raise
    return "never"


@app.get("/stream/{mebibytes:int}")
async def stream(mebibytes: int) -> StreamingResponse:
    async def made() -> AsyncIterator[bytes]:
        try:
            for _ in range(mebibytes * 16):
                seen["pieces"] += 1
                yield b"x" * 65536
        finally:
            seen["ended"] += 1

    return StreamingResponse(made(), media_type="application/octet-stream")


@app.get("/large")
async def large() -> bytes:
    return b"x" * (64 * 1024)


if __name__ == "__main__":
    app.run(port=int(sys.argv[1]))
