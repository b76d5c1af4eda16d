"""Whatever a handler returns, the client can tell where its answer ends and what belongs to it."""

import time
from urllib.parse import quote

import pytest

from tests.conformance.served import Served
from tests.conformance.wire import Wire, exchange, head

HOME = head("GET", "/", "Connection: close")

SECRET = b"hunter2"


def on_one_connection(odd: Served, target: str, method: str = "GET") -> tuple[list[int], bytes]:
    """Ask for something and then for `/`, pipelined; give the statuses and the last body."""
    dialogue = exchange(odd.port, head(method, target) + HOME, methods=[method, "GET"])
    return dialogue.statuses, dialogue.answers[-1].body if dialogue.answers else b""


@pytest.mark.parametrize("path", ["/short", "/short-stream"])
def test_a_body_that_is_too_short_ends_the_connection(odd: Served, path: str) -> None:
    """Ten octets are declared and five made: the client sees an incomplete body, not the next answer in it.

    RFC 9112 section 6.3 and 8; RFC 9110 section 8.6.
    """
    for ask in (head("GET", path) + HOME, head("GET", path)):
        with Wire(odd.port) as wire:
            wire.send(ask)
            found = wire.rest()
        first, _, body = found.partition(b"\r\n\r\n")
        if first.startswith(b"HTTP/1.1 500 "):
            continue
        assert b"content-length: 10" in first.lower()
        assert len(body) <= 5


@pytest.mark.parametrize("path", ["/long", "/long-stream"])
def test_a_body_that_is_too_long_is_cut(odd: Served, path: str) -> None:
    """What exceeds the declared length never reaches the client as a next answer (RFC 9112 section 6.3)."""
    dialogue = exchange(odd.port, head("GET", path) + HOME)
    assert b"evil" not in b"".join(answer.body for answer in dialogue.answers)
    assert dialogue.statuses in ([200, 200], [200], [500, 200])
    if dialogue.answers[0].status == 200:
        assert dialogue.answers[0].body == b"0123456789"
    if len(dialogue.answers) == 2:
        assert dialogue.answers[1].body == b"home"


@pytest.mark.parametrize(
    "length", ["abc", "-1", "+10", "0x0a", "10, 10", "10 10", "", "1e1", "99999999999999999999999", "ten"]
)
def test_a_declared_length_that_is_no_number_is_a_500(odd: Served, length: str) -> None:
    """A handler's `Content-Length` must be a number (RFC 9110 section 8.6); anything else never leaves the server."""
    statuses, last = on_one_connection(odd, f"/declared/{quote(length)}" if length else "/two-lengths")
    assert (statuses, last) == ([500, 200], b"home")


def test_a_declared_length_that_is_right_is_kept(odd: Served) -> None:
    """The handler's own length is the one that is sent, once."""
    answer = odd.get("/declared/10")
    assert (answer.status, answer.get("content-length"), answer.body) == (200, "10", b"0123456789")


@pytest.mark.parametrize("coding", ["chunked", "gzip", "identity", "chunked, chunked", "gzip, chunked", "Chunked"])
def test_the_coding_of_the_transfer_is_the_servers_business(odd: Served, coding: str) -> None:
    """A `Transfer-Encoding` that a handler sets does not reach the client as it is (RFC 9112 section 6.1)."""
    dialogue = exchange(odd.port, head("GET", f"/coding/{quote(coding)}") + HOME)
    assert dialogue.statuses == [200, 200]
    assert dialogue.answers[0].body == b"5\r\nabcde\r\n0\r\n\r\n"
    assert dialogue.answers[1].body == b"home"


def test_both_lengths_of_a_handler_are_not_sent(odd: Served) -> None:
    """Never both `Transfer-Encoding` and `Content-Length` (RFC 9112 section 6.2); the reader of answers checks it."""
    dialogue = exchange(odd.port, head("GET", "/both") + HOME)
    assert dialogue.statuses[0] in {200, 500}
    assert b"evil" not in dialogue.answers[-1].body


@pytest.mark.parametrize("status", [204, 304])
def test_an_answer_without_content_has_none(odd: Served, status: int) -> None:
    """204 and 304 end after their head, whatever the handler gives (RFC 9110 sections 15.3.5 and 15.4.5)."""
    dialogue = exchange(odd.port, head("GET", f"/status/{status}") + HOME)
    assert dialogue.statuses == [status, 200]
    assert dialogue.answers[1].body == b"home"
    assert dialogue.answers[0].get("transfer-encoding") is None
    if status == 204:
        assert dialogue.answers[0].get("content-length") is None


def test_205_has_no_content(odd: Served) -> None:
    """205 has no content, and says so by a length (RFC 9110 section 15.3.6)."""
    dialogue = exchange(odd.port, head("GET", "/status/205") + HOME)
    assert dialogue.statuses == [205, 200]
    assert (dialogue.answers[0].body, dialogue.answers[1].body) == (b"", b"home")


@pytest.mark.parametrize("status", [100, 101, 102, 103, 199])
def test_an_interim_status_is_no_answer(odd: Served, status: int) -> None:
    """A handler that answers 1xx is at fault: the client waits for a final answer (RFC 9110 section 15.2)."""
    dialogue = exchange(odd.port, head("GET", f"/status/{status}") + HOME)
    assert dialogue.statuses == [500, 200]
    assert dialogue.answers[1].body == b"home"


@pytest.mark.parametrize("status", [0, 42, 99, 1000, 65536])
def test_a_status_that_is_none_is_a_500(odd: Served, status: int) -> None:
    """A status has three digits (RFC 9110 section 15)."""
    assert exchange(odd.port, head("GET", f"/status/{status}") + HOME).statuses == [500, 200]


HEADS = [
    "/",
    "/short",
    "/long",
    "/short-stream",
    "/long-stream",
    "/stream/1",
    "/large",
    "/status/204",
    "/coding/chunked",
]


@pytest.mark.parametrize("path", HEADS)
def test_head_has_the_head_alone(odd: Served, path: str) -> None:
    """HEAD ends after the head (RFC 9110 section 9.3.2): the next answer on the connection is the next one's."""
    dialogue = exchange(odd.port, head("HEAD", path) + HOME, methods=["HEAD", "GET"])
    assert dialogue.answers[0].status in {200, 204, 500}
    assert dialogue.answers[0].body == b""
    assert (dialogue.statuses[1:], dialogue.answers[-1].body) == ([200], b"home")


def test_head_of_the_example_says_what_get_says(production: Served) -> None:
    """The fields of HEAD are those of GET (RFC 9110 section 9.3.2), for a handler, a file and a health check."""
    for target in ("/", "/api/tags", "/static/site.css", "/livez", "/nothing"):
        get, other = production.get(target), production.ask(head("HEAD", target), "HEAD")
        assert other.status == get.status, target
        assert other.body == b""
        for name in ("content-type", "content-length", "etag", "last-modified"):
            assert other.get(name) == get.get(name), (target, name)


def test_every_answer_has_a_date(production: Served) -> None:
    """An origin server with a clock sends `Date` (RFC 9110 section 6.6.1), in its only format (section 5.6.7)."""
    for data in (head("GET", "/api/tags"), head("GET", "/nothing"), b"nonsense\r\n\r\n"):
        date = production.ask(data).get("date")
        assert date is not None
        assert abs(time.mktime(time.strptime(date, "%a, %d %b %Y %H:%M:%S GMT")) - time.mktime(time.gmtime())) < 60


def test_connection_fields_of_a_handler_do_no_harm(odd: Served) -> None:
    """`Connection: close` of a handler is obeyed (RFC 9112 section 9.6): said, and done."""
    dialogue = exchange(odd.port, head("GET", "/connection") + HOME)
    if dialogue.answers[0].closes:
        assert (dialogue.statuses, dialogue.is_closed) == ([200], True)
    else:
        assert dialogue.statuses == [200, 200]


INJECTIONS = [
    "a\r\nX-Evil: 1",
    "a\nX-Evil: 1",
    "a\rX-Evil: 1",
    "a\r\n\r\n<script>",
    "a\0b",
    "a\x0bb",
    "a\x7f",
    "\r\n",
    "a\r\n X-Evil: 1",
    "\u560d\u560aX-Evil: 1",
    "a\u2028X-Evil: 1",
]


@pytest.mark.parametrize("value", INJECTIONS)
@pytest.mark.parametrize(
    "path", ["/field?name=X-Answer&value=", "/raw-field?name=x-answer&value=", "/cookie?value=", "/redirect?to=/"]
)
def test_a_value_cannot_become_a_header(odd: Served, path: str, value: str) -> None:
    """CR, LF, NUL and other controls in a value never split an answer (RFC 9110 section 5.5): refused or encoded."""
    dialogue = exchange(odd.port, head("GET", path + quote(value)) + HOME)
    first = dialogue.answers[0]
    assert not any("evil" in name for name, _ in first.fields)
    assert b"<script>" not in first.body
    assert dialogue.statuses[1:] == [200]
    assert dialogue.answers[1].body == b"home"


@pytest.mark.parametrize("name", ["x evil", "x:evil", "x\r\nx-evil", "", "x\0", "x\xe9", "x(", "x\t"])
def test_a_name_must_be_a_token(odd: Served, name: str) -> None:
    """The name of a header is a token (RFC 9110 section 5.1); anything else is the handler's fault, a 500."""
    for path in ("/field", "/raw-field"):
        dialogue = exchange(odd.port, head("GET", f"{path}?name={quote(name)}&value=a") + HOME)
        assert dialogue.statuses == [500, 200]


@pytest.mark.parametrize("path", ["/raises", "/raises-plain"])
@pytest.mark.parametrize("accept", ["application/json", "text/html", "*/*", "text/plain"])
def test_a_500_tells_nothing(odd: Served, path: str, accept: str) -> None:
    """In production an exception is a 500 that names neither its text nor a file; the log has both."""
    answer = odd.get(path, f"Accept: {accept}")
    assert answer.status == 500
    assert not any(word in answer.body for word in (SECRET, b"RuntimeError", b"Traceback", b".py", b"password"))
    assert "hunter2" in odd.log
    assert "Traceback" in odd.log


def test_a_stream_that_breaks_tells_nothing(odd: Served) -> None:
    """A failure in the middle of a body ends the connection without the last chunk (RFC 9112 section 8)."""
    with Wire(odd.port) as wire:
        found = wire.send(head("GET", "/breaks")).rest()
    assert b"begin" in found
    assert not found.endswith(b"0\r\n\r\n")
    assert SECRET not in found
