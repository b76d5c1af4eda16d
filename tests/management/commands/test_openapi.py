"""`openapi` and `client`: what is written from the code, and the gate against drift."""

import json

import pytest
from openapi_spec_validator import OpenAPIV31SpecValidator


def test_the_document_of_a_new_project_is_valid(manage):
    """The generated API is described, and an outside validator agrees; pages are no part of it."""
    document = json.loads(manage("openapi").stdout)
    assert list(OpenAPIV31SpecValidator(document).iter_errors()) == []
    assert list(document["paths"]) == ["/products/", "/products/{id}"]
    assert document["paths"]["/products/"]["get"]["security"] == []


@pytest.mark.parametrize(("words", "name"), [("openapi", "api.json"), ("client ts", "api.ts"), ("client py", "api.py")])
def test_drift_fails(shop, manage, words, name):
    """`--check` exits with 1 when there is no file or a field was removed since, with 0 when it is fresh."""
    command = [*words.split(), "--output", f"clients/{name}"]
    assert manage(*words.split(), "--check").returncode == 1
    assert "management.E014" in manage(*words.split(), "--check").stderr
    assert manage(*command, "--check").returncode == 1
    assert manage(*command).returncode == 0
    assert manage(*command, "--check").returncode == 0
    schemas = shop / "catalog/schemas.py"
    text = schemas.read_text()
    lines = [line for line in text.splitlines(keepends=True) if not line.strip().startswith("price:")]
    schemas.write_text("".join(lines))
    stale = manage(*command, "--check")
    assert stale.returncode == 1
    assert "price" in stale.stdout
    assert f"./manage.py {words} --output clients/{name}" in stale.stderr


def test_the_events_of_a_site(shop, manage):
    """`asyncapi` prints and writes the document of sockets, and fails on drift."""
    urls = shop / "config/urls.py"
    text = urls.read_text()
    socket = """
from vase import WebSocket, public
async def talk(socket: WebSocket[str, bytes]) -> None: ...
urlpatterns += [path("talk/", talk, auth=public)]
"""
    urls.write_text(text + socket)
    document = json.loads(manage("asyncapi").stdout)
    assert document["asyncapi"] == "3.0.0"
    assert document["channels"]["talk"]["address"] == "/talk/"
    assert list(document["operations"]) == ["receive_talk", "send_talk"]
    assert manage("asyncapi", "--output", "events.json").returncode == 0
    assert json.loads((shop / "events.json").read_text()) == document
    assert manage("asyncapi", "-o", "events.json", "--check").returncode == 0
    urls.write_text(text + socket.replace("bytes", "str"))
    stale = manage("asyncapi", "-o", "events.json", "--check")
    assert (stale.returncode, "binary" in stale.stdout) == (1, True)
