"""Error pages: the site's own where it has them."""

import json
import logging
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from vase.http import Headers, NotFound, PermissionDenied, Response
from vase.templates import Templates
from vase.views import error_response


def request(accept: str = "text/html") -> Any:
    headers = Headers({"accept": accept})
    return SimpleNamespace(method="GET", path="/a", query_string="", headers=headers, id="r-1")


@pytest.fixture
def templates(tmp_path: Path) -> Templates:
    (tmp_path / "404.html").write_text("lost: {{ detail }} ({{ status_code }} {{ title }}, {{ request_id }})")
    (tmp_path / "4xx.html").write_text("client: {{ title }}")
    (tmp_path / "500.html").write_text("{{ nothing }}")
    return Templates([tmp_path])


def text_of(response: Response) -> str:
    assert isinstance(response.body, str)
    return response.body


def test_the_page_of_a_status(templates: Templates):
    """The template of a status is the page for browsers; what it shows is escaped."""
    response = error_response(NotFound("<b>"), request(), templates=templates)
    assert response.status_code == 404
    assert text_of(response) == "lost: &lt;b&gt; (404 Not Found, r-1)"


def test_the_page_of_a_class(templates: Templates):
    """A status without its own page has that of its class."""
    assert text_of(error_response(PermissionDenied(), request(), templates=templates)) == "client: Forbidden"


def test_programs_get_problems(templates: Templates):
    """A client that does not ask for HTML gets problem details as always."""
    response = error_response(NotFound("x"), request("application/json"), templates=templates)
    assert isinstance(response.body, bytes)
    assert json.loads(response.body)["detail"] == "x"


def test_a_page_that_fails(templates: Templates, caplog: pytest.LogCaptureFixture):
    """An error page that fails itself is logged, and the built-in one is shown."""
    with caplog.at_level(logging.ERROR):
        response = error_response(RuntimeError("secret"), request(), templates=templates)
    assert response.status_code == 500
    assert "Internal Server Error" in text_of(response)
    assert "secret" not in text_of(response)
    assert "the error page 500.html failed" in caplog.text


def test_developers_see_the_traceback(templates: Templates):
    """While debugging, an error that is no answer shows its traceback and not the site's page."""
    assert "RuntimeError" in text_of(error_response(RuntimeError("x"), request(), debug=True, templates=templates))
    assert text_of(error_response(NotFound("x"), request(), debug=True, templates=templates)).startswith("lost")


def test_a_site_without_pages():
    """Without templates the built-in page is shown."""
    assert "Not Found" in text_of(error_response(NotFound(), request()))
    assert "Not Found" in text_of(error_response(NotFound(), request(), templates=Templates([])))
