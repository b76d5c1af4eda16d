"""Controllers: their methods keep their types."""

from typing import Annotated, assert_type

from vase import Controller, Depends, Router, Vase, WebSocket, public
from vase.urls import path
from vase.views import delete, endpoint, get, inline, patch, post, put, websocket, websocket_listener


def size() -> int:
    return 3


class Todos(Controller):
    prefix = "/todos"
    tags = ["todos"]
    namespace = "todos"
    auth = public
    dependencies = [Depends(size)]

    def __init__(self) -> None:
        self.all: list[str] = []

    @get("/", name="list")
    async def index(self, size: Annotated[int, Depends(size)]) -> list[str]:
        return self.all[:size]

    @post("/", status=201)
    @put("/")
    def store(self, text: str) -> str:
        self.all.append(text)
        return text

    @patch("/{number}")
    @delete("/{number}")
    async def change(self, number: int) -> None: ...

    @endpoint("/both", methods=["GET", "HEAD"])
    @inline
    def both(self) -> str:
        return ""

    @websocket("/live")
    async def live(self, socket: WebSocket[str, int]) -> None:
        await socket.send(len(await socket.receive()))

    @websocket_listener("/echo")
    async def echo(self, data: str) -> str:
        return data


app = Vase()
app.include(Todos)
Router().include(Todos, "/v1")
urlpatterns = [path("api", Todos)]


async def use(todos: Todos) -> None:
    assert_type(await todos.index(3), list[str])
    assert_type(todos.store("a"), str)
    assert_type(await todos.echo("a"), str)
