"""Nobody holds a connection by saying nothing, or by saying it slowly; all time-outs are set to a second here."""

import time
from collections.abc import Callable

import pytest

from tests.conformance.served import Served
from tests.conformance.wire import HOST, SECONDS, Answer, Wire, head, in_threads

LATEST = 3.5
"""A second of time-out, half a second of the watch's steps, and a busy machine."""


def drip(wire: Wire, data: bytes, seconds: float) -> Answer | None:
    """Send octet by octet until the server says something; None when it just closes."""
    end = time.monotonic() + SECONDS
    index = 0
    while time.monotonic() < end and wire.is_silent(seconds):
        wire.send(data[index % len(data) : index % len(data) + 1])
        index += 1
    try:
        return wire.answer()
    except ConnectionError:
        return None


def nothing(wire: Wire) -> Answer | None:
    return None if wire.ends() else wire.answer()


def empty_lines(wire: Wire) -> Answer | None:
    wire.send(b"\r\n\r\n")
    return nothing(wire)


def half_a_request_line(wire: Wire) -> Answer | None:
    return wire.send(b"GET / HT").answer()


def half_a_head(wire: Wire) -> Answer | None:
    return wire.send(f"GET / HTTP/1.1\r\nHost: {HOST}\r\nX-".encode()).answer()


def a_slow_head(wire: Wire) -> Answer | None:
    wire.send(f"GET / HTTP/1.1\r\nHost: {HOST}\r\nX-Slow: ".encode())
    return drip(wire, b"abcdefgh", 0.2)


def endless_header_lines(wire: Wire) -> Answer | None:
    wire.send(f"GET / HTTP/1.1\r\nHost: {HOST}\r\n".encode())
    return drip(wire, b"X-A: b\r\n", 0.1)


def a_second_head(wire: Wire) -> Answer | None:
    assert wire.send(head("GET", "/livez")).answer().status == 200
    return wire.send(b"GET / HTTP/1.1\r\n").answer()


def idle_after_an_answer(wire: Wire) -> Answer | None:
    assert wire.send(head("GET", "/livez")).answer().status == 200
    return nothing(wire)


def no_body(wire: Wire) -> Answer | None:
    return wire.send(head("POST", "/api/articles", "Content-Type: application/json", "Content-Length: 100")).answer()


def a_slow_body(wire: Wire) -> Answer | None:
    wire.send(head("POST", "/api/articles", "Content-Type: application/json", "Content-Length: 100000") + b'{"a":"')
    return drip(wire, b"x", 0.05)


def a_slow_chunked_body(wire: Wire) -> Answer | None:
    wire.send(head("POST", "/api/articles", "Content-Type: application/json", "Transfer-Encoding: chunked"))
    return drip(wire, b"1\r\nx\r\n", 0.05)


def half_a_chunk_size(wire: Wire) -> Answer | None:
    return wire.send(
        head("POST", "/api/articles", "Content-Type: application/json", "Transfer-Encoding: chunked") + b"1"
    ).answer()


CASES: dict[Callable[[Wire], Answer | None], int | None] = {
    nothing: None,
    empty_lines: None,
    half_a_request_line: 408,
    half_a_head: 408,
    a_slow_head: 408,
    endless_header_lines: 408,
    a_second_head: 408,
    idle_after_an_answer: None,
    no_body: 408,
    a_slow_body: 408,
    a_slow_chunked_body: 408,
    half_a_chunk_size: 408,
}


def test_every_silence_ends(hurried: Served) -> None:
    """First octet, head, body and idling have a time-out each: 408 where a request had begun (RFC 9110 section 15.5.9).

    A silent connection is closed without a word (RFC 9112 section 9.5).
    """

    def play(case: Callable[[Wire], Answer | None]) -> tuple[str, int | None, bool]:
        began = time.monotonic()
        with Wire(hurried.port) as wire:
            answer = case(wire)
            is_over = wire.ends()
        took = time.monotonic() - began
        return case.__name__, answer.status if answer else None, is_over and 0.9 <= took <= LATEST

    assert in_threads(play, CASES) == [(case.__name__, status, True) for case, status in CASES.items()]


def test_three_hundred_silent_connections_hold_nobody_up(hurried: Served) -> None:
    """While 300 connections are silent and 300 send heads slowly, others are answered; then all 600 are gone."""
    silent = [Wire(hurried.port) for _ in range(300)]
    slow = [Wire(hurried.port).send(b"GET / HTTP/1.1\r\nHo") for _ in range(300)]
    began = time.monotonic()
    assert hurried.get("/api/tags").status == 200
    assert time.monotonic() - began < 1.5
    assert all(wire.ends() for wire in silent)
    assert all(wire.rest().startswith(b"HTTP/1.1 408 ") for wire in slow)
    assert time.monotonic() - began < 2 * LATEST
    for wire in silent + slow:
        wire.socket.close()


def test_a_steady_body_is_taken(hurried: Served) -> None:
    """A body that keeps the minimum rate may take longer than every time-out."""
    with Wire(hurried.port) as wire:
        wire.send(head("POST", "/api/articles", "Content-Type: application/json", "Content-Length: 1600") + b"[")
        for _ in range(16):
            time.sleep(0.15)
            wire.send(b" " * 99)
        assert wire.send(b" " * 14 + b"]").answer().status == 422


def test_a_slow_handler_is_not_the_clients_fault(odd: Served) -> None:
    """No time-out of a connection ends a request that has arrived: how long a handler may take is a layer's matter."""
    assert odd.get("/sleep/2.5").body == b"slept 2.5"


def test_a_client_that_takes_nothing_is_cut_off(hurried: Served) -> None:
    """An answer that nobody reads ends with RST after the write time-out, and holds no descriptor."""
    before = hurried.files
    wires = [Wire(hurried.port, receive_buffer=4096) for _ in range(8)]
    for wire in wires:
        # 200 answers of 8 KiB and more fill the kernel's buffers, whatever their size is.
        wire.send(head("GET", "/static/site.css") * 2000)
    began = time.monotonic()
    while hurried.files > before and time.monotonic() - began < 8:
        time.sleep(0.1)
    assert hurried.files <= before
    for wire in wires:
        wire.socket.close()


@pytest.mark.parametrize("pieces", [1, 7, 64])
def test_a_head_may_come_in_pieces(production: Served, pieces: int) -> None:
    """A head is the same head however the network cuts it (RFC 9112 section 2)."""
    data = head("GET", "/api/articles?limit=1", "Accept: application/json", "X-Long: " + "x" * 300)
    size = -(-len(data) // pieces)
    with Wire(production.port) as wire:
        for start in range(0, len(data), size):
            wire.send(data[start : start + size])
            time.sleep(0.002)
        assert wire.answer().status == 200
