"""Sites in processes of their own, and what may be asked about such a process."""

import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path

from tests.conformance.wire import HOST, Answer, Wire, head, until

__all__ = [
    "ODD_ENVIRONMENT",
    "ROOT",
    "Served",
    "example_command",
    "migrated_example",
    "odd_command",
    "serve",
]

ROOT = Path(__file__).parent.parent.parent

ODD_ENVIRONMENT = {"VASE_HTTP_WRITE_TIMEOUT_SECONDS": "60", "PYTHONUNBUFFERED": "1", "PYTHONPATH": str(ROOT)}
"""The environment of `odd_site.py`; its answers may be read slowly."""


class Served:
    """A running server with one worker.

    Args:
        process: The supervisor.
        port: Where it listens.
        log: The file that has its standard output and error.
    """

    def __init__(self, process: "subprocess.Popen[bytes]", port: int, log: Path) -> None:
        self.process, self.port, self._log = process, port, log

    @property
    def log(self) -> str:
        return self._log.read_text(errors="replace")

    def ask(self, data: bytes, method: str = "GET") -> Answer:
        """Send one request on a new connection and return its answer."""
        with Wire(self.port) as wire:
            return wire.send(data).answer(method)

    def get(self, target: str, *lines: str) -> Answer:
        return self.ask(head("GET", target, *lines))

    def metric(self, name: str) -> float:
        """The value of a metric without labels."""
        for line in self.get("/metrics").body.decode().splitlines():
            if line.startswith(f"{name} "):
                return float(line.removeprefix(name))
        raise AssertionError(f"there is no metric {name}")

    @property
    def python_calls(self) -> float:
        return self.metric("vase_python_calls_total")

    @property
    def worker(self) -> int:
        """The pid of the worker."""
        children = self.children
        assert len(children) == 1, f"the supervisor has the children {children}"
        return children[0]

    @property
    def children(self) -> list[int]:
        """The pids of the supervisor's processes."""
        pid = self.process.pid
        return [int(child) for child in Path(f"/proc/{pid}/task/{pid}/children").read_text().split()]

    @property
    def resident(self) -> int:
        """Octets of memory that the worker has."""
        return self._memory("VmRSS:")

    @property
    def peak(self) -> int:
        """Octets of memory that the worker had when it had most, since `forget_peak`."""
        return self._memory("VmHWM:")

    def forget_peak(self) -> int:
        """Let the peak begin anew; return the octets that the worker has now."""
        Path(f"/proc/{self.worker}/clear_refs").write_text("5")
        return self.resident

    def _memory(self, name: str) -> int:
        for line in Path(f"/proc/{self.worker}/status").read_text().splitlines():
            if line.startswith(name):
                return int(line.split()[1]) * 1024
        raise AssertionError(f"the kernel does not tell {name} of the worker")

    @property
    def seconds(self) -> float:
        """Seconds of the processor that the worker has used: a busy machine makes them no longer."""
        fields = Path(f"/proc/{self.worker}/stat").read_text().rpartition(")")[2].split()
        return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")

    @property
    def files(self) -> int:
        """File descriptors of the worker, connections among them."""
        return len(list(Path(f"/proc/{self.worker}/fd").iterdir()))

    @property
    def connections(self) -> int:
        """Sockets of the worker."""
        found = 0
        for one in Path(f"/proc/{self.worker}/fd").iterdir():
            try:
                found += str(one.readlink()).startswith("socket:")
            except FileNotFoundError:
                continue
        return found

    def access(self, marker: str) -> list[dict[str, object]]:
        """The lines of the access log whose target has a marker."""
        lines = [line for line in self.log.splitlines() if line.startswith("{")]
        return [entry for entry in map(json.loads, lines) if marker in str(entry.get("target"))]


@contextmanager
def serve(command: list[str], port: int, folder: Path, environ: Mapping[str, str]) -> Iterator[Served]:
    """Start a server, wait until it answers, stop it by its pid in the end."""
    log = folder / f"server-{port}.log"
    with log.open("wb") as output:
        process = subprocess.Popen(
            command, stdout=output, stderr=subprocess.STDOUT, env={**os.environ, **environ}, cwd=ROOT
        )
    try:
        _wait(process, port, log)
        server = Served(process, port, log)
        # At first there is another child, which looks for warnings and goes.
        until(lambda: len(server.children) == 1, 30)
        yield server
    finally:
        if process.poll() is None:
            process.send_signal(signal.SIGINT)
            try:
                process.wait(10)
            except subprocess.TimeoutExpired:
                process.kill()
                process.wait()


def _wait(process: "subprocess.Popen[bytes]", port: int, log: Path) -> None:
    end = time.monotonic() + 60
    while time.monotonic() < end:
        assert process.poll() is None, log.read_text(errors="replace")
        try:
            with Wire(port) as wire:
                if wire.send(head("GET", "/livez")).answer().status == 200:
                    return
        except OSError:
            time.sleep(0.05)
    raise AssertionError("the server does not answer:\n" + log.read_text(errors="replace"))


def production_environment(folder: Path) -> dict[str, str]:
    """Return what the production settings of the example ask the environment for."""
    return {
        "SECRET_KEY": "a key for the tests of a served site, long enough to be accepted as one 0123456789",
        "ALLOWED_HOSTS": HOST,
        "DATABASE_URL": f"sqlite:///{folder / 'site.sqlite3'}",
        "STATIC_ROOT": str(folder / "staticfiles"),
        # The layer stays in place and counts; its limit would end the tests, which all come from one address.
        "VASE_RATE_LIMIT": "100000000/minute",
        "VASE_SETTINGS_MODULE": "config.settings.production",
        "PYTHONUNBUFFERED": "1",
    }


def migrated_example(folder: Path) -> dict[str, str]:
    """Fill a database with the sample data; return the environment of the site that has it."""
    environ = production_environment(folder)
    for command in ("migrate", "loadsample"):
        subprocess.run(
            [sys.executable, "manage.py", command],
            check=True,
            capture_output=True,
            env={**os.environ, **environ},
            cwd=ROOT,
        )
    return environ


def example_command(port: int) -> list[str]:
    """Return the command that serves the example as in production."""
    return [sys.executable, "manage.py", "runserver", "--prod", f"127.0.0.1:{port}"]


def odd_command(port: int) -> list[str]:
    """Return the command that serves `odd_site.py`."""
    return [sys.executable, str(ROOT / "tests" / "conformance" / "odd_site.py"), str(port)]
