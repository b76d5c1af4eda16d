"""Controllers: classes whose marked methods are endpoints."""

import inspect
from typing import Any

from vase import Vase
from vase.testing import Client
from vase.urls import compile_urls, include, path
from vase.views import Controller, delete, endpoint, get, inline, patch, post, put


class Todos(Controller):
    prefix = "/todos"
    tags = ("todos",)
    namespace = "todos"

    def __init__(self) -> None:
        self.calls = 0

    @get("/", name="index")
    async def index(self) -> str:
        self.calls += 1
        return f"index {self.calls}"

    @get("/{id:int}", name="show")
    def show(self, id: int) -> str:  # a parameter of the path
        return f"show {id}"

    @post("/", status=201)
    @put("/")
    async def store(self) -> str:
        return "stored"

    @endpoint("/both", methods=["GET", "DELETE"])
    async def both(self) -> str:
        return "both"

    @get("/quick")
    @inline
    def quick(self) -> str:
        return "quick"

    def helper(self) -> str:
        return "no endpoint"


def routes_of(source: Any) -> list[tuple[str, str, tuple[str, ...]]]:
    table = compile_urls([source])
    assert table.faults == ()
    return [(route.route.handler.__name__, route.path, route.route.methods) for route in table.routes]


def test_marked_methods_are_routes():
    """Each mark is a route, in the order of the class; what has no mark is none."""
    assert routes_of(Todos) == [
        ("index", "/todos/", ("GET",)),
        ("show", "/todos/{id:int}", ("GET",)),
        ("store", "/todos/", ("POST",)),
        ("store", "/todos/", ("PUT",)),
        ("both", "/todos/both", ("GET", "DELETE")),
        ("quick", "/todos/quick", ("GET",)),
    ]


def test_what_the_class_says_holds_for_all():
    """Tags and the namespace of the class are those of its routes."""
    table = compile_urls([path("api", include(Todos))])
    assert [route.name for route in table.routes][:2] == ["todos:index", "todos:show"]
    assert all(route.route.tags == ("todos",) for route in table.routes)
    assert table.routes[2].route.status_code == 201


def test_a_whole_class_answers():
    """One object answers all requests of an application, and another application has another."""
    first, second = Vase(), Vase()
    first.include(Todos)
    second.include(Todos)
    with Client(first) as client:
        assert [client.get("/todos/").text, client.get("/todos/").text] == ["index 1", "index 2"]
        assert client.get("/todos/7").text == "show 7"
        assert client.post("/todos/").status_code == 201
        assert client.put("/todos/").status_code == 200
        assert client.delete("/todos/both").text == "both"
        assert client.get("/todos/quick").text == "quick"
        assert client.get("/todos/none").status_code == 404
        assert client.patch("/todos/7").status_code == 405
    with Client(second) as client:
        assert client.get("/todos/").text == "index 1"


def test_subclasses():
    """A subclass inherits endpoints, replaces methods, adds its own, changes marks and takes endpoints away."""

    class More(Todos):
        prefix = "/more"
        both = None  # type: ignore[assignment]

        async def index(self) -> str:
            return "more"

        @patch("/{id:int}")
        def show(self, id: int) -> str:  # a parameter of the path
            return f"patched {id}"

        @delete("/{id:int}")
        async def remove(self, id: int) -> None:  # a parameter of the path
            pass

    assert routes_of(More) == [
        ("index", "/more/", ("GET",)),
        ("show", "/more/{id:int}", ("PATCH",)),
        ("store", "/more/", ("POST",)),
        ("store", "/more/", ("PUT",)),
        ("quick", "/more/quick", ("GET",)),
        ("remove", "/more/{id:int}", ("DELETE",)),
    ]
    app = Vase()
    app.include(More)
    with Client(app) as client:
        assert client.get("/more/").text == "more"


def test_the_place_is_the_decorator():
    """An endpoint knows the line of its decorator."""

    class Wrong(Controller):
        line = inspect.currentframe().f_lineno + 2  # type: ignore[union-attr]

        @get("/<itn:id>")
        def show(self) -> None: ...

    (fault,) = compile_urls([Wrong]).faults
    assert fault.place is not None
    assert (fault.place.file, fault.place.line) == (__file__, Wrong.line)


def test_a_constructor_that_wants_something():
    """A controller is made without arguments; one that wants some is told at its class."""

    class Wants(Controller):
        def __init__(self, something: int) -> None:
            self.something = something

    (fault,) = compile_urls([path("a", Wants)]).faults
    assert fault.code == "urls.E006"
    assert "something" in fault.message
    assert fault.place is not None
    assert fault.place.file == __file__
