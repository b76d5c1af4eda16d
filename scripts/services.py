"""Start the servers that tests need, on free ports of the loopback with throw-away data, and stop them afterwards.

    python scripts/services.py -- pytest      run a command with TEST_POSTGRES and TEST_REDIS set

A variable that is set already is left alone: the tests then use that server. A server that is missing is installed with
apt where that is allowed (to root); else its variable stays unset, and the tests that need it say why they are skipped.
"""

import contextlib
import os
import pwd
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from pathlib import Path

POSTGRES = "TEST_POSTGRES"
REDIS = "TEST_REDIS"
START_SECONDS = 30.0


class Missing(Exception):  # noqa: N818  # a reason, not a fault
    """A server that cannot be had here; the text is the reason."""


@contextlib.contextmanager
def postgres(*, install: bool = False) -> Iterator[str]:
    """Run a PostgreSQL server and give the URL of an empty database on it."""
    binaries = _find_postgres()
    if not binaries and install:
        _apt("postgresql")
        binaries = _find_postgres()
    if not binaries:
        raise Missing("PostgreSQL is not installed (Debian: `apt-get install postgresql`)")
    with _directory("vase-postgres-", "postgres") as (folder, owner):
        data, port = folder / "data", _free_port()
        _run(
            owner,
            [f"{binaries}/initdb", "-D", str(data), "--username=vase", "-A", "trust", "-E", "UTF8", "--locale=C", "-N"],
        )
        command = [f"{binaries}/postgres", "-D", str(data), "-p", str(port), "-h", "127.0.0.1", "-k", str(folder)]
        # Nothing here outlives the run, so nothing needs to reach the disk.
        command += ["-c", "fsync=off", "-c", "synchronous_commit=off", "-c", "full_page_writes=off"]
        with _server(owner, command, folder / "log", lambda: _answers(port)):
            _until(lambda: _ready(owner, binaries, port), folder / "log")
            yield f"postgresql://vase@127.0.0.1:{port}/postgres"


@contextlib.contextmanager
def redis(*, install: bool = False) -> Iterator[str]:
    """Run a Redis server and give its URL."""
    binary = _find_redis()
    if not binary and install:
        _apt("redis-server")
        binary = _find_redis()
    if not binary:
        raise Missing("Redis is not installed (Debian: `apt-get install redis-server`)")
    with _directory("vase-redis-", "redis") as (folder, owner):
        port = _free_port()
        command = [binary, "--port", str(port), "--bind", "127.0.0.1", "--dir", str(folder)]
        command += ["--save", "", "--appendonly", "no", "--daemonize", "no"]
        with _server(owner, command, folder / "log", lambda: _answers(port)):
            yield f"redis://127.0.0.1:{port}/0"


def main(arguments: list[str]) -> int:
    """Run a command beside the servers; return its exit code."""
    if arguments[:1] != ["--"] or len(arguments) < 2:
        print(__doc__, file=sys.stderr)
        return 2
    environ = dict(os.environ)
    stack = contextlib.ExitStack()
    try:
        for variable, start in ((POSTGRES, postgres), (REDIS, redis)):
            if environ.get(variable):
                continue
            try:
                environ[variable] = stack.enter_context(start(install=True))
            except Missing as reason:
                environ[variable + "_MISSING"] = str(reason)
                print(f"left out: tests that need a server: {reason}", file=sys.stderr)
        return _pass_through(arguments[1:], environ)
    finally:
        stack.close()


def _pass_through(command: list[str], environ: dict[str, str]) -> int:
    """Run the command in the foreground; Ctrl-C reaches it by itself, and this process stays until it has ended."""
    with subprocess.Popen(command, env=environ) as process:
        signal.signal(signal.SIGTERM, lambda *_: process.terminate())
        while True:
            try:
                return process.wait()
            except KeyboardInterrupt:
                continue


def _find_postgres() -> str | None:
    """Return the newest folder that holds the server and `initdb`: Debian keeps both off the PATH."""
    folders = sorted(Path("/usr/lib/postgresql").glob("*/bin"), key=lambda path: float(path.parent.name), reverse=True)
    on_path = shutil.which("initdb")
    if on_path:
        folders.append(Path(on_path).resolve().parent)
    return next((str(one) for one in folders if (one / "initdb").exists() and (one / "postgres").exists()), None)


def _find_redis() -> str | None:
    return shutil.which("redis-server") or shutil.which("valkey-server")


def _apt(package: str) -> None:
    if not hasattr(os, "geteuid") or os.geteuid() != 0 or shutil.which("apt-get") is None:
        return
    print(f"installing {package} with apt-get", file=sys.stderr)
    # RUNLEVEL=1 keeps the package from starting a server of its own.
    environ = {**os.environ, "DEBIAN_FRONTEND": "noninteractive", "RUNLEVEL": "1"}
    quiet = {"stdout": subprocess.DEVNULL, "stderr": subprocess.DEVNULL, "env": environ}
    install = ["apt-get", "install", "-y", "-q", "--no-install-recommends", package]
    if subprocess.run(install, check=False, **quiet).returncode:  # type: ignore[call-overload]
        subprocess.run(["apt-get", "update", "-q"], check=False, **quiet)  # type: ignore[call-overload]
        subprocess.run(install, check=False, **quiet)  # type: ignore[call-overload]


@contextlib.contextmanager
def _directory(prefix: str, preferred: str) -> Iterator[tuple[Path, str | None]]:
    """Make a folder for a server; as root it belongs to a user who may do less, whose name is given too."""
    owner = None
    if os.geteuid() == 0:
        names = {entry.pw_name for entry in pwd.getpwall()}
        owner = next((name for name in (preferred, "nobody") if name in names), None)
    folder = Path(tempfile.mkdtemp(prefix=prefix))
    try:
        if owner:
            entry = pwd.getpwnam(owner)
            os.chown(folder, entry.pw_uid, entry.pw_gid)
        yield folder, owner
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def _as(owner: str | None, command: list[str]) -> list[str]:
    # setpriv replaces itself with the command, so that its process id is the server's; runuser stays in between.
    if owner is None:
        return command
    if shutil.which("setpriv"):
        group = str(pwd.getpwnam(owner).pw_gid)
        return ["setpriv", f"--reuid={owner}", f"--regid={group}", "--clear-groups", "--", *command]
    return ["runuser", "-u", owner, "--", *command]


def _run(owner: str | None, command: list[str]) -> None:
    done = subprocess.run(_as(owner, command), cwd="/", capture_output=True, text=True, check=False)
    if done.returncode:
        raise Missing(f"`{Path(command[0]).name}` failed: {(done.stderr or done.stdout).strip().splitlines()[-1:]}")


@contextlib.contextmanager
def _server(owner: str | None, command: list[str], log: Path, answers: Callable[[], bool]) -> Iterator[None]:
    with log.open("wb") as output:
        # A session of its own: Ctrl-C in the terminal is for the tests, which still need the server to clean up.
        process = subprocess.Popen(
            _as(owner, command), cwd="/", stdin=subprocess.DEVNULL, stdout=output, stderr=output, start_new_session=True
        )
    try:
        _until(lambda: process.poll() is not None or answers(), log)
        if process.poll() is not None:
            raise Missing(f"`{Path(command[0]).name}` ended at once: {_last_line(log)}")
        yield
    finally:
        # SIGINT is PostgreSQL's fast shutdown: it does not wait for clients that a test forgot.
        process.send_signal(signal.SIGINT)
        try:
            process.wait(10)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()


def _ready(owner: str | None, binaries: str, port: int) -> bool:
    command = [f"{binaries}/pg_isready", "-q", "-h", "127.0.0.1", "-p", str(port)]
    return subprocess.run(_as(owner, command), cwd="/", check=False).returncode == 0


def _until(is_so: Callable[[], bool], log: Path) -> None:
    end = time.monotonic() + START_SECONDS
    while not is_so():
        if time.monotonic() > end:
            raise Missing(f"a server did not start in {START_SECONDS:.0f} seconds: {_last_line(log)}")
        time.sleep(0.05)


def _answers(port: int) -> bool:
    with contextlib.suppress(OSError), socket.create_connection(("127.0.0.1", port), timeout=1):
        return True
    return False


def _last_line(log: Path) -> str:
    lines = log.read_text(errors="replace").strip().splitlines()
    return lines[-1] if lines else "it said nothing"


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
