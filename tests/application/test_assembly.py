"""From routes to endpoints: what the engine's own compiler refuses, and what is made anew."""

from vase import Vase
from vase.testing import Client


def test_a_route_that_only_the_engine_refuses() -> None:
    """An expression that Python can read and the engine cannot is a fault with the route's line."""
    app = Vase()
    app.converters.register("long", LongWords)

    @app.get("/{word:long}")
    def words(word: str) -> str:
        return word

    (fault,) = app.check()
    assert (fault.code, fault.level) == ("urls.E020", "error")
    assert fault.place is not None
    assert fault.place.file == __file__


class LongWords:
    regex = "(?:[a-z]{1000}){1000}"

    def to_python(self, text: str) -> str:
        return text

    def to_url(self, value: str) -> str:
        return value


def test_plans_are_made_once() -> None:
    """The routes are planned once, and again only after a provider has changed."""
    app = Vase()

    @app.get("/")
    def home() -> str:
        return "home"

    first = app._assembly
    with Client(app):
        assert app._assembly is first
    app.providers[dict] = dict
    assert app._assembly is not first


def test_faults_of_one_handler_are_told_once() -> None:
    """A handler with two routes is wrong once."""
    app = Vase()

    @app.get("/a")
    @app.get("/b")
    def both(thing: "Missing") -> str:  # type: ignore[name-defined]  # noqa: F821
        return ""

    codes = [fault.code for fault in app.check()]
    assert len(codes) == 1
