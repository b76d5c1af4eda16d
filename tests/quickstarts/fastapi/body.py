from pydantic import BaseModel

from vase import Vase


class Item(BaseModel):
    name: str
    price: float
    tax: float | None = None


app = Vase()


@app.post("/items/")
async def create_item(item: Item):
    return item
