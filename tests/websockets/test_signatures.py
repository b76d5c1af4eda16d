"""What `check` finds in handlers of sockets, with file and line; and where URL confs take them."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from pydantic import BaseModel

from tests.conftest import Project
from vase import Request, Router, Vase, WebSocket
from vase.checks import CheckMessage
from vase.testing import Client
from vase.urls import compile_urls, path, takes_socket


class Message(BaseModel):
    text: str


def faults(register: Callable[[Vase], Any]) -> list[CheckMessage]:
    app = Vase()
    register(app)
    return [fault for fault in app.check() if isinstance(fault, CheckMessage) and fault.level == "error"]


def codes(found: list[CheckMessage]) -> list[str]:
    assert all(fault.place is not None and fault.place.file == __file__ for fault in found)
    return [fault.code for fault in found]


def test_handler_that_is_no_coroutine():
    def register(app: Vase) -> None:
        @app.websocket("/ws")
        def talk(socket: WebSocket) -> None: ...

    (fault,) = faults(register)
    assert codes([fault]) == ["websockets.E001"]
    assert fault.place is not None
    assert "def talk" in Path(__file__).read_text(encoding="utf-8").splitlines()[fault.place.line - 1]


def test_handler_without_a_socket():
    def register(app: Vase) -> None:
        @app.websocket("/ws")
        async def talk(name: str) -> None: ...

    assert codes(faults(register)) == ["websockets.E002"]


def test_socket_under_a_method():
    def register(app: Vase) -> None:
        @app.get("/ws")
        async def talk(socket: WebSocket) -> None: ...

        @app.route("/both", methods=["GET", "WEBSOCKET"])
        async def both(socket: WebSocket) -> None: ...

    found = faults(register)
    assert codes(found) == ["websockets.E003", "websockets.E003"]
    assert "registered for GET" in found[0].message


def test_messages_that_nothing_can_read():
    class Opaque: ...

    def register(app: Vase) -> None:
        @app.websocket("/in")
        async def reads(socket: WebSocket[Opaque]) -> None: ...

        @app.websocket("/out")
        async def writes(socket: WebSocket[str, Opaque]) -> None: ...

    assert codes(faults(register)) == ["websockets.E004", "websockets.E004"]


def test_parameters_are_bound_like_those_of_views():
    def register(app: Vase) -> None:
        @app.websocket("/ws/<room>/")
        def talk(socket: WebSocket, body: Message, nothing) -> None: ...  # the mistake

    assert codes(faults(register)) == ["websockets.E001", "binding.E010", "binding.E001"]


class Talk:
    async def __call__(self, socket: WebSocket) -> None:
        await socket.send("object")


async def typed(socket: "WebSocket[Message, Message]") -> None: ...


async def page(request: Request) -> None: ...


@pytest.mark.parametrize(("handler", "is_socket"), [(Talk(), True), (typed, True), (page, False), (print, False)])
def test_signature_tells_what_a_handler_is(handler: Any, is_socket: bool):
    assert takes_socket(handler) is is_socket
    table = compile_urls([path("ws/", handler)])
    assert table.routes[0].route.methods == (("WEBSOCKET",) if is_socket else ("GET",))


def test_url_conf_and_routers(project: Project):
    project(
        {
            "config/__init__.py": "",
            "config/settings.py": 'ROOT_URLCONF = "config.urls"\nALLOWED_HOSTS = ["*"]\nDATABASES = {}\n',
            "config/urls.py": (
                "from vase import Router, WebSocket\n"
                "from vase.urls import include, path\n\n"
                "async def room(socket: WebSocket, name: str) -> None:\n"
                "    await socket.send(name)\n\n"
                'router = Router(prefix="/api", namespace="api")\n\n'
                '@router.websocket("/{number:int}", name="count")\n'
                "async def count(number: int, socket: WebSocket[str, int]) -> None:\n"
                "    await socket.send(number + 1)\n\n"
                'urlpatterns = [path("ws/<name>/", room, name="room"), path("", include(router))]\n'
            ),
        }
    )
    app = Vase.from_settings("config.settings")
    assert app.reverse("room", name="blue") == "/ws/blue/"
    assert [route.route.methods for route in app.routes()] == [("WEBSOCKET",), ("WEBSOCKET",)]
    with Client(app) as client:
        with client.websocket_connect("/ws/blue/") as socket:
            assert socket.receive() == "blue"
        with client.websocket_connect(app.reverse("api:count", number=6)) as socket:
            assert socket.receive_json() == 7


def test_router_of_its_own():
    router, app = Router(prefix="/live"), Vase()
    router.websocket("/talk")(Talk())
    app.include(router)
    with Client(app) as client, client.websocket_connect("/live/talk") as socket:
        assert socket.receive() == "object"


def test_listener_without_a_message():
    """A listener is called with `data`; one that has no such parameter, or hides its names, is told with its line."""

    def register(app: Vase) -> None:
        @app.websocket_listener("/none")
        async def none(text: str) -> None: ...

        @app.websocket_listener("/hidden")
        async def hidden(data: str, /) -> None: ...

        @app.websocket_listener("/sync")
        def sync(data: str) -> None: ...

    found = faults(register)
    assert codes(found) == ["websockets.E008", "websockets.E008", "websockets.E001"]
    assert found[0].message.endswith("none` listens to a socket and has no parameter `data`")
    assert found[1].hint == "leave out the `/`"


def test_types_of_a_listener_are_those_of_its_messages():
    class Opaque: ...

    def register(app: Vase) -> None:
        @app.websocket_listener("/in")
        async def reads(data: Opaque) -> None: ...

        @app.websocket_listener("/out")
        async def writes(data: str) -> Opaque:
            return Opaque()

        @app.websocket_listener("/other")
        async def other(data: str, body: Message, nothing) -> None: ...  # the mistake

    assert codes(faults(register)) == ["websockets.E004", "websockets.E004", "binding.E010", "binding.E001"]
