"""Paths that attack: out of the folder of static files, to another site, into the page, past the integers."""

import re
from urllib.parse import quote

import pytest

from tests.busy import slack
from tests.conformance.served import ROOT, Served
from tests.conformance.wire import LAST, exchange, head

TRAVERSALS = [
    "/static/../manage.py",
    "/static/../../manage.py",
    "/static/../../../../../../etc/passwd",
    "/static/..%2fconftest.py",
    "/static/..%2f..%2fmanage.py",
    "/static/%2e%2e/conftest.py",
    "/static/%2e%2e%2fconftest.py",
    "/static/%2E%2E%2Fconftest.py",
    "/static/.%2e/conftest.py",
    "/static/%2e./conftest.py",
    "/static/..%5cconftest.py",
    "/static/..\\conftest.py",
    "/static/%5c..%5c..%5cetc/passwd",
    "/static/..%c0%afconftest.py",
    "/static/%c0%ae%c0%ae/conftest.py",
    "/static/%e0%80%ae%e0%80%ae/conftest.py",
    "/static/%252e%252e%252fconftest.py",
    "/static/..%252fconftest.py",
    "/static/....//conftest.py",
    "/static/..././conftest.py",
    "/static/..;/conftest.py",
    "/static/.../conftest.py",
    "/static//etc/passwd",
    "/static//%2fetc/passwd",
    "/static/%2fetc%2fpasswd",
    "/static/%2f/etc/passwd",
    "/static/x/../../conftest.py",
    "/static/./../conftest.py",
    "/static/site.css/../../conftest.py",
    "/static/site.css/",
    "/static/site.css/x",
    "/static/site.css%00.png",
    "/static/%00",
    "/static/..%00/conftest.py",
    "/static/../conftest.py%00.css",
    "/static/../conftest.py?.css",
    "/static/file:///etc/passwd",
    "/static/C:%5cwindows%5cwin.ini",
    "/static/~root/.bashrc",
    "/static/.%0d./conftest.py",
    "/static/" + "../" * 200 + "etc/passwd",
    "/static/" + "a" * 5000,
    "/static/" + "a/" * 3000,
    "/../example/conftest.py",
    "/..%2fconftest.py",
    "/static",
    "/static/.",
    "/static/..",
    "/STATIC/site.css",
]
LEAKS = (b"root:", b"execute(", b"import ", b"Vase serves")


@pytest.mark.parametrize("target", TRAVERSALS, ids=lambda target: target[:40])
def test_no_spelling_leaves_the_folder(production: Served, target: str) -> None:
    """No spelling of a path reaches a file outside of the static files (RFC 9110 section 17.3), nor lists a folder."""
    before = production.python_calls
    dialogue = exchange(production.port, head("GET", target) + LAST)
    assert dialogue.statuses in ([400], [400, 200], [404, 200])
    assert not any(leak in dialogue.answers[0].body for leak in LEAKS)
    assert production.python_calls == before


def test_links_out_of_the_folder_are_not_followed(production: Served) -> None:
    """There is one file that may be read, and it can: the test above does not pass because nothing is served."""
    css = (ROOT / "example" / "static" / "site.css").read_bytes()
    assert production.get("/static/site.css").body == css
    assert production.get("/static/%73ite.css").body == css


REDIRECTS = [
    "//evil.test",
    "//evil.test/",
    "//evil.test/..",
    "//evil.test/%2e%2e",
    "///evil.test",
    "////evil.test",
    "/%2fevil.test",
    "/%2f%2fevil.test",
    "/%5cevil.test",
    "/\\evil.test",
    "/%09/evil.test",
    "/%0d%0aLocation:%20//evil.test",
    "/%0d%0a%0d%0a<script>",
    "/.//evil.test",
    "/..//evil.test",
    "/;@evil.test",
    "/@evil.test",
    "//evil.test%2f..",
    "//users/1",
    "/users//1",
    "/users/1%0d%0aX-Evil:1",
]


@pytest.mark.parametrize("target", REDIRECTS)
def test_no_redirect_leads_elsewhere(production: Served, target: str) -> None:
    """A path never becomes another site's address in `Location` (RFC 9110 section 17.2, CWE-601), nor a header."""
    for path in (target, target + "/", target + "?next=//evil.test"):
        for answer in exchange(production.port, head("GET", path) + LAST).answers:
            location = answer.get("location")
            assert location is None or re.match(r"/(?![/\\])", location), (path, location)
            assert not any(name.startswith("x-evil") for name, _ in answer.fields)
            assert answer.status < 500


SCRIPTS = [
    "/<script>alert(1)</script>",
    "/%3Cscript%3Ealert(1)%3C/script%3E",
    "/%22%3E%3Cimg%20src=x%20onerror=alert(1)%3E",
    "/nothing?q=%3Cscript%3Ealert(1)%3C/script%3E",
    "/'onmouseover='alert(1)",
    "/articles/%3Cscript%3E",
    "/authors/%3Cscript%3Ealert(1)%3C%2Fscript%3E",
    "/?tag=%3Cscript%3Ealert(1)%3C/script%3E",
    "/?page=%3Cscript%3Ealert(1)%3C/script%3E",
    "/users/%3Cscript%3E",
    "/api/profiles/%3Cscript%3Ealert(1)%3C%2Fscript%3E",
    "/static/%3Cscript%3Ealert(1)%3C/script%3E",
]


@pytest.mark.parametrize("target", SCRIPTS)
@pytest.mark.parametrize("accept", ["text/html", "*/*", "application/json"])
def test_no_page_runs_what_the_path_says(production: Served, target: str, accept: str) -> None:
    """An error page repeats nothing of the request unescaped (CWE-79), and no answer may be sniffed as a page."""
    answer = exchange(production.port, head("GET", target, f"Accept: {accept}") + LAST).answers[0]
    assert 400 <= answer.status < 500
    if (answer.get("content-type") or "").startswith("text/html"):
        assert b"<script>" not in answer.body
        assert b"<img src=x" not in answer.body
        assert b"onmouseover='" not in answer.body
    if b"code" in answer.body[:600] and answer.get("x-request-id"):
        assert answer.get("x-content-type-options") == "nosniff"


def test_a_page_is_refused_by_accept(production: Served) -> None:
    """A browser gets a page and a program gets problem details (RFC 9110 section 12.5.1, RFC 9457), of each error."""
    for target, status in (("/nothing", 404), ("/api/articles/no-such-slug", 404), ("/static/nothing", 404)):
        page, problem = production.get(target, "Accept: text/html,*/*;q=0.8"), production.get(target, "Accept: */*")
        assert (page.status, problem.status) == (status, status)
        assert (page.get("content-type") or "").startswith("text/html")
        assert problem.get("content-type") == "application/problem+json"


@pytest.mark.parametrize("digits", [19, 20, 100, 4300, 4301, 5000, 20000])
def test_integers_have_no_size_that_breaks(production: Served, odd: Served, digits: int) -> None:
    """An int of any number of digits is used or refused, quickly, and never a 500 (CVE-2020-10735)."""
    number = "9" * digits
    began = production.seconds + odd.seconds
    for server, target in (
        (production, f"/users/{number}"),
        (production, f"/api/profiles/by-id/{number}"),
        (production, f"/api/articles?limit={number}"),
        (production, f"/api/articles?offset=-{number}"),
        (production, f"/?page={number}"),
        (odd, f"/number/{number}"),
        (odd, f"/query?number={number}"),
        (odd, f"/number/-{number}"),
    ):
        answer = server.get(target)
        assert answer.status in {200, 400, 404, 422}, target[:60]
        if answer.status == 200:
            assert answer.body.lstrip(b"-") == number.encode()
    assert production.seconds + odd.seconds - began < 2


def test_long_and_odd_paths_are_refused_quickly(production: Served) -> None:
    """No path makes the router slow: repeated parts, many slashes, many escapes (CWE-1333)."""
    production.get("/")  # the first page reads its templates
    for target in (
        "/" + "a" * 60_000,
        "/" * 60_000,
        "/api" * 15_000,
        "/api/articles/" + "a-" * 30_000,
        "/articles/" + "-" * 60_000 + "!",
        "/" + "%61" * 20_000,
        "/?" + "a=b&" * 15_000,
        "/?" + "%" * 60_000,
        "/authors/" + quote("é" * 9_000),
    ):
        began = production.seconds
        answer = production.get(target)
        assert answer.status < 500, target[:40]
        assert production.seconds - began < 0.5 * slack(), target[:40]


def test_the_four_headers_are_on_every_answer(production: Served) -> None:
    """Success, error, file, refusal and redirect all carry the guards of `security_headers` (ASVS 5.0, 3.4)."""
    for target in ("/", "/nothing", "/static/site.css", "/api/tags", "/users/1", "/livez"):
        answer = production.get(target)
        assert answer.get("x-content-type-options") == "nosniff", target
        assert answer.get("x-frame-options") == "DENY", target
        assert answer.get("referrer-policy") == "same-origin", target
        assert answer.get("cross-origin-opener-policy") == "same-origin", target
        assert answer.get("server") is None, target
