from dataclasses import dataclass

from vase import Vase

app = Vase()


@dataclass
class User:
    id: int
    name: str


@app.post("/users", status=201)
async def create_user(data: User) -> User:
    return data
