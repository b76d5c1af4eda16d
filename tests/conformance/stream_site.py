"""A site that says one GiB, in three ways, for the tests of what a slow reader costs.

`python stream_site.py PORT FILE` serves it; the file is one of the three.
"""

import sys
from collections.abc import AsyncIterator, Iterator
from pathlib import Path

from vase import FileResponse, StreamingResponse, Vase

PIECE = 64 * 1024
PIECES = 1024**3 // PIECE
"""How many pieces each answer has: one GiB."""

app = Vase()
seen = {"made": 0}


def piece(number: int) -> bytes:
    """Return a piece of its own, not one that is shared: what is kept of it is seen in the memory."""
    return number.to_bytes(8, "big").ljust(PIECE, b"\0")


def write_file(path: Path) -> None:
    """Write what the streams say to a file, with holes for the zeros."""
    with path.open("wb") as file:
        file.truncate(PIECES * PIECE)
        for number in range(PIECES):
            file.seek(number * PIECE)
            file.write(number.to_bytes(8, "big"))


@app.get("/async")
async def by_an_async_iterator() -> StreamingResponse:
    async def say() -> AsyncIterator[bytes]:
        for number in range(PIECES):
            seen["made"] = number
            yield piece(number)

    return StreamingResponse(say())


@app.get("/sync")
def by_an_iterator() -> StreamingResponse:
    def say() -> Iterator[bytes]:
        for number in range(PIECES):
            seen["made"] = number
            yield piece(number)

    return StreamingResponse(say())


@app.get("/file")
async def by_a_file() -> FileResponse:
    return FileResponse(sys.argv[2])


@app.get("/made")
async def how_far() -> int:
    return seen["made"]


if __name__ == "__main__":
    app.run(port=int(sys.argv[1]))
