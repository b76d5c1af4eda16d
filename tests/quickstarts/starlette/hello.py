from vase import Vase

app = Vase()


@app.get("/")
async def homepage():
    return {"hello": "world"}
