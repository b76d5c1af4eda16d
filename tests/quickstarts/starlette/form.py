from vase import Form, Vase

app = Vase()


@app.post("/login")
async def login(username: str = Form()):
    return {"username": username}
