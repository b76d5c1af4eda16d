"""Cookies are written as RFC 6265bis asks, and what a browser would drop is refused where it is set."""

from datetime import UTC, datetime, timedelta, timezone
from http.cookies import SimpleCookie
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from vase.http import CookieError, Response


def header_of(name: str, value: str = "", **options) -> str:
    response = Response()
    response.set_cookie(name, value, **options)
    return response.headers["set-cookie"]


def test_the_default_is_lax():
    """A cookie without options is for the whole site, for the session, and `SameSite=Lax`."""
    assert header_of("a", "b") == "a=b; Path=/; SameSite=Lax"


def test_all_attributes():
    """Every attribute is written, in the order of the specification's own examples."""
    expires = datetime(2026, 11, 21, 13, 0, tzinfo=timezone(timedelta(hours=1)))
    header = header_of(
        "a",
        "b",
        max_age=60,
        expires=expires,
        path="/x",
        domain=".example.com",
        secure=True,
        httponly=True,
        samesite="none",
        partitioned=True,
    )
    assert header == (
        "a=b; Max-Age=60; Expires=Sat, 21 Nov 2026 12:00:00 GMT; Domain=example.com; Path=/x; "
        "Secure; HttpOnly; SameSite=None; Partitioned"
    )


@pytest.mark.parametrize("name", ["", "a b", "a=b", "a;b", "ä", "a\r\nb"])
def test_names_must_be_tokens(name: str):
    """A name that is no token raises."""
    with pytest.raises(CookieError, match="not a cookie name") as caught:
        header_of(name)
    assert caught.value.code == "http.E003"


@pytest.mark.parametrize("value", ["a b", "a;b", "a,b", 'a"b', "a\\b", "ä", "a\r\nset-cookie: x=y"])
def test_values_must_be_cookie_octets(value: str):
    """A value that a browser would cut or misread raises, and the message does not repeat it: it may be a secret."""
    with pytest.raises(CookieError, match="character that no cookie may hold") as caught:
        header_of("a", value)
    assert caught.value.code == "http.E004"
    assert value not in str(caught.value)


def test_too_long():
    """Browsers drop more than 4096 bytes of name and value, so it raises."""
    with pytest.raises(CookieError, match="4097 bytes long"):
        header_of("a", "b" * 4096)


@pytest.mark.parametrize(
    ("name", "options"),
    [
        ("__Host-a", {}),
        ("__Secure-a", {}),
        ("__SECURE-a", {}),
        ("__Host-a", {"secure": True, "path": "/x"}),
        ("__Host-a", {"secure": True, "domain": "example.com"}),
        ("a", {"samesite": "none"}),
        ("a", {"partitioned": True}),
    ],
)
def test_what_browsers_drop_is_refused(name: str, options: dict[str, Any]):
    """A prefix, `SameSite=None` or `Partitioned` without what they ask for raises."""
    with pytest.raises(CookieError) as caught:
        header_of(name, "b", **options)
    assert caught.value.code == "http.E005"


@pytest.mark.parametrize(
    "options",
    [
        {"path": "x"},
        {"path": "/a;b"},
        {"path": "/\r\n"},
        {"domain": "a b"},
        {"domain": "a;b"},
        {"domain": ""},
        {"samesite": "Lax "},
        {"expires": datetime(2026, 1, 1)},  # noqa: DTZ001  # the mistake itself
    ],
)
def test_attributes_are_checked(options: dict[str, Any]):
    """An attribute that would end early or mean something else raises."""
    with pytest.raises(CookieError, match="cannot have this") as caught:
        header_of("a", "b", **options)
    assert caught.value.code == "http.E006"


def test_the_same_cookie_is_set_once():
    """A cookie of the same name, domain and path replaces the earlier one; another path is another cookie."""
    response = Response()
    response.set_cookie("a", "1")
    response.set_cookie("a", "2", path="/x")
    response.set_cookie("b", "3")
    response.set_cookie("a", "4", httponly=True)
    assert [value.partition(";")[0] for value in response.headers.getlist("set-cookie")] == ["a=2", "b=3", "a=4"]


def test_deleting():
    """A deleted cookie expires in the past, with the path and domain that it was set with."""
    response = Response()
    response.set_cookie("a", "1", path="/x")
    response.delete_cookie("a", path="/x")
    assert response.headers.getlist("set-cookie") == [
        "a=; Max-Age=0; Expires=Thu, 01 Jan 1970 00:00:00 GMT; Path=/x; SameSite=Lax"
    ]


def test_deleting_keeps_the_promise_of_the_prefix():
    """A cookie with a prefix is deleted with `Secure`, or the browser would keep it."""
    response = Response()
    response.delete_cookie("__Host-a")
    assert "; Secure; " in response.headers["set-cookie"]


def test_a_moment_is_written_in_gmt():
    """`expires` is converted to GMT whatever its time zone is."""
    assert "Expires=Thu, 01 Jan 2026 00:00:00 GMT" in header_of("a", expires=datetime(2026, 1, 1, tzinfo=UTC))


@given(st.text(alphabet=st.characters(min_codepoint=0x21, max_codepoint=0x7E, exclude_characters='",;\\'), max_size=60))
def test_values_are_read_back(value: str):
    """Every value that is taken is read back as it was by the standard library."""
    jar = SimpleCookie(header_of("a", value))
    assert jar["a"].value == value
