from vase import HTMLResponse, Vase

app = Vase()


@app.get("/")
def hello():
    return HTMLResponse("<p>Hello, World!</p>")
