"""Values on a debug page: short, never failing, and without secrets wherever they hide."""

from dataclasses import dataclass
from types import MappingProxyType

import pytest

from vase.http._values import MASK, is_secret, masked_url, show_value


@dataclass
class Login:
    user: str
    password: str


class Broken:
    def __repr__(self):
        raise RuntimeError("no")


@pytest.mark.parametrize(
    "name",
    [
        "password",
        "PASSWD",
        "db_password",
        "SECRET_KEY",
        "access_token",
        "api_key",
        "apikey",
        "Authorization",
        "cookie",
        "sessionid",
        "csrf",
        "x-auth",
        "credentials",
        "private_key",
        "signature",
        "dsn",
        "pwd",
    ],
)
def test_names_of_secrets(name: str):
    """Names that promise a secret are taken at their word."""
    assert is_secret(name)
    assert show_value(name, "hunter2") == MASK


@pytest.mark.parametrize("name", ["author", "authors", "name", "key", "is_authenticated", "max_tokens", "compass"])
def test_harmless_names(name: str):
    """Words that only look alike are shown."""
    assert not is_secret(name)


@pytest.mark.parametrize(
    "value",
    [
        {"password": "hunter2"},
        {"outer": {"api_key": "hunter2"}},
        [{"token": "hunter2"}],
        MappingProxyType({"token": "hunter2"}),
        Login("ann", "hunter2"),
        "postgres://ann:hunter2@db/x",
        ["redis://:hunter2@cache/0"],
        "Cookie: hunter2",
        "https://x/?token=hunter2&a=1",
        {"headers": [("authorization", "x"), "password='hunter2'"]},
    ],
)
def test_secrets_inside_of_values(value: object):
    """Keys, fields and passwords of URLs are masked inside of other values."""
    shown = show_value("value", value)
    assert "hunter2" not in shown
    assert MASK in shown


def test_what_is_not_secret_is_shown():
    """Masking takes the secret and leaves the rest."""
    assert show_value("value", Login("ann", "x")) == f"Login(user='ann', password={MASK})"
    assert show_value("n", {"a": 1}) == "{'a': 1}"
    assert masked_url("a postgres://ann:x@db/y b") == f"a postgres://ann:{MASK}@db/y b"


def test_a_broken_repr():
    """A value whose `repr` raises does not cost the page."""
    assert "Broken" in show_value("value", Broken())


def test_long_values_are_cut():
    """No value takes more than its share of the page."""
    assert len(show_value("value", "x" * 100_000)) < 1000
    assert len(show_value("value", list(range(100_000)))) < 1000
    deep: list[object] = []
    for _ in range(1000):
        deep = [deep]
    assert len(show_value("value", deep)) < 100
