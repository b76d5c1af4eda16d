from vase import Vase

app = Vase()


@app.get("/api/hello")
def hello():
    return {"message": "Hello World"}
