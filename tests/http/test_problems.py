"""Errors on the wire: problem details for programs, pages for people, the whole story for developers alone."""

import json
from types import SimpleNamespace
from typing import Any

import pytest

from vase.http import (
    Headers,
    HTTPException,
    NotFound,
    ProblemDetails,
    RequestValidationError,
    Response,
    Unauthorized,
    problem_response,
    validation_fault,
)
from vase.http._request import RequestBodyError

BROWSER = "text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8"


def request(accept: str | None = None) -> SimpleNamespace:
    headers = Headers({} if accept is None else {"accept": accept})
    return SimpleNamespace(method="GET", path="/a", query_string="", headers=headers, id="req-1")


def text_of(response: Response) -> str:
    assert isinstance(response.body, str | bytes)
    return response.body if isinstance(response.body, str) else response.body.decode()


def json_of(response: Response) -> Any:
    return json.loads(text_of(response))


def test_json_by_default():
    """A client that does not ask for HTML gets problem details with the id of the request."""
    response = problem_response(NotFound("no product 7"), request())
    assert response.status_code == 404
    assert response.headers["content-type"] == "application/problem+json"
    assert response.headers["vary"] == "accept"
    assert response.headers["cache-control"] == "no-store"
    assert json_of(response) == {
        "type": "about:blank",
        "title": "Not Found",
        "status": 404,
        "detail": "no product 7",
        "request_id": "req-1",
    }


def test_html_for_browsers():
    """A browser gets a page, and what the exception says is escaped in it."""
    response = problem_response(NotFound("<script>alert(1)</script>"), request(BROWSER))
    assert response.status_code == 404
    assert response.media_type == "text/html"
    assert "<script>" not in text_of(response)
    assert "&lt;script&gt;alert(1)&lt;/script&gt;" in text_of(response)
    assert "req-1" in text_of(response)


def test_headers_of_the_exception_are_kept():
    """The answer has the header fields that the exception brings, also on a page."""
    assert problem_response(Unauthorized(), request()).headers["www-authenticate"] == "Bearer"
    assert problem_response(Unauthorized(), request(BROWSER)).headers["www-authenticate"] == "Bearer"
    kept = problem_response(HTTPException(410, headers={"cache-control": "max-age=60"}))
    assert kept.headers.getlist("cache-control") == ["max-age=60"]


@pytest.mark.parametrize("accept", [None, "*/*", BROWSER, "application/json", "text/plain"])
def test_production_says_nothing(accept: str | None):
    """Without `debug`, an error that is no answer is a bare 500: no message, no class, no file."""
    response = problem_response(_raised(RuntimeError("the password is hunter2")), request(accept))
    text = text_of(response)
    assert response.status_code == 500
    assert "Internal Server Error" in text
    for leak in ("hunter2", "RuntimeError", "Traceback", ".py", "password"):
        assert leak not in text


def test_every_fault_of_a_request():
    """A request that does not fit is answered with all its faults; what was sent is repeated to developers alone."""
    error = RequestValidationError([validation_fault(["body", "password"], "too short", "short", input="abc")])
    problem = json_of(problem_response(error, request()))
    assert problem["title"] == "Request does not fit"
    assert problem["errors"] == [
        {
            "loc": ["body", "password"],
            "path": "body.password",
            "pointer": "#/password",
            "msg": "too short",
            "type": "short",
        }
    ]
    told = json_of(problem_response(error, request(), debug=True))
    assert told["errors"][0]["input"] == "abc"
    assert "body.password: too short" in text_of(problem_response(error, request(BROWSER)))


def test_input_that_json_cannot_write():
    """Debugging repeats any input, also one that JSON has no word for."""
    error = RequestValidationError([validation_fault(["query", "x"], "m", "t", input=object())])
    assert problem_response(error, request(), debug=True).status_code == 422


def test_bodies_that_cannot_be_read():
    """What the engine says of a body (too large, too slow, broken) is the answer."""
    response = problem_response(RequestBodyError(413, "body.too_large", "the body is too large"), request())
    assert response.status_code == 413
    assert json_of(response)["code"] == "body.too_large"


def test_debugging_in_a_browser():
    """With `debug`, a browser gets the page with source and values."""
    response = problem_response(_raised(ValueError("no more")), request(BROWSER), debug=True)
    assert response.status_code == 500
    assert response.media_type == "text/html"
    assert "marmalade" in text_of(response)
    assert "jam = &quot;marmalade&quot;" in text_of(response)


def test_debugging_in_a_terminal():
    """With `debug`, a terminal gets plain text."""
    response = problem_response(_raised(ValueError("no more")), request("*/*"), debug=True)
    assert response.media_type == "text/plain"
    assert "ValueError: no more" in text_of(response)
    assert "jam = 'marmalade'" in text_of(response)


def test_debugging_a_program():
    """With `debug`, a program that asks for JSON gets the traceback inside the problem details."""
    response = problem_response(_raised(ValueError("no more")), request("application/json"), debug=True)
    problem = json_of(response)
    assert response.media_type == "application/problem+json"
    assert problem["detail"] == "ValueError: no more"
    assert any("jam = 'marmalade'" in line for line in problem["traceback"])


def test_debugging_does_not_change_answers():
    """An `HTTPException` is an answer in debug too, not a crash."""
    assert json_of(problem_response(NotFound("x"), request(), debug=True))["detail"] == "x"


def test_members_cannot_replace_the_standard_ones():
    """Further members stand beside the five of the RFC, never in their place."""
    problem = ProblemDetails(status=400, members={"status": 200, "left": 1})
    assert problem.as_json() == {"type": "about:blank", "title": "Bad Request", "status": 400, "left": 1}


def _raised(error: Exception) -> Exception:
    def kitchen() -> None:
        jam = "marmalade"
        assert jam
        raise error

    try:
        kitchen()
    except type(error) as caught:
        return caught
    raise AssertionError("unreachable: the kitchen raises")
