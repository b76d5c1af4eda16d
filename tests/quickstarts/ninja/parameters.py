from vase import Vase

app = Vase()


@app.get("/api/add/{a}")
def add(a: int, b: int = 0):
    return {"result": a + b}
