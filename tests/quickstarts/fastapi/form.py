from typing import Annotated

from vase import Form, Vase

app = Vase()


@app.post("/login/")
async def login(username: Annotated[str, Form()], password: Annotated[str, Form()]):
    return {"username": username, "length": len(password)}
