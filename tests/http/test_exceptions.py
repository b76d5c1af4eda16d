"""Exceptions that are answers carry a status, a sentence and what programs want to know."""

from typing import Any

import pytest

from vase.http import (
    Conflict,
    HTTPException,
    MethodNotAllowed,
    NotFound,
    PermissionDenied,
    ProblemDetails,
    ServiceUnavailable,
    TooManyRequests,
    Unauthorized,
)


def test_any_status():
    """`HTTPException` takes a status and a detail by position, as everywhere."""
    exception = HTTPException(418, "short and stout", headers={"x": "1"})
    assert (exception.status_code, exception.detail, exception.headers) == (418, "short and stout", {"x": "1"})
    assert str(exception) == "418 I'm a Teapot: short and stout"
    assert str(HTTPException(404)) == "404 Not Found"


@pytest.mark.parametrize(("kind", "status"), [(NotFound, 404), (PermissionDenied, 403), (Conflict, 409)])
def test_named_statuses(kind: Any, status: int):
    """Classes with a name know their status."""
    exception = kind("why")
    assert (exception.status_code, exception.detail) == (status, "why")


def test_headers_that_a_status_needs():
    """401 names a scheme, 405 the methods, 429 and 503 when to come back."""
    assert Unauthorized().headers == {"www-authenticate": "Bearer"}
    assert Unauthorized(authenticate='Basic realm="x"').headers == {"www-authenticate": 'Basic realm="x"'}
    assert MethodNotAllowed(["GET", "POST"]).headers == {"allow": "GET, POST"}
    assert TooManyRequests(retry_after=3).headers == {"retry-after": "3"}
    assert ServiceUnavailable("later", retry_after=3, headers={"x": "1"}).headers == {"retry-after": "3", "x": "1"}


def test_problems_of_an_application():
    """A subclass names a kind of problem once; each raise adds what happened."""

    class OutOfStock(Conflict):
        type = "https://shop.example/problems/out-of-stock"
        title = "Out of stock"

    problem = ProblemDetails.of(OutOfStock("2 left", members={"left": 2}, instance="/orders/7"))
    assert problem.as_json() == {
        "type": "https://shop.example/problems/out-of-stock",
        "title": "Out of stock",
        "status": 409,
        "detail": "2 left",
        "instance": "/orders/7",
        "left": 2,
    }
