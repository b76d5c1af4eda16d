"""Dependencies with `scope="request"`: their second half runs when the answer has left, as a socket shows."""

import asyncio
import logging
import socket
import threading
import time
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import closing
from typing import Annotated, Any

import pytest

from vase import Depends, HTTPException, Request, StreamingResponse, Vase, WebSocket
from vase.exceptions import ConfigurationError
from vase.http import FileResponse, Response
from vase.testing import Client, LiveServer

events: list[str] = []


@pytest.fixture(autouse=True)
def no_events() -> None:
    events.clear()


async def late() -> AsyncIterator[str]:
    events.append("late opened")
    try:
        yield "late"
    except BaseException as error:
        events.append(f"late saw {type(error).__name__}")
        raise
    await asyncio.sleep(0.3)
    events.append("late closed")


def plain_late() -> Iterator[str]:
    yield "plain"
    time.sleep(0.3)
    events.append(f"plain closed in {threading.current_thread().name.partition('_')[0]}")


async def early() -> AsyncIterator[str]:
    yield "early"
    events.append("early closed")


Late = Annotated[str, Depends(late, scope="request")]
PlainLate = Annotated[str, Depends(plain_late, scope="request")]
Early = Annotated[str, Depends(early)]


def ask(server: LiveServer, path: str, method: str = "GET") -> tuple[float, bytes]:
    """Return how long the whole answer took, and the answer."""
    began = time.monotonic()
    with closing(socket.create_connection((server.host, server.port))) as connection:
        connection.sendall(f"{method} {path} HTTP/1.1\r\nhost: a\r\nconnection: close\r\n\r\n".encode())
        answer = b"".join(iter(lambda: connection.recv(65536), b""))
    return time.monotonic() - began, answer


def until(condition: Callable[[], bool]) -> None:
    end = time.monotonic() + 20
    while not condition():
        assert time.monotonic() < end, events
        time.sleep(0.01)


def test_the_client_does_not_wait_for_it() -> None:
    """The answer is whole, with its length, before the second half has run; the other dependency is closed before."""
    app = Vase()

    @app.get("/")
    async def handler(one: Late, two: Early) -> dict[str, str]:
        return {one: two}

    with LiveServer(app) as server:
        _, answer = ask(server, "/")
        assert events == ["late opened", "early closed"]
        until(lambda: "late closed" in events)
    assert answer.endswith(b'{"late":"early"}')
    assert b"content-length: 16" in answer.lower()
    assert b"content-type: application/json" in answer.lower()


@pytest.mark.parametrize("kind", ["text", "nothing", "response", "file", "made"])
def test_answers_of_all_kinds(kind: str, tmp_path: Any) -> None:
    """Whatever the handler returns goes out as it does without the dependency."""
    (tmp_path / "a.txt").write_text("file")
    made: dict[str, Callable[[], Any]] = {
        "text": lambda: "text",
        "nothing": lambda: None,
        "response": lambda: Response("response", 201),
        "file": lambda: FileResponse(tmp_path / "a.txt"),
        "made": lambda: {"made": 1},
    }
    app = Vase()

    @app.get("/late")
    async def with_it(one: Late) -> Any:
        return made[kind]()

    @app.get("/plain")
    async def without_it() -> Any:
        return made[kind]()

    def seen(answer: bytes) -> list[bytes]:
        return sorted(line for line in answer.split(b"\r\n") if not line.lower().startswith((b"x-request-id", b"date")))

    with LiveServer(app) as server:
        for method in ("GET", "HEAD"):
            events.clear()
            assert seen(ask(server, "/late", method)[1]) == seen(ask(server, "/plain", method)[1])
            until(lambda: "late closed" in events)


def test_handlers_in_threads() -> None:
    """A `def` handler with `def` dependencies: the second half runs in a thread, and nobody waits."""
    app = Vase()

    @app.get("/")
    def handler(one: PlainLate) -> str:
        return one

    with LiveServer(app) as server:
        _, answer = ask(server, "/")
        assert events == []
        assert answer.endswith(b"plain")
        until(lambda: bool(events))
    assert "MainThread" not in events[0]


def test_a_stream_keeps_it_open() -> None:
    """It is open until the last piece, and closed after it."""
    app = Vase()

    @app.get("/")
    async def handler(one: Late, two: Early) -> StreamingResponse:
        async def pieces() -> AsyncIterator[bytes]:
            for number in range(3):
                events.append(f"piece {number}")
                yield b"x" * 1000
                await asyncio.sleep(0.01)

        return StreamingResponse(pieces())

    with LiveServer(app) as server:
        _, answer = ask(server, "/")
        until(lambda: "late closed" in events)
    assert answer.count(b"x") >= 3000
    assert events == ["late opened", "piece 0", "piece 1", "piece 2", "early closed", "late closed"]


def test_a_client_that_leaves_still_closes_it() -> None:
    """In the middle of a stream, and before the handler has an answer."""
    app = Vase()
    reached = threading.Event()

    @app.get("/stream")
    async def stream(one: Late) -> StreamingResponse:
        async def pieces() -> AsyncIterator[bytes]:
            while True:
                yield b"x" * 65536
                reached.set()

        return StreamingResponse(pieces())

    @app.get("/slow")
    async def slow(one: Late) -> str:
        reached.set()
        await asyncio.sleep(30)
        return "never"

    with LiveServer(app) as server:
        for path in ("/stream", "/slow"):
            events.clear()
            reached.clear()
            with closing(socket.create_connection((server.host, server.port))) as connection:
                connection.sendall(f"GET {path} HTTP/1.1\r\nhost: a\r\n\r\n".encode())
                assert reached.wait(10)
            until(lambda: "late saw CancelledError" in events)


def test_an_error_of_the_handler_is_seen_before_the_answer() -> None:
    """What the handler raises goes through the dependency first, as it does in the other scope."""
    app = Vase()

    @app.get("/")
    async def handler(one: Late, two: Early) -> str:
        raise HTTPException(409)

    with Client(app) as client:
        assert client.get("/").status_code == 409
    assert events == ["late opened", "late saw HTTPException"]


def test_an_error_after_the_answer_is_logged(caplog: pytest.LogCaptureFixture) -> None:
    """Nobody can be told any more: the answer stands, and the log has the traceback."""
    app = Vase()

    async def fails() -> AsyncIterator[str]:
        yield "x"
        raise RuntimeError("too late")

    @app.get("/")
    async def handler(one: Annotated[str, Depends(fails, scope="request")]) -> str:
        return one

    with Client(app) as client, caplog.at_level(logging.ERROR, "vase.request"):
        assert client.get("/").text == "x"
    (record,) = caplog.records
    assert "after its answer had left" in record.message
    assert record.exc_info is not None


def test_middleware_that_answers_itself_closes_it() -> None:
    """An answer that is thrown away on its way counts as one that has left."""
    app = Vase()

    @app.middleware
    async def replace(request: Request, call_next: Any) -> Response:
        await call_next(request)
        return Response("mine")

    @app.get("/")
    async def handler(one: Late) -> str:
        return one

    with LiveServer(app) as server:
        assert ask(server, "/")[1].endswith(b"mine")
        until(lambda: "late closed" in events)


def test_the_server_waits_for_it_when_it_stops() -> None:
    """A server that stops lets second halves run to their end."""
    app = Vase()

    @app.get("/")
    async def handler(one: Late) -> str:
        return one

    with LiveServer(app) as server:
        ask(server, "/")
    assert "late closed" in events


def test_sockets_close_it_when_the_handler_returns() -> None:
    """A socket has no answer that leaves later."""
    app = Vase()

    @app.websocket("/")
    async def handler(socket: WebSocket, one: Late) -> None:
        await socket.accept()
        await socket.send_text(one)

    with Client(app) as client, client.websocket_connect("/") as connection:
        assert connection.receive_text() == "late"
    assert "late closed" in events


def test_a_late_one_must_not_need_an_early_one() -> None:
    """What it needs would be closed before it: a fault of the check, with the line."""
    app = Vase()

    async def middle(one: Early) -> str:
        return one

    async def needs(one: Annotated[str, Depends(middle)]) -> AsyncIterator[str]:
        yield one

    @app.get("/")
    async def handler(one: Annotated[str, Depends(needs, scope="request")]) -> str:
        return one

    with pytest.raises(ConfigurationError) as refused:
        app.ensure_valid()
    (fault,) = refused.value.messages
    assert fault.code == "di.E009"
    assert "early`, which is closed before" in fault.message
    assert fault.place is not None


def test_a_scope_that_is_none() -> None:
    app = Vase()

    @app.get("/")
    async def handler(one: Annotated[str, Depends(early, scope="session")]) -> str:
        return one

    assert [fault.code for fault in app.check()] == ["di.E009"]
