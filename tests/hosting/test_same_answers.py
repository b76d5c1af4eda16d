"""Applications of other frameworks answer on Vase as they do on uvicorn."""

from collections.abc import Iterator
from contextlib import ExitStack

import pytest

from tests.hosting.conftest import Answer, Served, serving

MULTIPART = (
    b"--border\r\ncontent-disposition: form-data; name=name\r\n\r\nvase\r\n"
    b'--border\r\ncontent-disposition: form-data; name="file"; filename="a.txt"\r\n'
    b"content-type: text/plain\r\n\r\nfile\r\n"
    b"--border--\r\n"
)
JSON = {"content-type": "application/json"}
FORM = {"content-type": "application/x-www-form-urlencoded"}

REQUESTS: dict[str, tuple[str, str, dict[str, str], bytes | None]] = {
    "get": ("GET", "/text", {}, None),
    "thread": ("GET", "/plain", {}, None),
    "loop": ("GET", "/unblocked", {}, None),
    "head": ("HEAD", "/text", {}, None),
    "query": ("GET", "/query/a/b%20c%C3%A9?x=1&x=2&y=%20", {}, None),
    "no UTF-8 in the query": ("GET", "/query/a?z=%ff", {}, None),
    "slashes": ("GET", "/query//a//b", {}, None),
    "json": ("POST", "/json", JSON, b'{"name": "vase", "price": 2}'),
    "bad json": ("POST", "/json", JSON, b'{"name": '),
    "form": ("POST", "/form", FORM, b"name=vase&other=%C3%A9"),
    "multipart": ("POST", "/form", {"content-type": "multipart/form-data; boundary=border"}, MULTIPART),
    "echo": ("POST", "/echo", {}, b"some bytes"),
    "large echo": ("POST", "/echo", {}, b"0123456789" * 100_000),
    "empty echo": ("POST", "/echo", {}, b""),
    "stream": ("GET", "/stream", {}, None),
    "head of a stream": ("HEAD", "/stream", {}, None),
    "file": ("GET", "/file", {}, None),
    "range": ("GET", "/file", {"range": "bytes=2-5"}, None),
    "static": ("GET", "/static/text.txt", {}, None),
    "cookies": ("GET", "/cookies", {"cookie": "a=1; seen=yes"}, None),
    "empty": ("DELETE", "/empty", {}, None),
    "error": ("GET", "/error", {}, None),
    "missing": ("GET", "/nowhere", {}, None),
    "wrong method": ("PATCH", "/text", {}, None),
    "unknown method": ("PURGE", "/text", {}, None),
    "options": ("OPTIONS", "/text", {}, None),
    "redirect": ("GET", "/elsewhere", {}, None),
    "state": ("GET", "/state", {}, None),
    "forwarded": ("GET", "/elsewhere", {"x-forwarded-proto": "https", "x-forwarded-for": "192.0.2.1"}, None),
}

APPS = {
    "starlette": ("tests.hosting.apps.starlette_app:app", "asgi3"),
    "fastapi": ("tests.hosting.apps.fastapi_app:app", "asgi3"),
    "litestar": ("tests.hosting.apps.litestar_app:app", "asgi3"),
    "django": ("tests.hosting.apps.django_app:asgi", "asgi3"),
    "django-wsgi": ("tests.hosting.apps.django_app:wsgi", "wsgi"),
    "flask": ("tests.hosting.apps.flask_app:app", "wsgi"),
}


@pytest.fixture(scope="module", params=APPS)
def pair(request: pytest.FixtureRequest, logs) -> Iterator[tuple[str, Served, Served]]:
    target, interface = APPS[request.param]
    with ExitStack() as stack:
        ours = stack.enter_context(serving(logs, "vase", target))
        theirs = stack.enter_context(serving(logs, "uvicorn", target, "--interface", interface))
        yield request.param, ours, theirs


@pytest.mark.parametrize("name", REQUESTS)
def test_an_application_answers_as_on_uvicorn(pair, name) -> None:
    """Status, headers in their order and body are the same; only `date` and `server` are the server's own."""
    _, ours, theirs = pair
    request = REQUESTS[name]
    assert ours.ask(*request).shown == theirs.ask(*request).shown


def test_not_modified_is_as_on_uvicorn(pair) -> None:
    """A conditional request of an unchanged file is answered 304 by both, with the same head and no body."""
    name, ours, theirs = pair
    if name == "litestar":
        pytest.skip("Litestar answers conditional requests of files with the file")
    target = "/static/text.txt" if name == "starlette" else "/text" if name.startswith("django") else "/file"

    def conditional(served: Served) -> Answer:
        first = served.ask("GET", target)
        tag = first.header("etag")
        return served.ask("GET", target, {"if-none-match": tag} if tag else {})

    assert conditional(ours).shown == conditional(theirs).shown
    if name != "fastapi":
        assert conditional(ours).status == 304
