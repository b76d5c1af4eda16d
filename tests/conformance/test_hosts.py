"""`Host` is judged in Rust: what is wrong with it never reaches Python (RFC 9112 section 3.2, RFC 9110 section 7.2)."""

import pytest

from tests.conformance.served import Served
from tests.conformance.wire import HOST, LAST, exchange

WRONG = {
    "missing": "GET /api/tags HTTP/1.1\r\n\r\n",
    "doubled": f"GET /api/tags HTTP/1.1\r\nHost: {HOST}\r\nHost: {HOST}\r\n\r\n",
    "doubled and different": f"GET /api/tags HTTP/1.1\r\nHost: {HOST}\r\nHost: evil.test\r\n\r\n",
    "a list": f"GET /api/tags HTTP/1.1\r\nHost: {HOST}, evil.test\r\n\r\n",
    "empty": "GET /api/tags HTTP/1.1\r\nHost:\r\n\r\n",
    "a user": f"GET /api/tags HTTP/1.1\r\nHost: evil@{HOST}\r\n\r\n",
    "a path": f"GET /api/tags HTTP/1.1\r\nHost: {HOST}/evil\r\n\r\n",
    "a query": f"GET /api/tags HTTP/1.1\r\nHost: {HOST}?evil\r\n\r\n",
    "a fragment": f"GET /api/tags HTTP/1.1\r\nHost: {HOST}#evil\r\n\r\n",
    "a scheme": f"GET /api/tags HTTP/1.1\r\nHost: http://{HOST}\r\n\r\n",
    "white space inside": "GET /api/tags HTTP/1.1\r\nHost: example .test\r\n\r\n",
    "a backslash": f"GET /api/tags HTTP/1.1\r\nHost: {HOST}\\evil.test\r\n\r\n",
    "letters as port": f"GET /api/tags HTTP/1.1\r\nHost: {HOST}:http\r\n\r\n",
    "a port past 65535": f"GET /api/tags HTTP/1.1\r\nHost: {HOST}:65536\r\n\r\n",
    "two ports": f"GET /api/tags HTTP/1.1\r\nHost: {HOST}:80:80\r\n\r\n",
    "an open bracket": "GET /api/tags HTTP/1.1\r\nHost: [::1\r\n\r\n",
    "brackets around a name": f"GET /api/tags HTTP/1.1\r\nHost: [{HOST}]\r\n\r\n",
    "a bare IPv6 address": "GET /api/tags HTTP/1.1\r\nHost: ::1\r\n\r\n",
    "a broken escape": f"GET /api/tags HTTP/1.1\r\nHost: {HOST}%zz\r\n\r\n",
    "an octet past ASCII": f"GET /api/tags HTTP/1.1\r\nHost: {HOST}\xe9\r\n\r\n",
    "a script": "GET /api/tags HTTP/1.1\r\nHost: <script>alert(1)</script>\r\n\r\n",
    "white space before the colon": f"GET /api/tags HTTP/1.1\r\nHost : {HOST}\r\n\r\n",
    "not allowed": "GET /api/tags HTTP/1.1\r\nHost: evil.test\r\n\r\n",
    "an address": "GET /api/tags HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n",
    "an allowed one as a beginning": f"GET /api/tags HTTP/1.1\r\nHost: {HOST}.evil.test\r\n\r\n",
    "an allowed one as an end": f"GET /api/tags HTTP/1.1\r\nHost: evil{HOST}\r\n\r\n",
    "a host below": f"GET /api/tags HTTP/1.1\r\nHost: evil.{HOST}\r\n\r\n",
    "another in the target": f"GET http://evil.test/api/tags HTTP/1.1\r\nHost: {HOST}\r\n\r\n",
    "not allowed in both": "GET http://evil.test/api/tags HTTP/1.1\r\nHost: evil.test\r\n\r\n",
    "a user in the target": f"GET http://evil@{HOST}/api/tags HTTP/1.1\r\nHost: {HOST}\r\n\r\n",
    "malformed beside a target": f"GET http://{HOST}/api/tags HTTP/1.1\r\nHost: evil test\r\n\r\n",
    "doubled beside a target": f"GET http://{HOST}/api/tags HTTP/1.1\r\nHost: {HOST}\r\nHost: {HOST}\r\n\r\n",
    "only in the target": f"GET http://{HOST}/api/tags HTTP/1.1\r\n\r\n",
    "forwarded by a stranger": "GET /api/tags HTTP/1.1\r\nHost: evil.test\r\nX-Forwarded-Host: example.test\r\n\r\n",
    "not allowed in HTTP/1.0": "GET /api/tags HTTP/1.0\r\nHost: evil.test\r\n\r\n",
    "doubled in HTTP/1.0": f"GET /api/tags HTTP/1.0\r\nHost: {HOST}\r\nHost: {HOST}\r\n\r\n",
}

RIGHT = {
    "as it is": f"GET /api/tags HTTP/1.1\r\nHost: {HOST}\r\n\r\n",
    "in capitals": f"GET /api/tags HTTP/1.1\r\nHOST: {HOST.upper()}\r\n\r\n",
    "with a port": f"GET /api/tags HTTP/1.1\r\nHost: {HOST}:8000\r\n\r\n",
    "with the dot of the root": f"GET /api/tags HTTP/1.1\r\nHost: {HOST}.\r\n\r\n",
    "with white space around": f"GET /api/tags HTTP/1.1\r\nHost:\t {HOST} \t\r\n\r\n",
    "without white space": f"GET /api/tags HTTP/1.1\r\nHost:{HOST}\r\n\r\n",
    "as in the target": f"GET http://{HOST}/api/tags HTTP/1.1\r\nHost: {HOST}\r\n\r\n",
    "in the target alone counts": f"GET http://{HOST}/api/tags HTTP/1.1\r\nHost: evil.test\r\n\r\n",
    "in the target with a port": f"GET http://{HOST}:8000/api/tags HTTP/1.1\r\nHost: {HOST}\r\n\r\n",
    "in the target of HTTP/1.0": f"GET http://{HOST}/api/tags HTTP/1.0\r\n\r\n",
    "none in HTTP/1.0": "GET /api/tags HTTP/1.0\r\n\r\n",
}


@pytest.mark.parametrize("name", WRONG)
def test_a_wrong_host_is_refused_without_python(production: Served, name: str) -> None:
    """A missing, doubled, malformed or foreign host is a 400 (RFC 9112 section 3.2), and Python hears nothing of it."""
    before = production.python_calls
    dialogue = exchange(production.port, WRONG[name].encode("latin-1") + LAST)
    assert dialogue.statuses in ([400], [400, 200])
    assert b"evil" not in dialogue.answers[0].body
    assert production.python_calls == before


@pytest.mark.parametrize("name", RIGHT)
def test_a_right_host_is_served(production: Served, name: str) -> None:
    """An allowed host in any of its spellings reaches Python: the same host by RFC 3986 section 6.2.2.1 and 3.2.2."""
    before = production.python_calls
    dialogue = exchange(production.port, RIGHT[name].encode("latin-1") + LAST)
    assert dialogue.statuses == ([200] if "1.0" in RIGHT[name] else [200, 200])
    assert production.python_calls == before + 1


@pytest.mark.parametrize(
    ("line", "place"),
    [
        ("GET /place HTTP/1.1\r\nHost: a.test", "a.test http://a.test/place"),
        ("GET http://b.test/place HTTP/1.1\r\nHost: a.test", "b.test http://b.test/place"),
        ("GET http://b.test:81/place?x=1 HTTP/1.1\r\nHost: a.test:82", "b.test:81 http://b.test:81/place?x=1"),
        ("GET http://b.test/place HTTP/1.0", "b.test http://b.test/place"),
    ],
)
def test_an_absolute_target_names_the_host(odd: Served, line: str, place: str) -> None:
    """The authority of the target replaces `Host`, for all who ask for the host (RFC 9112 section 3.2.2)."""
    answer = odd.ask(f"{line}\r\nConnection: close\r\n\r\n".encode())
    assert (answer.status, answer.body.decode()) == (200, place)


def test_a_redirect_names_no_host(production: Served) -> None:
    """A redirect for a slash is a path, so whatever named the host is not repeated (RFC 9110 section 10.2.2)."""
    dialogue = exchange(
        production.port, f"GET http://{HOST}/api/tags/ HTTP/1.1\r\nHost: evil.test\r\n\r\n".encode() + LAST
    )
    assert dialogue.statuses[0] in {301, 307, 308, 404}
    assert not any("evil" in value for _, value in dialogue.answers[0].fields)


def test_a_forwarded_host_of_a_stranger_is_not_believed(production: Served) -> None:
    """`X-Forwarded-Host` and `Forwarded` of a client that is no trusted proxy change nothing (RFC 7239 section 8.1)."""
    answer = production.get(
        "/users/1", "X-Forwarded-Host: evil.test", "Forwarded: host=evil.test;proto=https", "X-Forwarded-Proto: https"
    )
    assert answer.status == 307
    assert not any("evil" in value for _, value in answer.fields)


def test_health_answers_under_any_host(production: Served) -> None:
    """`/livez` and `/readyz` answer an orchestrator that knows the address alone; `/metrics` does not."""
    asked = {
        path: exchange(
            production.port, f"GET {path} HTTP/1.1\r\nHost: 10.0.0.7:8000\r\nConnection: close\r\n\r\n".encode()
        ).statuses
        for path in ("/livez", "/readyz", "/metrics")
    }
    assert asked == {"/livez": [200], "/readyz": [200], "/metrics": [400]}
