"""`scope`, `receive` and `send` keep to the ASGI specification 3.0, on a real socket."""

import asyncio
import contextlib
import http.client
import inspect
import socket
import threading
import time
from collections.abc import Callable, Iterator
from typing import Any

import pytest

from vase import Vase
from vase.testing import LiveServer
from vase.urls import public


def hosting(app: Any, prefix: str = "/") -> Vase:
    site = Vase(settings={"MIDDLEWARE": [], "LIVEZ_URL": None, "READYZ_URL": None, "METRICS_URL": None})
    site.mount(prefix, app, auth=public)
    return site


def without_lifespan(app: Any) -> Any:
    """Return the application as one that knows requests alone: what it notes is about them."""

    async def http_only(scope, receive, send):
        if scope["type"] != "http":
            raise RuntimeError("no lifespan here")
        await app(scope, receive, send)

    return http_only


@contextlib.contextmanager
def served(app: Any, *, lifespan: bool = False) -> Iterator[LiveServer]:
    is_plain = inspect.iscoroutinefunction(app) and not lifespan
    with LiveServer(hosting(without_lifespan(app) if is_plain else app)) as server:
        yield server


def ask(
    server: LiveServer,
    method: str = "GET",
    target: str = "/",
    headers: dict[str, str] | None = None,
    body: bytes | None = None,
) -> tuple[int, dict[str, str], bytes]:
    connection = http.client.HTTPConnection(server.host, server.port, timeout=20)
    with contextlib.closing(connection):
        connection.request(method, target, body, headers or {})
        response = connection.getresponse()
        return response.status, dict(response.getheaders()), response.read()


def raw(server: LiveServer, data: bytes) -> bytes:
    """Send bytes and read until the server closes."""
    with socket.create_connection((server.host, server.port), timeout=20) as connection:
        connection.sendall(data)
        return b"".join(iter(lambda: connection.recv(65536), b""))


async def answer(send: Any, body: Any = b"ok", headers: Any = (), status: int = 200) -> None:
    await send({"type": "http.response.start", "status": status, "headers": list(headers)})
    await send({"type": "http.response.body", "body": body})


def wait_until(condition: Callable[[], bool], seconds: float = 10) -> None:
    end = time.monotonic() + seconds
    while not condition() and time.monotonic() < end:
        time.sleep(0.01)
    assert condition()


def test_the_scope_is_that_of_the_specification() -> None:
    """Every required key is there with its type; the path is decoded, the raw path and the query are as they came."""
    seen = {}

    async def app(scope, receive, send):
        seen.update(scope)
        await answer(send)

    with served(app) as server:
        ask(server, "POST", "/a%20b/%C3%A9?x=%20", {"X-Two": "Value", "Cookie": "a=1"}, b"")
    assert seen["type"] == "http"
    assert seen["asgi"] == {"version": "3.0", "spec_version": "2.4"}
    assert seen["http_version"] == "1.1"
    assert seen["method"] == "POST"
    assert seen["scheme"] == "http"
    assert seen["path"] == "/a b/é"
    assert seen["raw_path"] == b"/a%20b/%C3%A9"
    assert seen["query_string"] == b"x=%20"
    assert seen["root_path"] == ""
    assert isinstance(seen["headers"], list)
    assert (b"x-two", b"Value") in seen["headers"]
    assert (b"cookie", b"a=1") in seen["headers"]
    assert all(isinstance(name, bytes) and isinstance(value, bytes) for name, value in seen["headers"])
    assert seen["client"][0] == "127.0.0.1"
    assert isinstance(seen["client"][1], int)


def test_requests_share_no_scope() -> None:
    """What an application writes into its scope or its state is not there in the next request."""
    seen = []

    async def app(scope, receive, send):
        seen.append("mine" in scope or "mine" in scope["state"])
        scope["mine"] = scope["state"]["mine"] = True
        await answer(send)

    with served(app) as server:
        ask(server)
        ask(server)
    assert seen == [False, False]


def test_messages_are_read_once_and_then_the_client_is_waited_for() -> None:
    """The body is one message when it is there; after it `receive()` waits, and ends as the response does."""
    seen = []

    async def app(scope, receive, send):
        seen.append(await receive())
        waiting = asyncio.create_task(receive())  # takes a coroutine, so it must be one in all but name
        await asyncio.sleep(0)
        seen.append(waiting.done())
        await answer(send)
        seen.append(await waiting)
        seen.append(await receive())

    with served(app) as server:
        assert ask(server, "POST", "/", {}, b"body")[2] == b"ok"
        wait_until(lambda: len(seen) == 4)
    assert seen == [
        {"type": "http.request", "body": b"body", "more_body": False},
        False,
        {"type": "http.disconnect"},
        {"type": "http.disconnect"},
    ]


def test_whoever_stops_waiting_loses_no_message() -> None:
    """A cancelled `receive()` takes nothing away from the next one."""
    pieces = []

    async def app(scope, receive, send):
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(0.05):
                pieces.append(await receive())
        has_more = True
        while has_more:
            message = await receive()
            pieces.append(message["body"])
            has_more = message["more_body"]
        await answer(send, b"".join(pieces))

    with served(app) as server, socket.create_connection((server.host, server.port), timeout=20) as connection:
        connection.sendall(b"POST / HTTP/1.1\r\nhost: a\r\ncontent-length: 6\r\nconnection: close\r\n\r\n")
        time.sleep(0.2)
        connection.sendall(b"abc")
        time.sleep(0.1)
        connection.sendall(b"def")
        assert b"".join(iter(lambda: connection.recv(65536), b"")).endswith(b"abcdef")


def test_both_directions_stream_at_once() -> None:
    """Each piece is answered before the next one is sent: nothing is collected in between."""

    async def app(scope, receive, send):
        await send({"type": "http.response.start", "status": 200, "headers": []})
        has_more = True
        while has_more:
            message = await receive()
            has_more = message["more_body"]
            await send({"type": "http.response.body", "body": message["body"].upper(), "more_body": has_more})

    with served(app) as server, socket.create_connection((server.host, server.port), timeout=20) as connection:
        connection.sendall(b"POST / HTTP/1.1\r\nhost: a\r\ntransfer-encoding: chunked\r\nconnection: close\r\n\r\n")
        seen = b""
        for piece in (b"one", b"two", b"three"):
            connection.sendall(b"%x\r\n%s\r\n" % (len(piece), piece))
            while piece.upper() not in seen:
                received = connection.recv(65536)
                assert received, seen
                seen += received
        connection.sendall(b"0\r\n\r\n")
        rest = b"".join(iter(lambda: connection.recv(65536), b""))
        assert (seen + rest).endswith(b"0\r\n\r\n")


def test_the_head_leaves_before_a_body_that_takes_its_time() -> None:
    """A head is not held back until there is a body: a client sees it while the application waits."""
    going_on = threading.Event()

    async def app(scope, receive, send):
        await asyncio.sleep(0)
        await send({"type": "http.response.start", "status": 200, "headers": [(b"x-early", b"yes")]})
        await asyncio.to_thread(going_on.wait, 10)
        await send({"type": "http.response.body", "body": b"late"})

    with served(app) as server, socket.create_connection((server.host, server.port), timeout=5) as connection:
        connection.sendall(b"GET / HTTP/1.1\r\nhost: a\r\nconnection: close\r\n\r\n")
        assert b"x-early: yes" in connection.recv(65536)
        going_on.set()
        assert b"late" in b"".join(iter(lambda: connection.recv(65536), b""))


def test_a_slow_reader_slows_the_application_down() -> None:
    """`send()` waits when the client does not read: an endless answer stays small in memory."""
    sent = 0
    left: list[object] = []

    async def app(scope, receive, send):
        nonlocal sent
        await send({"type": "http.response.start", "status": 200, "headers": []})
        try:
            while True:
                await send({"type": "http.response.body", "body": b"x" * 65536, "more_body": True})
                sent += 1
        except OSError as error:
            left.append(error)
            left.append(await receive())

    with served(app) as server:
        with socket.create_connection((server.host, server.port), timeout=20) as connection:
            connection.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 65536)
            connection.sendall(b"GET / HTTP/1.1\r\nhost: a\r\n\r\n")
            connection.recv(1000)
            time.sleep(0.5)
            before = sent
            time.sleep(0.5)
            assert sent == before
            assert sent < 1000
        wait_until(lambda: len(left) == 2)
    assert left[1] == {"type": "http.disconnect"}


def test_an_application_is_told_that_its_client_left() -> None:
    """`http.disconnect` comes while the application still works on its answer, within a second."""
    told = []
    started = threading.Event()

    async def app(scope, receive, send):
        await receive()
        started.set()
        told.append(await receive())

    with served(app) as server:
        with socket.create_connection((server.host, server.port), timeout=20) as connection:
            connection.sendall(b"GET / HTTP/1.1\r\nhost: a\r\n\r\n")
            assert started.wait(10)
        wait_until(lambda: bool(told), seconds=5)
    assert told == [{"type": "http.disconnect"}]


async def raises_first(scope, receive, send):
    raise ValueError("on purpose")


async def raises_after_start(scope, receive, send):
    await send({"type": "http.response.start", "status": 200, "headers": [(b"content-length", b"10")]})
    raise ValueError("on purpose")


async def says_nothing(scope, receive, send):
    return None


async def too_short(scope, receive, send):
    await answer(send, b"short", [(b"content-length", b"10")])


async def too_long(scope, receive, send):
    await answer(send, b"much too long", [(b"content-length", b"3")])


async def two_lengths(scope, receive, send):
    await answer(send, b"abc", [(b"content-length", b"3"), (b"content-length", b"4")])


async def splits_a_header(scope, receive, send):
    await answer(send, b"", [(b"x-a", b"1\r\nx-b: 2")])


async def body_first(scope, receive, send):
    await send({"type": "http.response.body", "body": b"x"})


async def text_as_body(scope, receive, send):
    await answer(send, "text")


@pytest.mark.parametrize(
    "app",
    [
        raises_first,
        raises_after_start,
        says_nothing,
        too_short,
        too_long,
        two_lengths,
        splits_a_header,
        body_first,
        text_as_body,
    ],
)
def test_a_failure_before_the_answer_left_is_a_500(app) -> None:
    """The client gets a whole 500, and the connection is in step: the next request on it is answered, too."""
    with served(app) as server:
        connection = http.client.HTTPConnection(server.host, server.port, timeout=20)
        with contextlib.closing(connection):
            for _ in range(2):
                connection.request("GET", "/")
                response = connection.getresponse()
                response.read()
                assert response.status == 500


@pytest.mark.parametrize("length", [None, b"10"])
def test_a_failure_after_the_answer_left_closes_the_connection(length) -> None:
    """A body that breaks off is never followed by the next answer: the client sees that it is not whole."""

    async def app(scope, receive, send):
        headers = [] if length is None else [(b"content-length", length)]
        await send({"type": "http.response.start", "status": 200, "headers": headers})
        await send({"type": "http.response.body", "body": b"begin", "more_body": True})
        await asyncio.sleep(0.05)
        raise ValueError("on purpose")

    with served(app) as server:
        seen = raw(server, b"GET / HTTP/1.1\r\nhost: a\r\n\r\n" * 2)
    assert seen.count(b"HTTP/1.1") == 1
    assert b"begin" in seen
    assert not seen.endswith(b"0\r\n\r\n")


def test_a_streamed_body_never_passes_its_length() -> None:
    """What an application sends past its declared length is nobody's next answer."""

    async def app(scope, receive, send):
        await send({"type": "http.response.start", "status": 200, "headers": [(b"content-length", b"5")]})
        await send({"type": "http.response.body", "body": b"12345", "more_body": True})
        await send({"type": "http.response.body", "body": b"HTTP/1.1 200 OK\r\n\r\n"})

    with served(app) as server:
        seen = raw(server, b"GET / HTTP/1.1\r\nhost: a\r\nconnection: close\r\n\r\n")
    assert seen.count(b"HTTP/1.1") == 1
    assert seen.endswith(b"12345")


def test_a_head_request_has_no_body_and_the_application_does_not_notice() -> None:
    """The pieces that an application sends to HEAD go nowhere, streamed or not; its length stays."""
    ended = []

    async def app(scope, receive, send):
        await send({"type": "http.response.start", "status": 200, "headers": [(b"content-length", b"8")]})
        await send({"type": "http.response.body", "body": b"1234", "more_body": True})
        await asyncio.sleep(0)
        await send({"type": "http.response.body", "body": b"5678"})
        ended.append(True)

    with served(app) as server:
        status, headers, body = ask(server, "HEAD")
        wait_until(lambda: bool(ended))
    assert (status, headers["content-length"], body) == (200, "8", b"")


def test_large_bodies_pass_in_pieces() -> None:
    """A body that is not there yet when the application is called arrives whole, in several messages."""
    counts = []

    async def app(scope, receive, send):
        total, messages, has_more = 0, 0, True
        while has_more:
            message = await receive()
            total, messages, has_more = total + len(message["body"]), messages + 1, message["more_body"]
        counts.append(messages)
        await answer(send, str(total).encode())

    with served(app) as server:
        assert ask(server, "POST", "/", {}, bytes(3_000_000))[2] == b"3000000"
    assert counts[-1] > 1


def test_the_application_may_go_on_after_its_answer() -> None:
    """Work behind the answer does not hold the answer back, nor the next request of the connection."""
    going_on, ended = threading.Event(), threading.Event()

    async def app(scope, receive, send):
        await answer(send)
        await asyncio.to_thread(going_on.wait, 10)
        ended.set()

    with served(app) as server:
        assert ask(server)[2] == b"ok"
        assert not ended.is_set()
        going_on.set()
        assert ended.wait(10)


def test_the_state_of_the_lifespan_is_in_every_request() -> None:
    """The application starts before the first request and stops after the last; what it left is in each scope."""
    events = []

    async def app(scope, receive, send):
        if scope["type"] == "lifespan":
            assert (await receive())["type"] == "lifespan.startup"
            scope["state"]["pool"] = "open"
            await send({"type": "lifespan.startup.complete"})
            assert (await receive())["type"] == "lifespan.shutdown"
            events.append("stopped")
            await send({"type": "lifespan.shutdown.complete"})
        else:
            await answer(send, scope["state"]["pool"].encode())

    with served(app, lifespan=True) as server:
        assert ask(server)[2] == b"open"
        assert events == []
    assert events == ["stopped"]


def test_an_application_that_cannot_start_keeps_the_site_from_starting() -> None:
    """`lifespan.startup.failed` is an error with the application's own words."""
    from vase.exceptions import ConfigurationError

    async def app(scope, receive, send):
        await receive()
        await send({"type": "lifespan.startup.failed", "message": "no database"})

    with pytest.raises(ConfigurationError) as caught, served(app, lifespan=True):
        pass
    assert "hosting.E003" in caught.value.render()
    assert "no database" in caught.value.render()
