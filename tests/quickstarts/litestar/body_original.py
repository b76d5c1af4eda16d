from dataclasses import dataclass

from litestar import Litestar, post


@dataclass
class User:
    id: int
    name: str


@post("/users")
async def create_user(data: User) -> User:
    return data


app = Litestar([create_user])
