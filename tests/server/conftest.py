"""A served site in processes of its own, as its users run it."""

import http.client
import os
import signal
import subprocess
import sys
import threading
import time
import urllib.request
from collections.abc import Callable, Iterator
from contextlib import closing
from pathlib import Path
from typing import NamedTuple, Self

import pytest

from tests.ports import free_port

SITE = """
import asyncio
import os
import time

from vase import Vase, inline

app = Vase()


@app.get("/")
async def home() -> str:
    return "home"


@app.get("/pid")
@inline
def pid() -> str:
    return str(os.getpid())


@app.get("/second")
async def second() -> str:
    await asyncio.sleep(1)
    return "a second later"


@app.get("/blocks")
async def blocks_the_loop() -> str:
    time.sleep(2)
    return "at last"


@app.get("/stuck")
def stuck() -> str:
    time.sleep(20)
    return "too late"


if __name__ == "__main__":
    import sys

    app.run(port=int(sys.argv[1]), workers=int(sys.argv[2]))
"""


class Server:
    """A running server."""

    def __init__(self, process: "subprocess.Popen[bytes]", port: int, log: Path) -> None:
        self.process, self.port, self._log = process, port, log

    @property
    def log(self) -> str:
        return self._log.read_text()

    def get(self, path: str, timeout: float = 10) -> str:
        with urllib.request.urlopen(f"http://127.0.0.1:{self.port}{path}", timeout=timeout) as response:
            return str(response.read().decode())

    def pids(self, tries: int = 60) -> set[str]:
        """The workers that answer now."""
        return {self.get("/pid") for _ in range(tries)}

    def signal(self, number: signal.Signals) -> None:
        self.process.send_signal(number)

    def wait(self, timeout: float = 15) -> int:
        return self.process.wait(timeout)


@pytest.fixture
def launch(tmp_path: Path) -> Iterator[Callable[..., Server]]:
    """Runs a Python file with a port and further words; what still runs after the test is stopped."""
    servers: list[Server] = []

    def begin(file: str, *words: object) -> Server:
        port, log = free_port(), tmp_path / "log.txt"
        with log.open("wb") as errors:
            process = subprocess.Popen(
                [sys.executable, file, str(port), *map(str, words)],
                stdout=subprocess.DEVNULL,
                stderr=errors,
                env={**os.environ, "PYTHONUNBUFFERED": "1"},
                cwd=tmp_path,
            )
        server = Server(process, port, log)
        servers.append(server)
        until(lambda: answers(port) or process.poll() is not None)
        assert process.poll() is None, server.log
        return server

    yield begin
    for server in servers:
        if server.process.poll() is None:
            server.process.send_signal(signal.SIGINT)
            try:
                server.process.wait(5)
            except subprocess.TimeoutExpired:
                server.process.kill()
                server.process.wait()


@pytest.fixture
def start(tmp_path: Path, launch: Callable[..., Server]) -> Callable[..., Server]:
    """Starts the site above with some workers."""

    def begin(workers: int = 1) -> Server:
        (tmp_path / "site_under_test.py").write_text(SITE)
        return launch("site_under_test.py", workers)

    return begin


def answers(port: int) -> bool:
    try:
        with urllib.request.urlopen(f"http://127.0.0.1:{port}/", timeout=5) as response:
            return bool(response.status == 200)
    except OSError:
        return False


def until(condition: Callable[[], bool], seconds: float = 30) -> None:
    end = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < end, "it did not happen in time"
        time.sleep(0.05)


class Answer(NamedTuple):
    seconds: float
    status: int
    text: str


class Reader:
    """A client that asks for the page every ten milliseconds, with a new connection each time."""

    def __init__(self, server: Server) -> None:
        self._server = server
        self._stop = threading.Event()
        self._thread = threading.Thread(target=self._read, daemon=True)
        self.answers: list[Answer] = []
        self.failures: list[str] = []

    @property
    def last(self) -> Answer:
        return self.answers[-1]

    @property
    def longest(self) -> float:
        return max(answer.seconds for answer in self.answers)

    def sees(self, word: str) -> Callable[[], bool]:
        return lambda: word in self.last.text

    def _read(self) -> None:
        while not self._stop.wait(0.01):
            began = time.monotonic()
            try:
                with closing(http.client.HTTPConnection("127.0.0.1", self._server.port, timeout=10)) as connection:
                    connection.request("GET", "/", headers={"accept": "text/html"})
                    response = connection.getresponse()
                    text = response.read().decode()
            except Exception as failure:  # noqa: BLE001  # whatever it is, it is a failure
                self.failures.append(repr(failure))
            else:
                self.answers.append(Answer(time.monotonic() - began, response.status, text))

    def __enter__(self) -> Self:
        self._thread.start()
        until(lambda: bool(self.answers))
        return self

    def __exit__(self, *_: object) -> None:
        self._stop.set()
        self._thread.join(15)
