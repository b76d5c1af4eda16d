"""A site that takes forms and files, for the tests of what clients can do with them."""

import asyncio
import hashlib
import sys
from typing import Annotated, Any

from pydantic import BaseModel

from vase import Depends, File, Form, Request, UploadFile, Vase
from vase.http import Unauthorized

app = Vase()
seen = {"begun": 0, "cancelled": 0}


class Comment(BaseModel):
    author: str
    text: str = ""


def guard(request: Request) -> None:
    if "authorization" not in request.headers:
        raise Unauthorized


@app.post("/large", max_body=3 * 1024**3)
async def large(file: UploadFile) -> dict[str, Any]:
    digest = hashlib.sha256()
    async for chunk in file.chunks(1024 * 1024):
        digest.update(chunk)
    return {"size": file.size, "is_in_memory": file.is_in_memory, "sha256": digest.hexdigest()}


@app.post("/limited", max_body=100_000)
async def limited(file: UploadFile) -> int:
    return file.size


@app.post("/file")
async def one_file(file: Annotated[UploadFile, File(max_size=100_000)]) -> int:
    return file.size


@app.post("/guarded", max_body=3 * 1024**3, dependencies=[Depends(guard)])
async def guarded(file: UploadFile) -> int:
    return file.size


@app.post("/waits")
async def waits(file: UploadFile) -> str:
    seen["begun"] += 1
    try:
        await asyncio.sleep(60)
    except asyncio.CancelledError:
        seen["cancelled"] += 1
        raise
    return "never"


@app.post("/comment")
async def comment(comment: Annotated[Comment, Form()]) -> Comment:
    return comment


@app.post("/any")
async def any_form(request: Request) -> list[str]:
    return [f"{name}={value}" for name, value in (await request.form()).multi_items()]


@app.post("/streamed", max_body=3 * 1024**3)
async def streamed(request: Request) -> int:
    size = 0
    async for piece in request.stream():
        size += len(piece)
    return size


@app.get("/seen")
async def what_was_seen() -> dict[str, int]:
    return seen


@app.get("/")
async def index() -> str:
    return "here"


if __name__ == "__main__":
    app.run(port=int(sys.argv[1]))
