"""From names back to paths: encoded, checked, and never leading elsewhere."""

import re
import uuid
from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from vase import Vase
from vase.checks import Place
from vase.http import Request
from vase.testing import Client
from vase.urls import NoReverseMatch, URLResolver, compile_urls, include, path


def view() -> None:
    """Answer."""


def resolver_of(*patterns: Any) -> URLResolver:
    table = compile_urls(patterns)
    assert [fault for fault in table.faults if fault.level == "error"] == []
    return URLResolver(table.routes)


SITE = resolver_of(
    path("", view, name="home"),
    path("articles/", view, name="articles"),
    path("articles/<int:page>", view, name="articles"),
    path("a/<slug:slug>/<int:id>", view, name="article"),
    path("s/<text>", view, name="text"),
    path("p/<path:rest>", view, name="rest"),
    path("<path:rest>/x", view, name="front"),
    path("k/{kind:literal(a,b)}", view, name="kind"),
    path("café/<text>", view, name="café"),
    path("shop/", include([path("<int:id>", view, name="product")], "shop")),
)


@pytest.mark.parametrize(
    ("name", "parameters", "url"),
    [
        ("home", {}, "/"),
        ("articles", {}, "/articles/"),
        ("articles", {"page": 2}, "/articles/2"),
        ("article", {"slug": "a-b", "id": 3}, "/a/a-b/3"),
        ("shop:product", {"id": 3}, "/shop/3"),
        ("kind", {"kind": "b"}, "/k/b"),
        ("text", {"text": "a b"}, "/s/a%20b"),
        ("text", {"text": "a/b"}, "/s/a%2Fb"),
        ("text", {"text": "ä?#%"}, "/s/%C3%A4%3F%23%25"),
        ("text", {"text": "a:b@c!$&'()*+,;="}, "/s/a:b@c!$&'()*+,;="),
        ("text", {"text": "a\r\nb\\"}, "/s/a%0D%0Ab%5C"),
        ("rest", {"rest": "a/b c"}, "/p/a/b%20c"),
        ("café", {"text": "x"}, "/caf%C3%A9/x"),
    ],
)
def test_urls_are_encoded(name: str, parameters: dict[str, object], url: str):
    """Each character that means something else in a URL is encoded; a slash is one only where the path allows it."""
    assert SITE.reverse(name, **parameters) == url


def test_another_host_is_never_named():
    """A path that would begin with two slashes names this host still."""
    assert SITE.reverse("front", rest="/evil.example") == "/%2Fevil.example/x"


@pytest.mark.parametrize(
    ("name", "parameters"), [("text", {"text": ".."}), ("text", {"text": "."}), ("rest", {"rest": "a/../b"})]
)
def test_dots_never_lead_elsewhere(name: str, parameters: dict[str, object]):
    """A value that every client would resolve as a step upwards is refused."""
    with pytest.raises(NoReverseMatch, match="would lead elsewhere") as caught:
        SITE.reverse(name, **parameters)
    assert caught.value.code == "urls.E017"


def test_an_unknown_name():
    """A name that no route has is told with the nearest."""
    with pytest.raises(NoReverseMatch, match=re.escape("no route is named `artcle`")) as caught:
        SITE.reverse("artcle")
    assert (caught.value.code, caught.value.hint) == ("urls.E015", "did you mean `article`?")


def test_a_forgotten_namespace():
    """A name without its namespace is told with the whole name."""
    with pytest.raises(NoReverseMatch) as caught:
        SITE.reverse("product", id=1)
    assert caught.value.hint == "there is `shop:product`"


def test_nothing_has_a_name():
    """A site without names says so."""
    with pytest.raises(NoReverseMatch) as caught:
        resolver_of(path("a", view)).reverse("zzz")
    assert caught.value.hint == "no route has a name"


def test_other_parameters():
    """Wrong parameters are told with every path of the name and what it asks for."""
    with pytest.raises(NoReverseMatch) as caught:
        SITE.reverse("articles", pgae=2)
    assert caught.value.message == (
        "route `articles` is `/articles/` or `/articles/{page:int}` and cannot be made of these parameters: `pgae`"
    )
    assert (caught.value.code, caught.value.hint) == ("urls.E016", "give none or give `page`")


def test_a_value_that_does_not_fit():
    """A value that the converter refuses is told with its type and the converter."""
    with pytest.raises(NoReverseMatch) as caught:
        SITE.reverse("articles", page="two")
    assert caught.value.message == "route `articles` takes no such `page`: `'two'` of type `str`"
    assert (caught.value.code, caught.value.hint) == ("urls.E017", "the path asks for `int`")


def test_checking_without_values():
    """`check` knows names and parameters before there are values, and tells the line that was given."""
    assert SITE.check("home") == []
    assert SITE.check("article", ["slug", "id"]) == []
    place = Place("page.html", 3)
    (fault,) = SITE.check("article", ["slug"], place=place)
    assert (fault.code, fault.place, fault.hint) == ("urls.E016", place, "give `slug` and `id`")
    (fault,) = SITE.check("nothing")
    assert fault.code == "urls.E015"


app = Vase()
received: list[object] = []


def echo(request: Request) -> str:
    received.append(request.path_params["v"])
    return "ok"


KINDS = ("str", "int", "float", "decimal", "uuid", "date", "datetime", "slug", "path")
for kind in KINDS:
    app.get(f"/{kind}/{{v:{kind}}}", name=kind)(echo)

TEXT = st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\0"), min_size=1, max_size=20).filter(
    lambda text: text not in {".", ".."}
)
VALUES = st.one_of(
    TEXT.map(lambda value: ("str", value)),
    st.integers().map(lambda value: ("int", value)),
    st.floats(allow_nan=False, allow_infinity=False).map(lambda value: ("float", value)),
    st.decimals(allow_nan=False, allow_infinity=False, places=3).map(lambda value: ("decimal", value)),
    st.uuids().map(lambda value: ("uuid", value)),
    st.dates().map(lambda value: ("date", value)),
    st.datetimes(timezones=st.just(UTC)).map(lambda value: ("datetime", value)),
    st.from_regex(r"[-a-zA-Z0-9_]{1,20}", fullmatch=True).map(lambda value: ("slug", value)),
    TEXT.filter(lambda text: not {".", ".."} & set(text.split("/"))).map(lambda value: ("path", value)),
)


def test_there_and_back():
    """What `reverse` writes, the engine reads as the same value, whatever the value is."""
    with Client(app) as client:

        @given(VALUES)
        def there_and_back(case: tuple[str, object]) -> None:
            kind, value = case
            received.clear()
            response = client.get(app.reverse(kind, v=value))
            assert response.status_code == 200, response.text
            assert received == [value]
            assert type(received[0]) is type(value)

        there_and_back()


def test_examples_of_each_kind():
    """One plain example of each converter goes there and back."""
    examples = {
        "str": "a/b",
        "int": 10**30,
        "float": -1e-9,
        "decimal": Decimal("1.50"),
        "uuid": uuid.UUID(int=7),
        "date": date(2026, 2, 28),
        "datetime": datetime(2026, 2, 28, 1, 2, 3, 4, tzinfo=UTC),
        "slug": "a-b",
        "path": "a/b",
    }
    with Client(app) as client:
        for kind in KINDS:
            received.clear()
            assert client.get(app.reverse(kind, v=examples[kind])).status_code == 200
            assert received == [examples[kind]]
