"""What Rust can answer, Python never hears of: the counter of Python calls stands still."""

import pytest

from tests.conformance.served import Served
from tests.conformance.wire import Answer, Wire, head

ORIGIN = "Origin: https://app.test"
PREFLIGHT = ("Access-Control-Request-Method: PUT", "Access-Control-Request-Headers: content-type")

ASKED: dict[str, tuple[bytes, int]] = {
    "404": (head("GET", "/nothing/here"), 404),
    "404 by a converter": (head("GET", "/users/x"), 404),
    "404 as a page": (head("GET", "/nothing", "Accept: text/html"), 404),
    "405": (head("DELETE", "/api/tags"), 405),
    "405 of a page": (head("POST", "/"), 405),
    "OPTIONS": (head("OPTIONS", "/api/articles"), 204),
    "OPTIONS of the server": (head("OPTIONS", "*"), 204),
    "a static file": (head("GET", "/static/site.css"), 200),
    "the head of a static file": (head("HEAD", "/static/site.css"), 200),
    "a range of a static file": (head("GET", "/static/site.css", "Range: bytes=0-9"), 206),
    "a static file that is not there": (head("GET", "/static/nothing.css"), 404),
    "a folder of static files": (head("GET", "/static/"), 404),
    "a preflight": (head("OPTIONS", "/api/articles", ORIGIN, *PREFLIGHT), 204),
    "/livez": (head("GET", "/livez"), 200),
    "/readyz": (head("GET", "/readyz"), 200),
    "/metrics": (head("GET", "/metrics"), 200),
    "a path with a slash too many": (head("GET", "/api/tags/"), 301),
    "an escape that is no UTF-8": (head("GET", "/api/articles/%ff"), 400),
    "413": (head("POST", "/api/articles", "Content-Length: 99999999"), 413),
    "400": (b"nonsense\r\n\r\n", 400),
}


@pytest.mark.parametrize("name", ASKED)
def test_the_counter_stands_still(production: Served, name: str) -> None:
    """A 404, a 405, a file, a preflight and the health checks leave the counter of Python calls unchanged."""
    data, status = ASKED[name]
    before = production.python_calls
    answer = production.ask(data, data[:4].decode().strip())
    assert answer.status == status
    assert production.python_calls == before


def test_the_counter_counts(production: Served) -> None:
    """One request of a handler is one call: the counter of the test above is not just still."""
    before = production.python_calls
    for target in ("/api/tags", "/", "/api/articles?limit=1"):
        assert production.get(target).status == 200
    assert production.python_calls == before + 3


def test_405_names_what_is_allowed(production: Served) -> None:
    """A 405 has `Allow` (RFC 9110 section 15.5.6), and OPTIONS says the same (section 9.3.7)."""
    for target, allowed in (
        ("/api/tags", {"GET", "HEAD", "OPTIONS"}),
        ("/api/articles", {"GET", "HEAD", "OPTIONS", "POST"}),
        ("/api/articles/a-slug", {"DELETE", "GET", "HEAD", "OPTIONS", "PUT"}),
    ):
        for method in ("PATCH", "OPTIONS"):
            answer = production.ask(head(method, target))
            assert {name.strip() for name in (answer.get("allow") or "").split(",")} == allowed, (method, target)


def test_a_preflight_is_answered(production: Served) -> None:
    """The Fetch standard's CORS preflight: origin, method and headers are allowed, for the methods of the settings."""
    answer = production.ask(head("OPTIONS", "/api/articles", ORIGIN, *PREFLIGHT))
    assert answer.get("access-control-allow-origin") == "*"
    assert "PUT" in (answer.get("access-control-allow-methods") or "")
    assert "content-type" in (answer.get("access-control-allow-headers") or "").lower()
    assert answer.get("access-control-max-age") == "600"
    assert production.get("/api/tags", ORIGIN).get("access-control-allow-origin") == "*"


def test_a_static_file_is_a_304_the_second_time(production: Served) -> None:
    """`ETag` and `Last-Modified` of the first answer make the second a 304 without a body (RFC 9110 section 13).

    `If-None-Match` goes before `If-Modified-Since` (section 13.2.2).
    """
    first = production.get("/static/site.css")
    tag, modified = first.get("etag"), first.get("last-modified")
    assert tag
    assert modified
    other = 'If-None-Match: "other"'
    for lines, status in (
        ((f"If-None-Match: {tag}",), 304),
        ((f"If-None-Match: W/{tag.removeprefix('W/')}",), 304),
        ((f'If-None-Match: "other", {tag}',), 304),
        (("If-None-Match: *",), 304),
        ((f"If-Modified-Since: {modified}",), 304),
        ((other, f"If-Modified-Since: {modified}"), 200),
        (("If-Modified-Since: Thu, 01 Jan 1970 00:00:00 GMT",), 200),
        ((other,), 200),
    ):
        answer = production.get("/static/site.css", *lines)
        assert answer.status == status, lines
        assert answer.body == (b"" if status == 304 else first.body)
        assert answer.get("etag") == tag


RANGES: dict[str, tuple[int, str | None]] = {
    "bytes=0-0": (206, "bytes 0-0/{size}"),
    "bytes=-1": (206, "bytes {last}-{last}/{size}"),
    "bytes=5-": (206, "bytes 5-{last}/{size}"),
    "bytes=0-999999": (206, "bytes 0-{last}/{size}"),
    "bytes=999999-": (416, "bytes */{size}"),
    "bytes=-0": (416, "bytes */{size}"),
    "bytes=5-1": (200, None),
    "bytes=a-b": (200, None),
    "lines=0-1": (200, None),
}


@pytest.mark.parametrize("spelling", RANGES)
def test_ranges_of_a_static_file(production: Served, spelling: str) -> None:
    """Ranges by RFC 9110 section 14: satisfied, refused, or ignored when they are no ranges."""
    whole = production.get("/static/site.css").body
    status, expected = RANGES[spelling]
    answer = production.get("/static/site.css", f"Range: {spelling}")
    content_range = expected and expected.format(size=len(whole), last=len(whole) - 1)
    assert (answer.status, answer.get("content-range")) == (status, content_range)


def test_eight_hundred_ranges_cost_nothing(production: Served) -> None:
    """Overlapping ranges without number do not multiply the answer (RFC 9110 section 14.2; CVE-2011-3192)."""
    whole = production.get("/static/site.css").body
    ranges = ",".join(f"{start}-" for start in range(800))
    answer = production.get("/static/site.css", f"Range: bytes={ranges}")
    assert answer.status in {200, 206, 416}
    assert len(answer.body) < 4 * len(whole)


def test_a_file_on_a_kept_connection(production: Served) -> None:
    """Files, 304 and HEAD leave the connection in step (RFC 9112 section 6.3)."""
    with Wire(production.port) as wire:
        answers: list[Answer] = []
        for method, lines in (
            ("GET", ()),
            ("HEAD", ()),
            ("GET", ("If-None-Match: *",)),
            ("GET", ("Range: bytes=0-3",)),
        ) * 3:
            answers.append(wire.send(head(method, "/static/site.css", *lines)).answer(method))
    assert [answer.status for answer in answers] == [200, 200, 304, 206] * 3
    assert [len(answer.body) for answer in answers[:4]] == [len(answers[0].body), 0, 0, 4]
