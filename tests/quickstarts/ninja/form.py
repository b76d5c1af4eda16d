from vase import Form, Vase

app = Vase()


@app.post("/api/login")
def login(username: str = Form(), password: str = Form()):
    return {"username": username, "length": len(password)}
