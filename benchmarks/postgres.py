"""PostgreSQL and SQLite with the same rows, in a folder that goes away."""

import contextlib
import os
import random
import shutil
import signal
import socket
import sqlite3
import subprocess
import time
from pathlib import Path

from scenarios import ROWS, item

_PLACES = sorted(Path("/usr/lib/postgresql").glob("*/bin"), reverse=True)
_OPTIONS = {
    "fsync": "off",
    "synchronous_commit": "off",
    "max_connections": "400",
    "unix_socket_directories": "''",
    "listen_addresses": "127.0.0.1",
    "logging_collector": "off",
    "log_min_messages": "fatal",
    "autovacuum": "off",
}


def free_port() -> int:
    """Return a free port below those that clients get, which could take it before the server does."""
    while True:
        port = random.randrange(20_000, 32_000)
        with contextlib.suppress(OSError), socket.create_server(("127.0.0.1", port)):
            return port


def make_sqlite(file: Path) -> None:
    """Write the rows into a SQLite file."""
    file.unlink(missing_ok=True)
    with sqlite3.connect(file) as database:
        database.execute("PRAGMA journal_mode = WAL")
        database.execute(
            "CREATE TABLE items (id INTEGER PRIMARY KEY, name VARCHAR(80) NOT NULL, quantity INTEGER NOT NULL)"
        )
        rows = [tuple(item(number).values()) for number in range(1, ROWS + 1)]
        database.executemany("INSERT INTO items VALUES (?, ?, ?)", rows)
        database.commit()
        database.execute("ANALYZE")
    database.close()


class Postgres:
    """A server on loopback, run by an account that owns nothing; stopped by its pid.

    Its processes stay on the load's core, so that the server's core is the contestant's alone.
    """

    def __init__(self, folder: Path, core: str) -> None:
        self.folder, self.core, self.port = folder / "postgres", core, free_port()
        self.process: subprocess.Popen[bytes] | None = None

    @property
    def address(self) -> str:
        return f"postgresql://bench@127.0.0.1:{self.port}/bench"

    @staticmethod
    def is_installed() -> bool:
        return bool(_PLACES)

    def _run(self, *words: str, stdin: bytes | None = None) -> None:
        done = subprocess.run([*self._account(), *words], input=stdin, capture_output=True, cwd="/")
        if done.returncode:
            raise RuntimeError(f"{words[0]}: {done.stderr.decode()[-500:]}")

    @staticmethod
    def _account() -> list[str]:
        """Return the words before a command: PostgreSQL refuses to run as root."""
        if os.geteuid() != 0:
            return []
        import pwd

        names = {entry.pw_name for entry in pwd.getpwall()}
        return [
            "setpriv",
            "--reuid",
            "postgres" if "postgres" in names else "nobody",
            "--regid",
            "nogroup",
            "--clear-groups",
        ]

    def start(self) -> None:
        self.folder.mkdir(parents=True)
        if account := self._account():
            shutil.chown(self.folder, account[2])
        place = _PLACES[0]
        data = str(self.folder / "data")
        self._run(
            str(place / "initdb"),
            "-D",
            data,
            "-U",
            "bench",
            "--auth",
            "trust",
            "--no-sync",
            "-E",
            "UTF8",
            "--locale",
            "C",
        )
        options = [word for name, value in _OPTIONS.items() for word in ("-c", f"{name}={value.strip(chr(39))}")]
        words = [*self._account(), str(place / "postgres"), "-D", data, "-p", str(self.port), *options]
        self.process = subprocess.Popen(
            ["taskset", "-c", self.core, *words], cwd="/", stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
        )
        for _ in range(100):
            time.sleep(0.1)
            ready = subprocess.run([place / "pg_isready", "-q", "-h", "127.0.0.1", "-p", str(self.port)])
            if ready.returncode == 0:
                break
        self._fill(place)

    def _fill(self, place: Path) -> None:
        rows = "\n".join("\t".join(str(value) for value in item(number).values()) for number in range(1, ROWS + 1))
        source = (
            "CREATE TABLE items (id integer PRIMARY KEY, name varchar(80) NOT NULL, quantity integer NOT NULL);\n"
            f"COPY items FROM stdin;\n{rows}\n\\.\nVACUUM ANALYZE items;\n"
        )
        words = ("-q", "-v", "ON_ERROR_STOP=1", "-h", "127.0.0.1", "-p", str(self.port), "-U", "bench")
        self._run(str(place / "createdb"), *words[3:], "bench")
        self._run(str(place / "psql"), *words, "-d", "bench", stdin=source.encode())

    def stop(self) -> None:
        if self.process is not None:
            self.process.send_signal(signal.SIGQUIT)  # at once: nothing in it is to be kept
            self.process.wait(30)
            self.process = None
        shutil.rmtree(self.folder, ignore_errors=True)
