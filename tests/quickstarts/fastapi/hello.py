from vase import Vase

app = Vase()


@app.get("/")
async def root():
    return {"message": "Hello World"}
