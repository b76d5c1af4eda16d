"""Status codes have the words that are registered, on every Python alike."""

import http

import pytest

from vase.http import status


def test_names_tell_their_numbers():
    """The number in each name is its value."""
    for name in status.__all__:
        if name.startswith("HTTP_"):
            assert int(name.split("_")[1]) == getattr(status, name)


def test_all_of_the_standard_library_are_there():
    """No code that Python knows is missing."""
    ours = {getattr(status, name) for name in status.__all__ if name.startswith("HTTP_")}
    assert {code.value for code in http.HTTPStatus} <= ours


@pytest.mark.parametrize(
    ("code", "words"),
    [
        (200, "OK"),
        (404, "Not Found"),
        (413, "Content Too Large"),
        (422, "Unprocessable Content"),
        (499, "Bad Request"),
        (599, "Internal Server Error"),
        (999, "Unknown Status"),
    ],
)
def test_phrases(code: int, words: str):
    """A code that is not registered has the words of its class (RFC 9110 section 15)."""
    assert status.phrase(code) == words
