from pydantic import BaseModel

from vase import Vase

app = Vase()


class Item(BaseModel):
    name: str
    price: float
    quantity: int = 1


@app.post("/api/items")
def create(item: Item):
    return item
