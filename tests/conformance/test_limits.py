"""Everything that a client can make long has a bound, and is stopped before it costs memory."""

import time
from collections.abc import Iterator

import pytest

from tests.conformance.served import Served
from tests.conformance.wire import HOST, LAST, Answer, Wire, exchange, head

MIB = 1024 * 1024
LIMIT = 8 * MIB
"""The default of `DATA_UPLOAD_MAX_MEMORY_SIZE`."""

JSON = "Content-Type: application/json"
CHUNKED = "Transfer-Encoding: chunked"


def repeated(start: bytes, piece: bytes) -> Iterator[bytes]:
    """Give a beginning, and then the same without end, in pieces of 64 KiB."""
    yield start
    block = piece * (65536 // len(piece) + 1)
    while True:
        yield block


START = f"POST /api/articles HTTP/1.1\r\nHost: {HOST}\r\n".encode()
BODY = head("POST", "/api/articles", JSON, CHUNKED)
ENDLESS = {
    "empty lines": (b"", b"\r\n", {400}),
    "a method": (b"", b"A", {400, 414, 501}),
    "a target": (b"GET /", b"a", {414}),
    "a query": (b"GET /?", b"a=b&", {414}),
    "a version": (b"GET / HTTP/1.1", b"1", {400, 414}),
    "a header name": (START, b"a", {431}),
    "a header value": (START + b"X: ", b"a", {431}),
    "header lines": (START, b"X-A: b\r\n", {431}),
    "empty header lines": (START, b"X:\r\n", {431}),
    "a chunk size": (BODY, b"0", {400}),
    "a chunk size of digits": (BODY, b"1", {400}),
    "a chunk extension": (BODY + b"1;", b"a", {400}),
    "a chunk extension's value": (BODY + b'1;a="', b"b", {400}),
    "extensions of many chunks": (BODY, b"1;aaaaaaaaaaaaaaaa=bbbbbbbbbbbbbbbbbbbbbb\r\nx\r\n", {400}),
    "white space after a chunk size": (BODY + b"1", b" ", {400}),
    "a trailer": (BODY + b"0\r\nX: ", b"a", {400, 431}),
    "trailers": (BODY + b"0\r\n", b"X: a\r\n", {400, 431}),
}


@pytest.mark.parametrize("name", ENDLESS)
def test_what_has_no_end_is_stopped(production: Served, name: str) -> None:
    """Each part of a message has a bound (RFC 9110 section 2.3, RFC 9112 sections 2.2, 3, 7.1.1, 7.1.2, RFC 6585 5).

    It is refused before 1.2 MiB are read, and memory stays where it was.
    """
    start, piece, statuses = ENDLESS[name]
    before, sent = production.resident, 0
    with Wire(production.port) as wire:
        for data in repeated(start, piece):
            wire.send(data)
            sent += len(data)
            if sent > 8 * MIB or not wire.is_silent(0.002):
                break
        answer = wire.answer()
        assert wire.ends()
    assert answer.status in statuses
    assert answer.closes
    # What the kernel's own buffers hold was sent, but not read.
    assert sent < 8 * MIB
    assert production.resident - before < 8 * MIB


def lines(count: int) -> list[str]:
    return [f"X-{number}: a" for number in range(count)]


HEADS = {
    "100 header lines": (head("GET", "/livez", *lines(99)), 200),
    "101 header lines": (head("GET", "/livez", *lines(100)), 431),
    "a line of 60 KiB": (head("GET", "/livez", "X: " + "a" * 60 * 1024), 200),
    "a line of 70 KiB": (head("GET", "/livez", "X: " + "a" * 70 * 1024), 431),
    "a head of 70 KiB in lines": (head("GET", "/livez", *(f"X-{n}: " + "a" * 1000 for n in range(70))), 431),
    "a target of 8 000 octets": (head("GET", "/" + "a" * 7999), 404),
    "a target of 60 KiB": (head("GET", "/" + "a" * 60 * 1024), 404),
    "a target of 70 KiB": (head("GET", "/" + "a" * 70 * 1024), 414),
    "a method of 33 octets": (head("A" * 33, "/"), 501),
    "an empty line before": (b"\r\n" + head("GET", "/livez"), 200),
    "two empty lines before": (b"\r\n\r\n" + head("GET", "/livez"), 200),
    "17 empty lines before": (b"\r\n" * 17 + head("GET", "/livez"), 400),
}


@pytest.mark.parametrize("name", HEADS)
def test_where_heads_end(production: Served, name: str) -> None:
    """A target of 8,000 octets must pass (RFC 9112 section 3); 414 and 431 tell what was too long."""
    data, status = HEADS[name]
    before = production.python_calls
    assert exchange(production.port, data + LAST).statuses == ([status, 200] if status in {200, 404} else [status])
    assert production.python_calls == before


CHUNKS = {
    "sixteen digits": (b"0000000000000002\r\n[]\r\n0\r\n\r\n", 422),
    "seventeen digits": (b"00000000000000002\r\n[]\r\n0\r\n\r\n", 400),
    "a size past 64 bits": (b"10000000000000002\r\n[]\r\n0\r\n\r\n", 400),
    "a short extension": (b"2;name=value\r\n[]\r\n0\r\n\r\n", 422),
    "a quoted extension": (b'2;name="a;b\\"c"\r\n[]\r\n0\r\n\r\n', 422),
    "an extension of 15 KiB": (b"2;" + b"a" * 15 * 1024 + b"\r\n[]\r\n0\r\n\r\n", 422),
    "an extension of 17 KiB": (b"2;" + b"a" * 17 * 1024 + b"\r\n[]\r\n0\r\n\r\n", 400),
    "a trailer": (b"2\r\n[]\r\n0\r\nX: a\r\n\r\n", 422),
    "trailers of 7 KiB": (b"2\r\n[]\r\n0\r\nX: " + b"a" * 7 * 1024 + b"\r\n\r\n", 422),
    "trailers of 9 KiB": (b"2\r\n[]\r\n0\r\nX: " + b"a" * 9 * 1024 + b"\r\n\r\n", 400),
}


@pytest.mark.parametrize("name", CHUNKS)
def test_where_chunks_end(production: Served, name: str) -> None:
    """Sizes, extensions and trailers have bounds that no honest client meets (RFC 9112 section 7.1 asks for them)."""
    body, status = CHUNKS[name]
    assert exchange(production.port, BODY + body + LAST).statuses == ([status, 200] if status == 422 else [status])


@pytest.mark.parametrize("coding", ["chunked", "Chunked", "CHUNKED", " \t chunked \t "])
def test_a_coding_has_no_case(production: Served, coding: str) -> None:
    """Names of transfer codings know no case (RFC 9112 section 7), and white space around them is none of theirs."""
    data = head("POST", "/api/articles", JSON, f"Transfer-Encoding:{coding}") + b"2\r\n[]\r\n0\r\n\r\n"
    assert exchange(production.port, data + LAST).statuses == [422, 200]


def test_the_largest_chunk_is_only_a_long_one(production: Served) -> None:
    """A size of 2**64 - 1 reserves nothing and overflows nothing (RFC 9112 section 7.1); a body cut short is a 400."""
    before = production.resident
    for size in (b"ffffffffffffffff", b"fffffffffffffffe", b"7fffffffffffffff", b"100000000", b"ffffffff"):
        with Wire(production.port) as wire:
            wire.send(BODY + size + b"\r\n[]").half_close()
            assert wire.answer().status == 400, size
    assert production.resident - before < 8 * MIB


def declared(port: int, length: int, *more: str) -> Answer:
    with Wire(port) as wire:
        return wire.send(head("POST", "/api/articles", JSON, f"Content-Length: {length}", *more)).answer()


@pytest.mark.parametrize("length", [LIMIT + 1, 20 * MIB, 2**32 + 1, 2**63])
def test_a_declared_body_is_refused_before_it_is_read(production: Served, length: int) -> None:
    """413 by `Content-Length` alone: not one octet of the body was sent (RFC 9110 section 15.5.14)."""
    before = production.python_calls
    answer = declared(production.port, length)
    assert (answer.status, answer.closes) == (413, True)
    assert production.python_calls == before


def test_a_client_that_asks_first_never_sends_too_much(production: Served) -> None:
    """`Expect: 100-continue` and too large a body is a 413 and no 100 (RFC 9110 section 10.1.1)."""
    with Wire(production.port) as wire:
        wire.send(head("POST", "/api/articles", JSON, f"Content-Length: {LIMIT + 1}", "Expect: 100-continue"))
        assert wire.interim() == 413
    with Wire(production.port) as wire:
        wire.send(head("POST", "/api/articles", JSON, "Content-Length: 2", "Expect: 100-continue"))
        assert wire.interim() == 100
        assert wire.send(b"[]").answer().status == 422


def test_a_chunked_body_is_refused_when_it_is_too_large(production: Served) -> None:
    """413 while a chunked body arrives, near the limit, with bounded memory, and the client can read it."""
    before, sent = production.resident, 0
    with Wire(production.port) as wire:
        wire.send(BODY)
        chunk = b"10000\r\n" + b" " * 65536 + b"\r\n"
        while sent < 32 * MIB and wire.is_silent(0.001):
            wire.send(chunk)
            sent += 65536
        answer = wire.answer()
        assert wire.ends()
    assert answer.status == 413
    # The body goes on in buffers of the kernel while the answer is on its way.
    assert sent <= LIMIT + 10 * MIB
    assert production.resident - before < 32 * MIB


def test_a_body_of_exactly_the_limit_is_taken(production: Served) -> None:
    """8 MiB are allowed, however they come."""
    body = b"[" + b" " * (LIMIT - 2) + b"]"
    whole = head("POST", "/api/articles", JSON, f"Content-Length: {len(body)}") + body
    chunked = BODY + b"%x\r\n" % len(body) + body + b"\r\n0\r\n\r\n"
    assert [exchange(production.port, data + LAST).statuses for data in (whole, chunked)] == [[422, 200]] * 2


def test_a_route_that_takes_no_body_is_limited_too(odd: Served) -> None:
    """The limit holds for handlers that ignore the body, and for those that stream it."""
    for path in ("/ignore", "/upload", "/body", "/item"):
        with Wire(odd.port) as wire:
            wire.send(head("POST", path, JSON, f"Content-Length: {LIMIT + 1}"))
            assert wire.answer().status == 413, path


def test_a_long_upload_to_a_streaming_handler_costs_no_memory(odd: Served) -> None:
    """What a handler reads piece by piece is never held whole: 8 MiB twenty times, in turn, cost less than 16 MiB."""
    assert odd.ask(head("POST", "/upload", "Content-Length: 3") + b"abc").body == b"3"
    before = odd.resident
    data = head("POST", "/upload", f"Content-Length: {LIMIT}")
    body = b"x" * LIMIT
    with Wire(odd.port) as wire:
        for _ in range(20):
            assert wire.send(data).send(body).answer().body == str(LIMIT).encode()
    time.sleep(0.1)
    assert odd.resident - before < 16 * MIB
