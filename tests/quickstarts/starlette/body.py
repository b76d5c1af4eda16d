from vase import Vase

app = Vase()


@app.post("/items", status=201)
async def create(item: dict[str, str]):
    return {"created": item["name"]}
