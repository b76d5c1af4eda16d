"""Ten thousand connections that do nothing, and two hundred that do a lot."""

import asyncio
import resource
import socket
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.conformance.served import ODD_ENVIRONMENT, Served, example_command, odd_command, serve
from tests.conformance.wire import Wire, head, in_threads
from tests.ports import free_port

pytestmark = pytest.mark.slow

IDLE = 10_000
ACTIVE = 200
SECONDS = 4.0
SPARE = 600
"""Descriptors for everything else on both sides."""


@pytest.fixture(scope="module")
def room() -> Iterator[int]:
    """How many idle connections the limits of this machine allow; the limit is raised as far as it may be."""
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    wanted = IDLE + ACTIVE + SPARE
    limit = wanted if hard == resource.RLIM_INFINITY else min(hard, wanted)
    resource.setrlimit(resource.RLIMIT_NOFILE, (max(soft, limit), hard))
    first, last = map(int, Path("/proc/sys/net/ipv4/ip_local_port_range").read_text().split())
    # One address of the loopback has so many ports; TIME_WAIT of earlier tests holds some of them.
    count = min(IDLE, limit - ACTIVE - SPARE, last - first - 6000)
    if count < IDLE:
        print(f"{count} idle connections instead of {IDLE}: {limit} descriptors, ports {first} to {last}")
    yield count
    resource.setrlimit(resource.RLIMIT_NOFILE, (soft, hard))


@pytest.fixture(scope="module")
def crowded(room: int, example: tuple[Path, dict[str, str]]) -> Iterator[Served]:
    """The example in production mode, started after the limit of descriptors was raised, which it inherits."""
    folder, environ = example
    port = free_port()
    with serve(example_command(port), port, folder, {**environ, "VASE_HTTP_IDLE_TIMEOUT_SECONDS": "120"}) as one:
        yield one


def open_idle(port: int, count: int) -> list[socket.socket]:
    """Open connections that have had one answer and are kept."""
    ask, clients = head("GET", "/livez"), []
    for start in range(0, count, 500):
        batch = [socket.create_connection(("127.0.0.1", port), 20) for _ in range(min(500, count - start))]
        for client in batch:
            client.sendall(ask)
        for client in batch:
            assert client.recv(4096).startswith(b"HTTP/1.1 200 ")
        clients += batch
    return clients


async def ask_steadily(port: int, target: str, end: float, took: list[float]) -> None:
    """Ask one thing after the other on one connection; each answer is checked."""
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    data = head("GET", target)
    try:
        while (began := time.monotonic()) < end:
            writer.write(data)
            answer = await reader.readuntil(b"\r\n\r\n")
            assert answer.startswith(b"HTTP/1.1 200 "), answer
            length = next(line for line in answer.split(b"\r\n") if line.lower().startswith(b"content-length:"))
            await reader.readexactly(int(length.split(b":")[1]))
            took.append(time.monotonic() - began)
            await asyncio.sleep(0.05)
    finally:
        writer.close()


async def two_hundred_active(port: int) -> list[float]:
    took: list[float] = []
    end = time.monotonic() + SECONDS
    targets = ["/livez", "/static/favicon.svg", "/api/tags", "/api/articles?limit=1", "/livez"]
    async with asyncio.TaskGroup() as group:
        for number in range(ACTIVE):
            group.create_task(ask_steadily(port, targets[number % len(targets)], end, took))
    return took


def test_ten_thousand_idle_connections_and_two_hundred_active_ones(crowded: Served, room: int) -> None:
    """No request fails and no connection is lost; the memory of an idle connection is stated (RFC 9112 section 9.3)."""
    assert crowded.get("/api/tags").status == 200
    for client in open_idle(crowded.port, 200):
        client.close()
    time.sleep(0.6)
    before = crowded.resident
    idle = open_idle(crowded.port, room)
    time.sleep(0.5)
    each = (crowded.resident - before) / room
    took = sorted(asyncio.run(two_hundred_active(crowded.port)))
    print(
        f"{room} idle connections: {each:.0f} octets of memory each; beside them {len(took)} requests in {SECONDS} s, "
        f"p50 {took[len(took) // 2] * 1000:.1f} ms, p99 {took[len(took) * 99 // 100] * 1000:.1f} ms, none failed"
    )
    assert len(took) > ACTIVE * 2
    assert each < 16 * 1024
    for client in idle[:: max(1, room // 100)]:
        client.sendall(head("GET", "/livez"))
        assert client.recv(4096).startswith(b"HTTP/1.1 200 ")
    for client in idle:
        client.close()


def test_their_memory_comes_back(crowded: Served, room: int) -> None:
    """After the crowd has gone, the next crowd of the same size lives in the memory of the first."""
    for client in open_idle(crowded.port, room):
        client.close()
    time.sleep(1)
    before = crowded.resident
    for client in open_idle(crowded.port, room):
        client.close()
    time.sleep(1)
    assert crowded.resident - before < room * 4096


def test_a_worker_out_of_descriptors_recovers(tmp_path: Path) -> None:
    """With every descriptor taken new clients wait, the worker does not spin, and serves again when some leave."""
    port = free_port()
    command = ["sh", "-c", 'ulimit -n 256; exec "$@"', "sh", *odd_command(port)]
    with serve(command, port, tmp_path, ODD_ENVIRONMENT) as server:
        clients = [Wire(port) for _ in range(400)]
        time.sleep(0.5)
        worker = Path(f"/proc/{server.worker}/stat")
        spent = sum(map(int, worker.read_text().split()[13:15]))
        time.sleep(1)
        assert sum(map(int, worker.read_text().split()[13:15])) - spent < 50
        for client in clients[:300]:
            client.socket.close()
        assert in_threads(lambda _: server.get("/livez").status, range(20)) == [200] * 20
        for client in clients[300:]:
            client.socket.close()
