"""What `path` and `include` write down: the thing itself, what is said about it, and the line."""

import inspect

from vase.urls import Include, Mount, Route, include, path


def view() -> None:
    """Answer."""


def test_a_handler_becomes_a_route():
    """`path` keeps the handler as it is and answers GET unless told otherwise."""
    line = inspect.currentframe().f_lineno + 1  # type: ignore[union-attr]
    route = path("a", view, name="a", status_code=201, tags=["x"], summary="s", deprecated=True)
    assert isinstance(route, Route)
    assert route.handler is view
    assert (route.path, route.methods, route.name, route.status_code) == ("a", ("GET",), "a", 201)
    assert (route.tags, route.summary, route.deprecated, route.include_in_schema) == (("x",), "s", True, True)
    assert route.place is not None
    assert (route.place.file, route.place.line) == (__file__, line)


def test_methods_are_written_once_and_large():
    """Methods are upper case, each once, and a lone text is one method."""
    route = path("a", view, methods=["get", "GET", "Post"])
    assert isinstance(route, Route)
    assert route.methods == ("GET", "POST")
    alone = path("a", view, methods="post")
    assert isinstance(alone, Route)
    assert alone.methods == ("POST",)


def test_status_may_be_said_shorter():
    """`status` is `status_code`, which wins when both are given."""
    route = path("a", view, status=202)
    assert isinstance(route, Route)
    assert route.status_code == 202
    both = path("a", view, status=202, status_code=201)
    assert isinstance(both, Route)
    assert both.status_code == 201


def test_an_include_becomes_a_mount():
    """`include` is mounted by `path`, with what the routes have in common."""
    mount = path("a/", include("shop.urls", namespace="shop"), tags=["x"])
    assert isinstance(mount, Mount)
    assert (mount.path, mount.tags) == ("a/", ("x",))
    assert isinstance(mount.included, Include)
    assert (mount.included.source, mount.included.namespace) == ("shop.urls", "shop")
    assert mount.included.place == mount.place


def test_nothing_is_imported_before_the_table_is_made():
    """A module that is not there can be included: it is told when all faults are."""
    include("no.such.module")
