from vase import Depends, Vase

app = Vase()


async def page(skip: int = 0, limit: int = 100) -> dict[str, int]:
    return {"skip": skip, "limit": limit}


@app.get("/items")
async def read_items(chosen: dict[str, int] = Depends(page)) -> dict[str, int]:
    return chosen
