from litestar import Litestar, get


@get("/")
async def hello_world() -> dict[str, str]:
    return {"hello": "world"}


app = Litestar([hello_world])
