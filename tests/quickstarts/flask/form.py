from vase import Form, Vase

app = Vase()


@app.post("/login")
def login(username: str = Form()):
    return {"username": username}
