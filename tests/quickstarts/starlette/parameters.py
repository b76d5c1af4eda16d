from vase import Vase

app = Vase()


@app.get("/users/{user_id:int}")
async def user(user_id: int, q: str | None = None):
    return {"user": user_id, "q": q}
