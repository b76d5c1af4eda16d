"""Routers collect routes by decorators that leave the handler as it is."""

import inspect
from typing import Any, assert_type

import pytest

from vase.urls import compile_urls, include, path
from vase.views import Controller, Router, ViewError, get


def routes_of(*sources: Any) -> list[tuple[str, tuple[str, ...], str | None]]:
    table = compile_urls(sources)
    assert table.faults == ()
    return [(route.path, route.route.methods, route.name) for route in table.routes]


def test_verbs():
    """Each verb registers its method, in order."""
    router = Router(prefix="/items")
    for verb in ("get", "post", "put", "patch", "delete", "head", "options"):
        getattr(router, verb)("/{id:int}")(lambda id: None)  # noqa: A006, ARG005  # a parameter of the path
    router.route("", methods=["get", "post"])(lambda: None)
    router.add("/added", lambda: None, ["GET"], name="added")
    assert [methods for _, methods, _ in routes_of(router)] == [
        ("GET",),
        ("POST",),
        ("PUT",),
        ("PATCH",),
        ("DELETE",),
        ("HEAD",),
        ("OPTIONS",),
        ("GET", "POST"),
        ("GET",),
    ]
    assert routes_of(router)[-2:] == [("/items", ("GET", "POST"), None), ("/items/added", ("GET",), "added")]


def test_a_handler_stays_what_it_is():
    """A decorated handler is the same function, for people and for type checkers."""
    router = Router()

    @router.get("/{id:int}")
    async def show(id: int, *, full: bool = False) -> str:  # a parameter of the path
        return f"{id} {full}"

    async def check() -> None:
        assert_type(await show(1, full=True), str)

    assert inspect.iscoroutinefunction(show)
    assert check is not None
    assert show.__name__ == "show"


def test_the_place_is_the_decorator():
    """A route knows the line of its decorator."""
    router = Router()
    line = inspect.currentframe().f_lineno + 2  # type: ignore[union-attr]

    @router.get("/<itn:id>")
    def show() -> None: ...

    (fault,) = compile_urls([router]).faults
    assert fault.place is not None
    assert (fault.place.file, fault.place.line) == (__file__, line)


def test_options_of_a_route():
    """What a decorator says about a route, the route says."""
    router = Router(tags=["a"], middleware=[len], dependencies=[1])

    @router.post("/", status=201, tags=["b"], middleware=[repr], dependencies=[2], summary="Make", deprecated=True)
    def make() -> None: ...

    route = compile_urls([router]).routes[0].route
    assert (route.status_code, route.tags, route.summary, route.deprecated) == (201, ("a", "b"), "Make", True)
    assert (route.middleware, route.dependencies) == ((len, repr), (1, 2))


def test_routers_nest():
    """A router takes up others under its prefix, with their namespaces, also what they get later."""
    inner = Router(prefix="/inner", namespace="inner")
    outer = Router(prefix="/outer", namespace="outer")
    outer.include(inner, "/mid")
    outer.include(include([path("listed", lambda: None, name="listed")]), "/")
    inner.get("/late", name="late")(lambda: None)
    assert routes_of(path("api", include(outer))) == [
        ("/api/outer/mid/inner/late", ("GET",), "outer:inner:late"),
        ("/api/outer/listed", ("GET",), "outer:listed"),
    ]


def test_a_controller_in_a_router():
    """A controller class is taken up like a router."""

    class Things(Controller):
        prefix = "/things"

        @get("/")
        def index(self) -> None: ...

    router = Router(prefix="/api")
    router.include(Things)
    assert routes_of(router) == [("/api/things/", ("GET",), None)]


def test_a_router_in_a_path_has_a_parameter():
    """Prefixes may hold parameters."""
    router = Router(prefix="/{shop}")
    router.get("/{id:int}")(lambda shop, id: None)  # noqa: A006, ARG005  # parameters of the path
    assert routes_of(router) == [("/{shop}/{id:int}", ("GET",), None)]


def test_a_router_that_includes_itself():
    """A router that is to include itself is refused at once, a longer circle is told at the start."""
    router = Router(prefix="/a")
    with pytest.raises(ViewError, match="router `/a` includes itself") as caught:
        router.include(router)
    assert caught.value.code == "views.E001"
    assert caught.value.place is not None
    assert caught.value.place.file == __file__
    other = Router(prefix="/b")
    router.include(other)
    other.include(router)
    table = compile_urls([router])
    assert {fault.code for fault in table.faults} == {"urls.E014"}


def test_a_router_is_free_to_be_subclassed():
    """A subclass may use the words of the constructor for methods of its own."""

    class Site(Router):
        def middleware(self) -> str:
            return "mine"

    site = Site(prefix="/x", middleware=[len])
    assert site.middleware() == "mine"
    assert site.prefix == "/x"
    assert repr(site) == "<Site /x: 0 entries>"
