"""WSGI applications are called as PEP 3333 says; `wsgiref.validate` watches."""

import contextlib
import http.client
import socket
import time
from typing import Any
from wsgiref.validate import validator

import pytest

from tests.hosting.test_asgi import ask, served


def ok(start_response: Any, *headers: tuple[str, str], status: str = "200 OK") -> Any:
    return start_response(status, [("Content-Type", "text/plain"), *headers])


def test_the_validator_has_no_complaint() -> None:
    """The standard library's validator wraps the application and checks both sides of every call."""
    failures = []

    def app(environ, start_response):
        ok(start_response)
        body = environ["wsgi.input"].read(int(environ.get("CONTENT_LENGTH") or 0))
        return [environ["REQUEST_METHOD"].encode(), b" ", body]

    checked = validator(app)

    def watched(environ, start_response):
        try:
            return checked(environ, start_response)
        except AssertionError as error:
            failures.append(error)
            raise

    with served(watched) as server:
        assert ask(server)[2] == b"GET "
        assert (
            ask(server, "POST", "/a%20b/?q=1", {"Content-Type": "text/plain", "X-A": "1"}, b"body")[2] == b"POST body"
        )
        assert ask(server, "HEAD")[2] == b""
    assert failures == []


@pytest.mark.parametrize("value", ["é", "\xc3\xa9"])
def test_octets_of_a_header_leave_as_they_are(value) -> None:
    """Each character of a value is an octet, be they UTF-8 or not; a character that is none ends in an error."""

    def app(environ, start_response):
        ok(start_response, ("X-Name", value if environ["PATH_INFO"] == "/" else "€"))
        return [b"ok"]

    with served(app) as server:
        _, headers, _ = ask(server)
        assert headers["x-name"] == value
        assert ask(server, "GET", "/other")[0] == 500


def test_the_environ_says_what_the_request_said() -> None:
    """Names and values as PEP 3333 has them; text holds one byte in each character."""
    seen = {}

    def app(environ, start_response):
        seen.update(environ)
        ok(start_response)
        return [b"ok"]

    with served(app) as server:
        headers = {"Content-Type": "text/x", "X-Two": "b", "X_Spoofed": "c", "Cookie": "a=1"}
        ask(server, "PUT", "/a%20b/%C3%A9%2F?x=%20", headers, b"12")
    assert seen["REQUEST_METHOD"] == "PUT"
    assert seen["SCRIPT_NAME"] == ""
    assert seen["PATH_INFO"].encode("latin-1").decode() == "/a b/é/"
    assert seen["QUERY_STRING"] == "x=%20"
    assert seen["CONTENT_TYPE"] == "text/x"
    assert seen["CONTENT_LENGTH"] == "2"
    assert seen["HTTP_X_TWO"] == "b"
    assert "HTTP_X_SPOOFED" not in seen
    assert seen["HTTP_COOKIE"] == "a=1"
    assert seen["SERVER_PROTOCOL"] == "HTTP/1.1"
    assert seen["wsgi.url_scheme"] == "http"
    assert seen["REMOTE_ADDR"] == "127.0.0.1"
    assert seen["SERVER_NAME"] == "127.0.0.1"
    assert seen["SERVER_PORT"].isdigit()
    assert (seen["wsgi.multithread"], seen["wsgi.run_once"]) == (True, False)


def test_a_large_body_is_read_in_pieces_and_lines() -> None:
    """`wsgi.input` blocks until there is more, and ends where the body ends."""

    def app(environ, start_response):
        source = environ["wsgi.input"]
        first, line = source.read(3), source.readline()
        lines = sum(1 for _ in source)
        ok(start_response)
        return [f"{first!r} {line!r} {lines} {source.read()!r}".encode()]

    body = b"abcdef\n" + b"x" * 9 + b"\n" + b"0123456789\n" * 200_000
    with served(app) as server:
        assert ask(server, "POST", "/", {}, body)[2] == b"b'abc' b'def\\n' 200001 b''"


def test_a_chunked_body_is_read_to_its_end() -> None:
    """A chunked body has no length that anybody knows; `wsgi.input_terminated` says that reading to the end is safe."""

    def app(environ, start_response):
        ok(start_response)
        return [str(environ["wsgi.input_terminated"]).encode(), b" ", environ["wsgi.input"].read()]

    request = b"POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\nConnection: close\r\n\r\n"
    with served(app) as server, socket.create_connection((server.host, server.port), timeout=20) as connection:
        connection.sendall(request + b"4\r\none \r\n3\r\ntwo\r\n0\r\n\r\n")
        answer = b"".join(iter(lambda: connection.recv(65536), b""))
    assert answer.endswith(b"True one two")


def test_iterables_are_closed_and_write_comes_first() -> None:
    """`close()` runs once however the answer ended; what was written stands before what is returned."""
    closed = []

    class Pieces:
        def __iter__(self):
            yield b""
            yield b"two "
            yield b"three"

        def close(self):
            closed.append(True)

    def app(environ, start_response):
        write = ok(start_response)
        write(b"one ")
        return Pieces()

    with served(app) as server:
        assert ask(server)[2] == b"one two three"
        end = time.monotonic() + 5
        while not closed and time.monotonic() < end:
            time.sleep(0.01)
    assert closed == [True]


def test_start_response_may_be_called_with_the_first_piece() -> None:
    """A generator calls `start_response` only when it is pulled."""

    def app(environ, start_response):
        ok(start_response, status="201 Created")
        yield b"made"

    with served(app) as server:
        assert ask(server)[::2] == (201, b"made")


def test_an_error_may_replace_a_head_that_has_not_left() -> None:
    """`start_response` with `exc_info` changes the answer while it can."""

    def app(environ, start_response):
        ok(start_response)
        error = ValueError("on purpose")
        start_response("503 Later", [("Content-Type", "text/plain")], (type(error), error, None))
        return [b"sorry"]

    with served(app) as server:
        assert ask(server)[::2] == (503, b"sorry")


def fails(environ, start_response):
    raise ValueError("on purpose")


def says_nothing(environ, start_response):
    return [b"x"]


def starts_twice(environ, start_response):
    ok(start_response)
    ok(start_response)
    return [b"x"]


def declares_more(environ, start_response):
    ok(start_response, ("Content-Length", "10"))
    return [b"short"]


def declares_less(environ, start_response):
    ok(start_response, ("Content-Length", "3"))
    return [b"too long"]


@pytest.mark.parametrize("app", [fails, says_nothing, starts_twice, declares_more, declares_less])
def test_a_failure_is_a_500_and_the_connection_stays_in_step(app) -> None:
    """The client gets a whole 500, and the next request on the connection is answered, too."""
    with served(app) as server:
        connection = http.client.HTTPConnection(server.host, server.port, timeout=20)
        with contextlib.closing(connection):
            for _ in range(2):
                connection.request("GET", "/")
                response = connection.getresponse()
                response.read()
                assert response.status == 500
