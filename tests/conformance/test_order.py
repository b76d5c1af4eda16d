"""Who sends several requests, or stops sending, still gets every answer, in order (RFC 9112 sections 9.3.2, 9.6)."""

import json
import time

import pytest

from tests.conformance.served import Served
from tests.conformance.wire import HOST, LAST, Wire, exchange, head, request, until

GARBAGE = {
    "a nonsense line": b"nonsense\r\n\r\n",
    "a bare LF": b"GET / HTTP/1.1\n\n",
    "no host": b"GET / HTTP/1.1\r\n\r\n",
    "two lengths": head("GET", "/", "Content-Length: 1", "Content-Length: 2"),
    "another version": b"GET / HTTP/3.0\r\n\r\n",
    "a header that is too long": head("GET", "/", "X: " + "a" * 70000),
    "a bad chunk": head("POST", "/upload", "Transfer-Encoding: chunked") + b"x\r\n",
    "TLS": b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03",
    "NUL": b"\0" * 64,
}


def test_pipelined_requests_are_answered_in_order(odd: Served) -> None:
    """A slow first answer is not overtaken by quick ones, from Python or from Rust (RFC 9112 section 9.3.2)."""
    data = (
        head("GET", "/sleep/0.4") + head("GET", "/livez") + head("GET", "/sleep/0.1") + head("GET", "/nothing") + LAST
    )
    began = time.monotonic()
    dialogue = exchange(odd.port, data)
    assert dialogue.statuses == [200, 200, 200, 404, 200]
    assert [answer.body for answer in dialogue.answers[:3]] == [b"slept 0.4", b"ok", b"slept 0.1"]
    assert time.monotonic() - began < 3


def test_many_pipelined_requests_of_the_example(production: Served) -> None:
    """A hundred requests in one write, of handlers in threads, coroutines, files and Rust, in order."""
    targets = ["/api/articles?limit=1", "/api/tags", "/static/site.css", "/livez", "/nothing"] * 20
    dialogue = exchange(production.port, b"".join(head("GET", target) for target in targets) + LAST)
    assert dialogue.statuses == [200, 200, 200, 200, 404] * 20 + [200]
    kinds = [answer.get("content-type") for answer in dialogue.answers[:5]]
    assert kinds == [
        "application/json",
        "application/json",
        "text/css; charset=utf-8",
        "text/plain; charset=utf-8",
        "application/problem+json",
    ]
    assert b"articlesCount" in dialogue.answers[95].body


def test_pipelined_bodies_end_where_they_end(odd: Served) -> None:
    """Bodies of both framings, read, streamed and ignored, leave the next request whole (RFC 9112 section 6)."""
    chunked = b"3\r\nabc\r\n2;x=y\r\nde\r\n0\r\nX: a\r\n\r\n"
    data = (
        request("POST", "/upload", b"12345")
        + head("POST", "/body", "Transfer-Encoding: chunked")
        + chunked
        + request("POST", "/ignore", b"GET /raises HTTP/1.1\r\n\r\n")
        + head("POST", "/upload", "Transfer-Encoding: chunked")
        + chunked
        + request("POST", "/body", b"")
        + LAST
    )
    dialogue = exchange(odd.port, data)
    assert dialogue.statuses == [200] * 6
    assert [answer.body for answer in dialogue.answers[:5]] == [b"5", b"5", b"not read", b"5", b"0"]


@pytest.mark.parametrize("name", GARBAGE)
def test_an_early_400_does_not_overtake_a_good_answer(odd: Served, name: str) -> None:
    """Garbage behind a slow good request: first its answer, then the refusal (RFC 9112 sections 2.2 and 9.3.2)."""
    dialogue = exchange(odd.port, head("GET", "/sleep/0.2") + GARBAGE[name])
    assert dialogue.answers[0].body == b"slept 0.2"
    assert len(dialogue.statuses) == 2
    assert dialogue.statuses[1] in {400, 414, 431, 505}
    assert dialogue.is_closed or name == "no host"


def test_an_early_refusal_is_not_lost_in_a_reset(production: Served) -> None:
    """A client that still sends its body can read why it was refused (RFC 9112 section 9.6: a lingering close)."""
    for _ in range(20):
        with Wire(production.port) as wire:
            wire.send(head("POST", "/api/articles", f"Content-Length: {20 * 1024 * 1024}") + b"x" * 500_000)
            assert wire.answer().status == 413


def test_a_half_closed_connection_is_answered(production: Served, odd: Served) -> None:
    """FIN after the request is no farewell (RFC 9112 section 9.6): handlers, files and Rust answer, then close."""
    for server, data in (
        (production, head("GET", "/api/articles?limit=1")),
        (production, head("GET", "/api/tags")),
        (production, head("GET", "/static/site.css")),
        (production, head("GET", "/livez")),
        (production, head("GET", "/nothing")),
        (odd, request("POST", "/body", b"x" * 300_000)),
        (odd, head("POST", "/upload", "Transfer-Encoding: chunked") + b"3\r\nabc\r\n0\r\n\r\n"),
        (odd, head("GET", "/sleep/0.2")),
        (odd, head("GET", "/stream/2")),
    ):
        with Wire(server.port) as wire:
            answer = wire.send(data).half_close().answer()
            assert answer.status in {200, 404}, data
            assert wire.ends()


def test_a_half_closed_pipeline_is_answered(production: Served) -> None:
    """All requests before FIN are answered, in order (RFC 9112 section 9.6)."""
    with Wire(production.port) as wire:
        wire.send(head("GET", "/api/tags") + head("GET", "/nothing") + head("GET", "/livez")).half_close()
        assert [wire.answer().status for _ in range(3)] == [200, 404, 200]
        assert wire.ends()


def test_connections_are_kept_as_the_client_says(production: Served) -> None:
    """HTTP/1.1 persists unless `close` is said; HTTP/1.0 closes unless `keep-alive` is (RFC 9112 section 9.3)."""
    ten = f"GET /livez HTTP/1.0\r\nHost: {HOST}\r\n"
    for data, expected in (
        (head("GET", "/livez") + LAST, [200, 200]),
        (head("GET", "/livez", "Connection: Close") + LAST, [200]),
        (head("GET", "/livez", "Connection: x, close , y") + LAST, [200]),
        (head("GET", "/livez", "Connection: closed") + LAST, [200, 200]),
        ((ten + "\r\n").encode() + LAST, [200]),
        ((ten + "Connection: keep-alive\r\n\r\n").encode() + LAST, [200, 200]),
    ):
        dialogue = exchange(production.port, data)
        assert (dialogue.statuses, dialogue.is_closed) == (expected, True), data


def test_http_1_0_gets_no_chunks(odd: Served) -> None:
    """A stream to a client of HTTP/1.0 ends with the connection, without `Transfer-Encoding` (RFC 9112 section 6.1)."""
    with Wire(odd.port) as wire:
        wire.send(f"GET /stream/1 HTTP/1.0\r\nHost: {HOST}\r\n\r\n".encode())
        answer = wire.answer()
    assert answer.get("transfer-encoding") is None
    assert answer.body == b"x" * 1024 * 1024


def test_a_client_that_leaves_cancels_its_handler(odd: Served) -> None:
    """FIN or RST while a handler waits cancels it within a second or so, and ends a stream that nobody takes."""

    def seen(name: str) -> int:
        return int(odd.get(f"/seen/{name}").body)

    for leave in (Wire.reset, lambda wire: wire.socket.close()):
        cancelled, ended = seen("cancelled"), seen("ended")
        waiting, streaming = Wire(odd.port), Wire(odd.port, receive_buffer=4096)
        waiting.send(head("GET", "/waits"))
        streaming.send(head("GET", "/stream/64"))
        assert streaming.interim() == 200
        time.sleep(0.1)
        began = time.monotonic()
        leave(waiting)
        leave(streaming)
        until(lambda now=cancelled: seen("cancelled") == now + 1)  # type: ignore[misc]
        until(lambda now=ended: seen("ended") == now + 1)  # type: ignore[misc]
        assert time.monotonic() - began < 2.5


def test_a_client_that_leaves_in_its_upload_ends_it(odd: Served) -> None:
    """The handler hears of it, nothing is logged as an error, and the request is counted as left."""
    before = odd.log.count("Traceback")
    for _ in range(5):
        with Wire(odd.port) as wire:
            wire.send(head("POST", "/upload", "Content-Length: 1000000") + b"x" * 1000)
    for path in ("/body", "/item"):
        with Wire(odd.port) as wire:
            wire.send(head("POST", path, "Content-Type: application/json", "Content-Length: 1000000") + b"{")
    time.sleep(0.3)
    until(lambda: odd.metric("vase_requests_in_flight") <= 1)
    assert odd.log.count("Traceback") == before


def test_a_hundred_clients_at_once_get_their_own_answers(production: Served) -> None:
    """Interleaved requests on many connections never mix (must hold for every limit): bodies say who asked."""
    wires = [Wire(production.port) for _ in range(100)]
    for number, wire in enumerate(wires):
        wire.send(head("GET", f"/nothing-{number}", f"X-Request-ID: client-{number:04d}"))
    for number, wire in enumerate(wires):
        answer = wire.answer()
        assert answer.get("x-request-id") == json.loads(answer.body)["request_id"]
        assert number is not None
        wire.socket.close()
