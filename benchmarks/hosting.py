"""The same ASGI applications on Vase, uvicorn (uvloop, httptools) and granian: requests a second, and their ratio.

    python benchmarks/hosting.py [seconds] [rounds]

Each server has the first core for itself, `wrk` the second. Servers take turns within a round, so that a slow minute of
the machine falls on all of them; the middle of the rounds is shown. The column *no server* is the application called in a
loop by nobody (`hosted/alone.py`): no server can be much faster than that, but for Django, to which Vase lends threads.
"""

import contextlib
import os
import re
import socket
import statistics
import subprocess
import sys
import time
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
APPS = ["bare", "starlette_app", "fastapi_app", "django_app"]
CONNECTIONS = 64
BODY = b"Hello, World!"


def command(server: str, target: str, port: int) -> list[str]:
    module = [sys.executable, "-m"]
    if server == "vase":
        return [*module, "vase", "serve", target, str(port), "--no-access-log"]
    if server == "uvicorn":
        options = ["--loop", "uvloop", "--http", "httptools", "--no-access-log", "--log-level", "error"]
        return [*module, "uvicorn", target, "--port", str(port), *options]
    options = ["--interface", "asgi", "--port", str(port), "--no-access-log", "--log-level", "error"]
    return [*module, "granian", target, *options]


@contextlib.contextmanager
def serving(server: str, app: str):
    with socket.create_server(("127.0.0.1", 0)) as listener:
        port = listener.getsockname()[1]
    environment = {**os.environ, "PYTHONPATH": str(ROOT)}
    run = ["taskset", "-c", "0", *command(server, f"benchmarks.hosted.{app}:app", port)]
    process = subprocess.Popen(run, env=environment, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    try:
        yield wait(port, process)
    finally:
        process.terminate()
        process.wait()


def wait(port: int, process: subprocess.Popen) -> int:
    end = time.monotonic() + 60
    while time.monotonic() < end and process.poll() is None:
        with contextlib.suppress(OSError), socket.create_connection(("127.0.0.1", port), 1) as connection:
            connection.sendall(b"GET / HTTP/1.1\r\nhost: a\r\nconnection: close\r\n\r\n")
            if BODY in b"".join(iter(lambda: connection.recv(65536), b"")):  # perhaps in chunks
                return port
        time.sleep(0.05)
    raise SystemExit("a server did not answer as it should")


def measure(port: int, seconds: float) -> float:
    load = ["taskset", "-c", "1", "wrk", "-t1", f"-c{CONNECTIONS}", f"-d{seconds}s", f"http://127.0.0.1:{port}/"]
    output = subprocess.run(load, capture_output=True, text=True, check=True).stdout
    if "Non-2xx" in output:
        raise SystemExit(output)
    found = re.search(r"Requests/sec:\s+([\d.]+)", output)
    return float(found[1])


def alone(app: str, seconds: float) -> float:
    run = [
        "taskset",
        "-c",
        "0",
        sys.executable,
        "-m",
        "benchmarks.hosted.alone",
        f"benchmarks.hosted.{app}:app",
        str(seconds),
    ]
    return float(subprocess.run(run, cwd=ROOT, capture_output=True, text=True, check=True).stdout)


def main() -> None:
    seconds = float(sys.argv[1]) if len(sys.argv) > 1 else 2
    rounds = int(sys.argv[2]) if len(sys.argv) > 2 else 3
    servers = ["vase", "uvicorn", "granian"]
    print(
        "| application | "
        + " | ".join(f"{server}, requests/s" for server in servers)
        + " | no server | vase : uvicorn | vase : granian | no server : uvicorn |"
    )
    print("|---" * (len(servers) + 5) + "|")
    for app in APPS:
        with contextlib.ExitStack() as stack:
            ports = {server: stack.enter_context(serving(server, app)) for server in servers}
            for port in ports.values():
                measure(port, 1)
            found = {server: [] for server in [*servers, "alone"]}
            for _ in range(rounds):
                for server, port in ports.items():
                    found[server].append(measure(port, int(seconds)))
                found["alone"].append(alone(app, seconds))
        middle = {server: statistics.median(values) for server, values in found.items()}
        ratios = [middle["vase"] / middle[server] for server in servers[1:]]
        ratios.append(middle["alone"] / middle["uvicorn"])
        print(
            f"| {app.removesuffix('_app')} | "
            + " | ".join(f"{value:,.0f}" for value in middle.values())
            + "".join(f" | {ratio:.2f}" for ratio in ratios)
            + " |",
            flush=True,
        )


if __name__ == "__main__":
    main()
