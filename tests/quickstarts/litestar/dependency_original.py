from litestar import Litestar, get
from litestar.di import Provide


async def page(skip: int = 0, limit: int = 100) -> dict[str, int]:
    return {"skip": skip, "limit": limit}


@get("/items", dependencies={"chosen": Provide(page)})
async def read_items(chosen: dict[str, int]) -> dict[str, int]:
    return chosen


app = Litestar([read_items])
