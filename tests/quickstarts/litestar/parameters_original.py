from litestar import Litestar, get


@get("/users/{user_id:int}")
async def get_user(user_id: int, greeting: str = "Hello") -> dict[str, str]:
    return {"greeting": f"{greeting}, {user_id}"}


app = Litestar([get_user])
