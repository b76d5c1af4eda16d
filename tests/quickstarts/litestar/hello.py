from vase import Vase

app = Vase()


@app.get("/")
async def hello_world() -> dict[str, str]:
    return {"hello": "world"}
