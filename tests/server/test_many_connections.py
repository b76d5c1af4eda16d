"""Ten thousand clients that keep their connection, and two hundred that use theirs."""

import resource
import socket
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from tests.server.conftest import Server

pytestmark = pytest.mark.slow

IDLE, ACTIVE, ROUNDS = 10_000, 200, 25
MOST_BYTES = 32 * 1024
"""What an idle connection may cost the worker; 12 to 14 KiB were seen."""
REQUEST = b"GET / HTTP/1.1\r\nHost: localhost\r\n\r\n"


@pytest.fixture(autouse=True)
def many_descriptors() -> Iterator[None]:
    """Let this process and the server that it starts have a descriptor for each connection."""
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    needed = IDLE + ACTIVE + 300
    if hard != resource.RLIM_INFINITY and hard < needed:
        pytest.skip(f"the hard limit of descriptors is {hard}, and {needed} are needed (`ulimit -Hn`)")
    resource.setrlimit(resource.RLIMIT_NOFILE, (max(soft, needed) if soft != resource.RLIM_INFINITY else soft, hard))
    yield
    resource.setrlimit(resource.RLIMIT_NOFILE, (soft, hard))


def resident(pid: str) -> int:
    """Return how many bytes of memory a process has."""
    lines = Path(f"/proc/{pid}/status").read_text().splitlines()
    return 1024 * next(int(line.split()[1]) for line in lines if line.startswith("VmRSS"))


def ask_all(clients: list[socket.socket]) -> int:
    """Let each client send a request, then read all answers; return how many are good."""
    for client in clients:
        client.sendall(REQUEST)
    good = 0
    for client in clients:
        answer = client.recv(4096)
        good += answer.startswith(b"HTTP/1.1 200 ") and answer.endswith(b"home")
    return good


def test_ten_thousand_idle_and_two_hundred_active(start: Callable[..., Server]) -> None:
    """No request fails, no idle connection is lost, and its memory is small."""
    server = start()
    worker = server.get("/pid")
    before = resident(worker)
    idle: list[socket.socket] = []
    try:
        for _ in range(IDLE):
            idle.append(socket.create_connection(("127.0.0.1", server.port), timeout=20))
            assert ask_all(idle[-1:]) == 1
        each = (resident(worker) - before) / IDLE
        print(f"\n{each:,.0f} bytes for each idle connection")
        active = [socket.create_connection(("127.0.0.1", server.port), timeout=20) for _ in range(ACTIVE)]
        assert [ask_all(active) for _ in range(ROUNDS)] == [ACTIVE] * ROUNDS
        for client in active:
            client.close()
        assert sum(ask_all(idle[start : start + 500]) for start in range(0, IDLE, 500)) == IDLE
    finally:
        for client in idle:
            client.close()
    assert each < MOST_BYTES
