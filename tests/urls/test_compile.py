"""A URL conf becomes one flat list, and everything that is wrong with it is told with its line."""

import inspect
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from vase._core import check_routes
from vase.urls import ConverterTable, Mount, Route, URLTable, compile_urls, include, path

type Write = Callable[[str, str], Path]


def view() -> None:
    """Answer."""


def table_of(*patterns: Any) -> URLTable:
    return compile_urls(patterns)


def codes(*patterns: Any) -> list[str]:
    return [fault.code for fault in table_of(*patterns).faults]


def test_the_compiled_form():
    """A route becomes the data that the engine reads, and the engine finds nothing wrong with it."""
    table = table_of(path("articles/<slug:slug>", view, name="detail"), path("", view, methods=["POST", "put"]))
    assert [route.as_data() for route in table.routes] == [
        {
            "id": 0,
            "methods": ["GET"],
            "name": "detail",
            "path": "/articles/{slug:slug}",
            "segments": [{"literal": "/articles/"}, {"parameter": "slug", "converter": "slug"}],
        },
        {"id": 1, "methods": ["POST", "PUT"], "name": None, "path": "/", "segments": [{"literal": "/"}]},
    ]
    assert table.faults == ()
    assert check_routes(table.as_json()) == []


def test_order_is_kept():
    """Routes keep the order of the URL conf, those of an include at its place."""
    table = table_of(path("a", view), path("b/", include([path("1", view), path("2", view)])), path("c", view))
    assert [route.path for route in table.routes] == ["/a", "/b/1", "/b/2", "/c"]
    assert [route.id for route in table.routes] == [0, 1, 2, 3]


def test_namespaces_nest():
    """Names of included routes begin with the namespaces around them."""
    inner = include([path("x", view, name="x")], namespace="inner")
    table = table_of(path("a/", include([path("b/", inner), path("y", view, name="y")], "outer")))
    assert [route.name for route in table.routes] == ["outer:inner:x", "outer:y"]


def test_a_list_and_its_namespace_as_a_pair():
    """Django's pair of routes and namespace is understood."""
    table = table_of(path("a/", include(([path("x", view, name="x")], "ns"))))
    assert [route.name for route in table.routes] == ["ns:x"]


def test_modules_are_included(module: Write):
    """A module gives its `urlpatterns` and, when nobody says otherwise, its `app_name` as namespace."""
    module(
        "shop.urls",
        """
        from vase.urls import path
        app_name = "shop"
        def show(): ...
        urlpatterns = [path("p/<int:id>", show, name="product")]
        """,
    )
    table = table_of(path("shop/", include("shop.urls")), path("old/", include("shop.urls", namespace="old")))
    assert [(route.path, route.name) for route in table.routes] == [
        ("/shop/p/{id:int}", "shop:product"),
        ("/old/p/{id:int}", "old:product"),
    ]


def test_a_module_itself_and_a_router_in_it(module: Write):
    """A module object is included like its name, and one without `urlpatterns` gives its `router`."""
    module(
        "api_of_shop",
        """
        from vase.views import Router
        router = Router(prefix="/items")
        @router.get("/{id:int}")
        def show(): ...
        """,
    )
    import api_of_shop  # type: ignore[import-not-found]

    table = table_of(path("api", include("api_of_shop")), path("v2", api_of_shop))
    assert [route.path for route in table.routes] == ["/api/items/{id:int}", "/v2/items/{id:int}"]


def test_what_is_around_a_route_is_added():
    """Middleware, dependencies and tags of mounts stand before those of the route."""

    def first() -> None: ...
    def second() -> None: ...

    table = table_of(
        path(
            "a/",
            include([path("b", view, middleware=[second], dependencies=[2], tags=["x", "y"])]),
            middleware=[first],
            dependencies=[1],
            tags=["x"],
        )
    )
    route = table.routes[0].route
    assert (route.middleware, route.dependencies, route.tags) == ((first, second), (1, 2), ("x", "y"))


def test_every_fault_has_its_line():
    """The place of a fault is the line that registered the route."""
    line = inspect.currentframe().f_lineno + 1  # type: ignore[union-attr]
    wrong = path("a/<itn:id>", view)
    (fault,) = table_of(wrong).faults
    assert fault.place is not None
    assert (fault.place.file, fault.place.line) == (__file__, line)
    assert fault.render().endswith(
        f"test_compile.py:{line}: error[urls.E001]: path `a/<itn:id>`: unknown converter `itn`\n"
        "  hint: did you mean `int`?"
    )


def test_all_faults_at_once(module: Write):
    """One compilation tells every mistake of every module."""
    module("good", "from vase.urls import path\nurlpatterns = [path('<x', print)]\n")
    assert codes(
        path("a/<itn:id>", view),
        path("b/", include("good")),
        path("c/", include("missing_module")),
        path("d", "view"),  # type: ignore[arg-type]
        "e",
    ) == ["urls.E001", "urls.E002", "urls.E005", "urls.E006", "urls.E009"]


def test_a_missing_module(module: Write):
    """A module that is not there is told at the include, with the nearest one."""
    module("shop.__init__", "")
    module("shop.urls", "urlpatterns = []")
    (fault,) = table_of(path("", include("shop.ulrs"))).faults
    assert fault.code == "urls.E005"
    assert fault.message == "cannot include `shop.ulrs`: package `shop` has no module `ulrs`"
    assert fault.hint == "did you mean `urls`?"
    assert fault.place is not None
    assert fault.place.file == __file__


def test_a_broken_module(module: Write):
    """A module that fails while it is imported is told at the line that fails."""
    file = module("broken_urls", "import os\n\nurlpatterns = [1 / 0]\n")
    (fault,) = table_of(path("", include("broken_urls"))).faults
    assert fault.code == "urls.E005"
    assert "ZeroDivisionError" in fault.message
    assert fault.place is not None
    assert (fault.place.file, fault.place.line) == (str(file), 3)


def test_a_module_without_routes(module: Write):
    """A module without `urlpatterns` is told, with the name that was meant."""
    module("no_urls", "url_patterns = []\n")
    (fault,) = table_of(path("", include("no_urls"))).faults
    assert (fault.code, fault.message) == ("urls.E007", "module `no_urls` has no `urlpatterns`")
    assert fault.hint == "did you mean `url_patterns`?"


def test_routes_that_are_no_list(module: Write):
    """`urlpatterns` must be a list, and that is told with the file that has it."""
    file = module("odd_urls", "urlpatterns = {}\n")
    (fault,) = table_of(path("", include("odd_urls"))).faults
    assert fault.code == "urls.E007"
    assert fault.place is not None
    assert fault.place.file == str(file)


def test_a_circle_of_includes(module: Write):
    """Modules that include each other are told with the circle instead of going on for ever."""
    module("circle_a", "from vase.urls import include, path\nurlpatterns = [path('', include('circle_b'))]\n")
    module("circle_b", "from vase.urls import include, path\nurlpatterns = [path('', include('circle_a'))]\n")
    (fault,) = table_of(path("", include("circle_a"))).faults
    assert fault.code == "urls.E014"
    assert "circle_a → circle_b → circle_a" in fault.message


async def coroutine() -> None:
    """Answer."""


@pytest.mark.parametrize(
    ("handler", "words"),
    [
        ("shop.views.show", "leads to the text `shop.views.show`"),
        (None, "leads to `None`, which cannot be called"),
        (7, "leads to `7`, which cannot be called"),
        (Route, "leads to the class `Route`, which is no handler"),
    ],
)
def test_what_is_no_view(handler: Any, words: str):
    """A handler that is none is told with what it is."""
    (fault,) = table_of(path("a", handler)).faults
    assert fault.code == "urls.E006"
    assert words in fault.message


def test_a_view_that_was_called():
    """A coroutine in the place of its function is told, without a warning of its own."""
    (fault,) = table_of(path("a", coroutine())).faults  # type: ignore[arg-type]
    assert fault.hint == "leave out the parentheses"


def test_parameters_of_prefixes_count():
    """A parameter of a prefix and one of its route may not have one name."""
    (fault,) = table_of(path("<int:id>/", include([path("x/{id}", view)]))).faults
    assert (fault.code, fault.message) == ("urls.E003", "path `<int:id>/x/{id}` has two parameters `id`")


def test_methods_are_checked():
    """A method that HTTP does not have is told with the nearest; no method at all is told too."""
    (fault,) = table_of(path("a", view, methods=["PSOT"])).faults
    assert (fault.code, fault.hint) == ("urls.E011", "did you mean `POST`?")
    assert codes(path("a", view, methods=[])) == ["urls.E011"]
    assert codes(path("a", view, methods="post")) == []


def test_names_are_unique():
    """Two paths with one name and the same parameters leave `reverse` a choice."""
    table = table_of(path("a", view, name="n"), path("b", view, name="n"))
    (fault,) = table.faults
    assert (fault.code, fault.message) == ("urls.E004", "name `n` of `/b` is taken by `/a`")
    assert fault.hint is not None
    assert "rename one of them" in fault.hint


def test_names_that_leave_no_choice():
    """One name for several methods of a path, or for different parameters, leaves no choice."""
    assert codes(path("a", view, name="n"), path("a", view, name="n", methods=["POST"])) == []
    assert codes(path("a", view, name="n"), path("a/<int:page>", view, name="n")) == []


def test_a_name_with_a_colon():
    """A colon belongs to namespaces."""
    assert codes(path("a", view, name="x:y")) == ["urls.E010"]


def test_an_include_has_no_name():
    """A name or methods of an include are told: they would do nothing."""
    assert codes(path("a/", include([]), name="x")) == ["urls.E012"]
    assert codes(path("a/", include([]), methods=["GET"])) == ["urls.E012"]


def test_a_missing_slash_is_a_warning():
    """A prefix and a path that join without a slash are most often a mistake."""
    (fault,) = table_of(path("shop", include([path("items", view)]))).faults
    assert (fault.level, fault.code) == ("warning", "urls.W001")
    assert fault.message == "prefix `shop` and path `items` join without a slash: `shopitems`"


def test_a_route_that_nothing_reaches():
    """A route behind an equal one for the same method is told; another method is no rival."""
    (fault,) = table_of(path("a/<x>", view), path("a/{y}", view, methods=["GET"])).faults
    assert (fault.level, fault.code) == ("warning", "urls.W002")
    assert fault.message == "GET `/a/{y}` is never reached: `/a/{x}` takes the same requests"
    assert codes(path("a", view), path("a", view, methods=["POST"])) == []


def test_a_path_must_be_text():
    """A path that is no text is told."""
    assert codes(path(7, view)) == ["urls.E008"]  # type: ignore[arg-type]


def test_a_path_may_lead_to_a_list():
    """A list of routes is included without `include`."""
    made = path("a/", [path("b", view)])  # type: ignore[arg-type]
    assert isinstance(made, Mount)
    assert [route.path for route in table_of(made).routes] == ["/a/b"]


def test_a_source_whose_routes_cannot_be_had():
    """A source that fails to give its routes is told instead of ending the start."""

    class Wants:
        def __init__(self, something: int):
            self.something = something

        @classmethod
        def as_routes(cls) -> list[Route]:
            cls()  # type: ignore[call-arg]
            return []

    (fault,) = table_of(path("a", Wants)).faults
    assert fault.code == "urls.E006"
    assert "missing 1 required positional argument: 'something'" in fault.message


def test_two_applications_have_two_tables():
    """The converters of one table are unknown to another."""

    class Two:
        regex = "[0-9]{2}"

        def to_python(self, text: str) -> int:
            return int(text)

        def to_url(self, value: int) -> str:
            return str(value)

    converters = ConverterTable()
    converters.register("two", Two())
    patterns = [path("{n:two}", view)]
    assert compile_urls(patterns, converters=converters).faults == ()
    assert [fault.code for fault in compile_urls(patterns).faults] == ["urls.E001"]
