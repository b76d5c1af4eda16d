"""Header fields keep order and number, forget case, and let nothing through that breaks an answer apart."""

import pytest

from vase.http import HeaderError, Headers, MutableHeaders, Response


def test_names_have_no_case():
    """A field is found under its name in any case."""
    headers = Headers({"X-Request-Id": "1"})
    assert headers["x-request-id"] == headers["X-REQUEST-ID"] == "1"
    assert "x-Request-id" in headers
    assert headers.get("x-other") is None


def test_several_of_one_name():
    """The first field answers for its name, `getlist` gives all, iteration counts the name once."""
    headers = Headers([("accept", "a"), ("x", "1"), ("Accept", "b")])
    assert headers["accept"] == "a"
    assert headers.getlist("ACCEPT") == ["a", "b"]
    assert list(headers) == ["accept", "x"]
    assert len(headers) == 2
    assert headers.multi_items() == [("accept", "a"), ("x", "1"), ("accept", "b")]


def test_equality_is_by_value():
    """Headers with the same fields are equal, and nothing else is equal to them."""
    assert Headers({"A": "1", "b": "2"}) == Headers([("b", "2"), ("a", "1")])
    assert Headers({"a": "1"}) != Headers({"a": "2"})
    assert Headers({"a": "1"}) != [("a", "1")]


@pytest.mark.parametrize("value", ["a\r\nset-cookie: b=c", "a\nb", "a\rb", "a\0b", "a\x7f", "Jos\u00e9"])
def test_values_that_would_break_out_are_refused(value: str):
    """A value with a line break, another control character or a character outside ASCII raises, wherever it enters."""
    with pytest.raises(HeaderError, match="has a character that may not stand in a header") as caught:
        Headers({"x": value})
    assert caught.value.code == "http.E002"
    response = Response()
    for enter in (
        lambda: Response(headers={"x": value}),
        lambda: response.headers.__setitem__("x", value),
        lambda: response.headers.add("x", value),
        lambda: response.headers.setlist("x", ["fine", value]),
        lambda: Response(media_type=value),
    ):
        with pytest.raises(HeaderError):
            enter()
    assert response.raw_headers == []


@pytest.mark.parametrize("name", ["", "a b", "a:b", "a\r\nb", "ü"])
def test_names_that_are_no_tokens_are_refused(name: str):
    """A name that is no token of HTTP raises."""
    with pytest.raises(HeaderError, match="not a header name") as caught:
        Headers({name: "1"})
    assert caught.value.code == "http.E001"


def test_a_tab_is_allowed():
    """A tab may stand in a value (RFC 9110 section 5.5)."""
    assert Headers({"x": "a\tb"})["x"] == "a\tb"


def test_the_view_changes_the_answer():
    """What is done to `headers` is done to the answer."""
    response = Response(headers={"x": "1", "y": "2"})
    response.headers["X"] = "3"
    response.headers.add("y", "4")
    response.headers.setdefault("z", "5")
    assert response.raw_headers == [("x", "3"), ("y", "2"), ("y", "4"), ("z", "5")]
    response.headers["y"] = "6"
    assert response.headers.getlist("y") == ["6"]
    response.headers.setlist("x", ["7", "8"])
    assert response.headers.getlist("x") == ["7", "8"]
    del response.headers["X"]
    assert "x" not in response.headers
    with pytest.raises(KeyError):
        del response.headers["x"]


def test_setting_keeps_the_place():
    """A replaced field stays where the first of its name was."""
    headers = MutableHeaders([("a", "1"), ("b", "2"), ("a", "3")])
    headers["a"] = "4"
    assert headers.multi_items() == [("a", "4"), ("b", "2")]


def test_vary_names_each_header_once():
    """`vary` adds to what is there and repeats nothing; `*` swallows the rest."""
    headers = MutableHeaders({"vary": "Accept"})
    headers.vary("accept", "cookie", "cookie")
    assert headers.getlist("vary") == ["Accept, cookie"]
    headers.vary("*")
    assert headers["vary"] == "*"
