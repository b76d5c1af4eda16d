"""What only a socket shows: streams, back-pressure, clients that leave, threads, the counter of Python calls."""

import asyncio
import http.client
import socket
import threading
import time
from collections.abc import AsyncIterator, Iterator
from contextlib import closing
from contextvars import ContextVar
from typing import NamedTuple

import pytest

from vase import Request, Router, StreamingResponse, Vase, inline
from vase.testing import LiveServer

cancelled: list[str] = []
pieces_made: list[int] = []
variable: ContextVar[int] = ContextVar("variable", default=0)


router = Router()


@router.get("/inline")
@inline
def inline_handler() -> str:
    return threading.current_thread().name


@router.get("/plain")
def plain() -> str:
    return threading.current_thread().name


@router.get("/task")
async def task() -> str:
    await asyncio.sleep(0)
    current = asyncio.current_task()
    return "task" if current is not None else "none"


@router.get("/no-task")
async def no_task() -> str:
    return "no task needed"


@router.get("/sleep/{seconds:float}")
async def sleep(seconds: float) -> str:
    await asyncio.sleep(seconds)
    return "slept"


@router.get("/block")
def block() -> str:
    time.sleep(1)
    return "blocked"


@router.get("/wait")
async def wait() -> str:
    try:
        await asyncio.sleep(30)
    except asyncio.CancelledError:
        cancelled.append("wait")
        raise
    return "never"


@router.get("/context")
async def context() -> int:
    variable.set(variable.get() + 1)
    await asyncio.sleep(0)
    return variable.get()


@router.get("/numbers")
async def numbers() -> StreamingResponse:
    async def made() -> AsyncIterator[bytes]:
        for number in range(5):
            yield f"{number}\n".encode()
            await asyncio.sleep(0.01)

    return StreamingResponse(made(), media_type="text/plain")


@router.get("/endless")
async def endless() -> StreamingResponse:
    async def made() -> AsyncIterator[bytes]:
        try:
            while True:
                pieces_made.append(1)
                yield b"x" * 65536
        finally:
            cancelled.append("endless")

    return StreamingResponse(made())


@router.get("/broken")
async def broken() -> StreamingResponse:
    async def made() -> AsyncIterator[bytes]:
        yield b"begin"
        await asyncio.sleep(0.01)
        raise RuntimeError("broken on purpose")

    return StreamingResponse(made())


@router.post("/upload")
async def upload(request: Request) -> str:
    size = 0
    async for piece in request.stream():
        size += len(piece)
    return str(size)


@router.post("/body")
async def body(request: Request) -> str:
    first, second = await request.body(), await request.body()
    return f"{len(first)} {first == second}"


@pytest.fixture(scope="module")
def server() -> Iterator[LiveServer]:
    app = Vase()
    app.include(router)
    with LiveServer(app) as one:
        yield one


class Answer(NamedTuple):
    status: int
    headers: http.client.HTTPMessage
    body: bytes


def ask(server: LiveServer, method: str, path: str, body: bytes | None = None) -> Answer:
    with closing(http.client.HTTPConnection(server.host, server.port, timeout=10)) as connection:
        connection.request(method, path, body=body)
        response = connection.getresponse()
        return Answer(response.status, response.headers, response.read())


def get(server: LiveServer, path: str) -> Answer:
    return ask(server, "GET", path)


def test_the_ways_of_calling(server: LiveServer) -> None:
    """An inline handler runs on the loop's thread, a `def` elsewhere, an `async def` that waits in a task."""
    assert get(server, "/inline").body == b"vase-live-server"
    assert get(server, "/plain").body != b"vase-live-server"
    assert get(server, "/task").body == b"task"
    assert get(server, "/no-task").body == b"no task needed"


def test_a_context_of_its_own(server: LiveServer) -> None:
    """What one request sets in a context variable no other request sees."""
    assert [get(server, "/context").body for _ in range(3)] == [b"1"] * 3


def test_a_hundred_sleepers_sleep_together(server: LiveServer) -> None:
    """Handlers that wait do so at the same time."""
    began = time.perf_counter()
    threads = [threading.Thread(target=lambda: get(server, "/sleep/0.5").body) for _ in range(100)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert time.perf_counter() - began < 3


def test_blocking_handlers_do_not_stop_the_others(server: LiveServer) -> None:
    """Ten `def` handlers that sleep leave the loop and further `def` handlers free."""
    threads = [threading.Thread(target=lambda: get(server, "/block").body) for _ in range(10)]
    for thread in threads:
        thread.start()
    time.sleep(0.1)
    assert get(server, "/inline").status == 200
    assert get(server, "/plain").status == 200
    assert all(thread.is_alive() for thread in threads)
    for thread in threads:
        thread.join()


def test_a_stream_arrives_piece_by_piece(server: LiveServer) -> None:
    """A streamed answer is chunked and whole."""
    response = get(server, "/numbers")
    assert response.headers["transfer-encoding"] == "chunked"
    assert response.body == b"0\n1\n2\n3\n4\n"


def test_a_stream_waits_for_its_reader(server: LiveServer) -> None:
    """A client that does not read stops the generator, and one that leaves ends it."""
    pieces_made.clear()
    client = socket.create_connection((server.host, server.port))
    client.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 65536)
    client.sendall(b"GET /endless HTTP/1.1\r\nHost: localhost\r\n\r\n")
    time.sleep(0.5)
    before = len(pieces_made)
    time.sleep(0.3)
    assert len(pieces_made) == before < 400
    client.close()
    until(lambda: "endless" in cancelled)


def test_a_stream_that_breaks_is_not_taken_for_whole(server: LiveServer) -> None:
    """An exception in the middle of a body breaks the connection off instead of ending the body."""
    with pytest.raises(http.client.IncompleteRead):
        get(server, "/broken")


def test_a_client_that_leaves_cancels_its_handler(server: LiveServer) -> None:
    """A closed connection reaches the handler as a cancellation within a second or so."""
    client = socket.create_connection((server.host, server.port))
    client.sendall(b"GET /wait HTTP/1.1\r\nHost: localhost\r\n\r\n")
    time.sleep(0.1)
    client.close()
    until(lambda: "wait" in cancelled)


def test_a_client_that_only_stops_sending_is_answered(server: LiveServer) -> None:
    """A half-closed connection still gets its answer (RFC 9112 section 9.6)."""
    client = socket.create_connection((server.host, server.port))
    client.sendall(b"GET /task HTTP/1.1\r\nHost: localhost\r\n\r\n")
    client.shutdown(socket.SHUT_WR)
    client.settimeout(5)
    answer = b""
    while data := client.recv(65536):
        answer += data
    client.close()
    assert answer.endswith(b"task")


def test_bodies_of_all_sizes(server: LiveServer) -> None:
    """A body may be read whole, twice, or streamed."""
    for size in (0, 1, 70_000, 3_000_000):
        for path, expected in (("/upload", f"{size}"), ("/body", f"{size} True")):
            assert ask(server, "POST", path, b"x" * size).body.decode() == expected


def test_what_rust_answers_leaves_python_alone(server: LiveServer) -> None:
    """A 404, a 405, a redirect, OPTIONS and `/livez` do not touch Python."""
    before = server.ask("python_calls")
    assert get(server, "/nothing").status == 404
    assert get(server, "/livez").status == 200
    assert get(server, "/metrics").status == 200
    response = ask(server, "DELETE", "/task")
    assert (response.status, response.headers["allow"]) == (405, "GET, HEAD, OPTIONS")
    assert server.ask("python_calls") == before
    assert get(server, "/inline").status == 200
    assert server.ask("python_calls") == before + 1


def until(condition: object, seconds: float = 4) -> None:
    assert callable(condition)
    end = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < end, "it did not happen in time"
        time.sleep(0.02)
