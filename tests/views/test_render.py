"""Pages from templates."""

from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from vase import Vase
from vase.http import HTMLResponse, Request
from vase.templates import Templates
from vase.testing import Client
from vase.views import ViewError, render


def test_a_page(tmp_path: Path):
    """`render` makes an HTML answer of a template, a context and the request."""
    (tmp_path / "a.html").write_text("{{ request.path }} {{ word }}")
    request: Any = SimpleNamespace(path="/x", app=SimpleNamespace(templates=Templates([tmp_path])))
    response = render(request, "a.html", {"word": "<b>"}, status_code=201, headers={"x": "1"})
    assert (response.status_code, response.body) == (201, "/x &lt;b&gt;")
    assert response.media_type == "text/html"
    assert response.headers["x"] == "1"


def test_without_templates():
    """A request that no application answers has no templates, and that is said."""
    nobody: Any = SimpleNamespace()
    with pytest.raises(ViewError, match="the application of this request has no templates") as caught:
        render(nobody, "a.html")
    assert caught.value.code == "views.E002"


def test_a_page_of_a_whole_application(tmp_path: Path):
    """In an application, a handler renders the site's templates with links to its routes."""
    (tmp_path / "a.html").write_text("{{ request.path }} {{ url_for('page', name='n') }} {{ name }}")
    app = Vase(settings={"TEMPLATES": [{"dirs": [tmp_path]}]})

    @app.get("/<name>", name="page")
    def show(request: Request, name: str) -> HTMLResponse:
        return render(request, "a.html", {"name": name})

    with Client(app) as client:
        response = client.get("/%3Cb%3E")
    assert response.headers["content-type"] == "text/html; charset=utf-8"
    assert response.text == "/&lt;b&gt; /n &lt;b&gt;"
