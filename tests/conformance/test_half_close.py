"""A client that closes its sending half waits for its answer; one that closes altogether has left (RFC 9112, 9.6)."""

import socket
import time
from collections.abc import Iterator
from contextlib import closing, contextmanager

from tests.conformance.served import Served
from tests.conformance.wire import until

INTERIM = b"HTTP/1.1 100 Continue\r\n\r\n"


@contextmanager
def half_closed(port: int, path: str, version: str) -> Iterator[socket.socket]:
    with closing(socket.create_connection(("127.0.0.1", port), timeout=10)) as client:
        client.sendall(f"GET {path} {version}\r\nHost: localhost\r\n\r\n".encode())
        client.shutdown(socket.SHUT_WR)
        yield client


def everything(client: socket.socket) -> bytes:
    return b"".join(iter(lambda: client.recv(65536), b""))


def test_a_half_closed_client_gets_its_answer(odd: Served) -> None:
    """However long the handler takes: it is asked with an interim answer, and drops it (RFC 9110 section 15.2.1)."""
    with half_closed(odd.port, "/sleep/2.0", "HTTP/1.1") as client:
        answer = everything(client)
    assert answer.startswith(INTERIM + b"HTTP/1.1 200 ")
    assert answer.count(INTERIM) == 1
    assert answer.endswith(b"slept 2.0")


def test_a_quick_answer_needs_no_question(odd: Served) -> None:
    """A handler that is done within half a second answers a half-closed client like any other."""
    with half_closed(odd.port, "/sleep/0.1", "HTTP/1.1") as client:
        answer = everything(client)
    assert answer.startswith(b"HTTP/1.1 200 ")
    assert answer.endswith(b"slept 0.1")


def test_a_client_of_http_10_is_not_asked(odd: Served) -> None:
    """It knows no interim answers (RFC 9110 section 15.2): after half a second of silence it is taken for gone."""
    with half_closed(odd.port, "/sleep/5.0", "HTTP/1.0") as client:
        began = time.monotonic()
        assert everything(client) == b""
    assert time.monotonic() - began < 4


def test_a_client_that_leaves_cancels_its_handler(odd: Served) -> None:
    """A plain close sends the same FIN; the question finds out."""
    before = odd.get("/seen/cancelled").body
    with closing(socket.create_connection(("127.0.0.1", odd.port), timeout=10)) as client:
        client.sendall(b"GET /waits HTTP/1.1\r\nHost: localhost\r\n\r\n")
        time.sleep(0.2)
    until(lambda: odd.get("/seen/cancelled").body != before)
