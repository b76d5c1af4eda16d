from typing import Annotated

from vase import Depends, Vase

app = Vase()


async def page(q: str | None = None, skip: int = 0, limit: int = 100):
    return {"q": q, "skip": skip, "limit": limit}


@app.get("/items/")
async def read_items(page: Annotated[dict[str, object], Depends(page)]):
    return page
