from vase import Vase

app = Vase()


@app.get("/users/{user_id:int}")
async def get_user(user_id: int, greeting: str = "Hello") -> dict[str, str]:
    return {"greeting": f"{greeting}, {user_id}"}
