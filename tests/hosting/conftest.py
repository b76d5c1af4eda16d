"""Servers of the same application side by side: Vase's and the one that its users know."""

import contextlib
import http.client
import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

from tests.ports import free_port

ROOT = Path(__file__).parents[2]
START_SECONDS = 120


@dataclass
class Answer:
    status: int
    headers: list[tuple[str, str]]
    body: bytes

    @property
    def shown(self) -> tuple[int, list[tuple[str, str]], bytes]:
        """All that a client may rely on: not when it was sent and by whom, and not how its body was cut."""
        passed = {"date", "server", "transfer-encoding"}
        if self.status == 204:
            passed.add("content-length")  # which must not be there, RFC 9110 section 8.6
        headers = [(name.lower(), value) for name, value in self.headers if name.lower() not in passed]
        # The order of different names says nothing, RFC 9110 section 5.3; the sort keeps that of equal ones.
        return self.status, sorted(headers, key=lambda field: field[0]), self.body

    def header(self, name: str) -> str | None:
        return next((value for key, value in self.headers if key.lower() == name), None)


class Served:
    """An application on a real socket."""

    def __init__(self, port: int, process: subprocess.Popen[bytes], log: Path) -> None:
        self.port, self.process, self.log = port, process, log

    def connection(self) -> http.client.HTTPConnection:
        return http.client.HTTPConnection("127.0.0.1", self.port, timeout=20)

    def ask(self, method: str, target: str, headers: dict[str, str] | None = None, body: bytes | None = None) -> Answer:
        with contextlib.closing(self.connection()) as connection:
            # A server that refuses a large body answers before it has read all of it.
            with contextlib.suppress(BrokenPipeError, ConnectionResetError):
                connection.request(method, target, body, {"host": "site.example", **(headers or {})})
            response = connection.getresponse()
            return Answer(response.status, response.getheaders(), response.read())

    def open(self) -> socket.socket:
        return socket.create_connection(("127.0.0.1", self.port), timeout=20)


def command(server: str, target: str, port: int, *more: str) -> list[str]:
    if server == "vase":
        return [sys.executable, "-m", "vase", "serve", target, str(port), *more]
    if server == "uvicorn":
        return [sys.executable, "-m", "uvicorn", target, "--port", str(port), "--loop", "uvloop", *more]
    if server == "granian":
        return [sys.executable, "-m", "granian", "--interface", "asgi", target, "--port", str(port), *more]
    return [sys.executable, "-m", "hypercorn", target, "--bind", f"127.0.0.1:{port}", *more]


@contextlib.contextmanager
def serving(folder: Path, server: str, target: str, *more: str) -> Iterator[Served]:
    """Start a server, wait until it takes connections, and stop it after the block."""
    port = free_port()
    log = folder / f"{server}-{port}.log"
    with log.open("wb") as output:
        process = subprocess.Popen(
            command(server, target, port, *more),
            stdout=output,
            stderr=subprocess.STDOUT,
            env={**os.environ, "PYTHONPATH": str(ROOT), "PYTHONWARNINGS": "ignore", "PYTHONHASHSEED": "0"},
        )
    try:
        wait_for(port, process, log)
        yield Served(port, process, log)
    finally:
        process.send_signal(signal.SIGTERM)
        try:
            process.wait(20)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()


def wait_for(port: int, process: subprocess.Popen[bytes], log: Path) -> None:
    end = time.monotonic() + START_SECONDS
    while time.monotonic() < end:
        if process.poll() is not None:
            raise RuntimeError(f"the server ended with {process.returncode}: {log.read_text()}")
        with contextlib.suppress(OSError), socket.create_connection(("127.0.0.1", port), timeout=1) as probe:
            probe.sendall(b"GET /text HTTP/1.1\r\nhost: a\r\nconnection: close\r\n\r\n")
            if probe.recv(1):
                return
        time.sleep(0.05)
    raise TimeoutError(f"the server did not answer: {log.read_text()}")


@pytest.fixture(scope="session")
def logs(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("servers")
