"""Counts the processor's instructions for a request, under valgrind: the figure that a busy machine does not move.

    python -m benchmarks.loops.instructions [--requests 3200] [--rounds 3] [path …]

To see what a piece of the core costs: count, take the piece out, `scripts/core release`, count again. The page
`docs/concepts/loop.md` tells what the rule of who goes first costs, counted so.
"""

import argparse
import asyncio
import re
import shutil
import socket
import subprocess
import sys
import tempfile
from pathlib import Path

CLIENTS = 16


def _serve(descriptor: int) -> None:
    from vase import Vase, public
    from vase.loop import EventLoop

    app = Vase(settings={"MIDDLEWARE": [], "DATABASES": {}}, auth=public)

    @app.get("/text")
    async def text() -> str:
        return "Hello, World!"

    @app.get("/waits")
    async def waits() -> str:
        await asyncio.sleep(0)
        return "Hello, World!"

    async def main() -> None:
        engine = app.engine(asyncio.get_running_loop())
        await app.startup()
        engine.serve(descriptor)
        await asyncio.Event().wait()

    with asyncio.Runner(loop_factory=EventLoop) as runner:
        runner.run(main())


def _ask(address: tuple[str, int], path: str, requests: int) -> None:
    """Send a request on each connection, then read an answer on each, until all are asked."""
    clients = [socket.create_connection(address, 120) for _ in range(CLIENTS)]
    request = f"GET {path} HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n".encode()
    for _ in range(requests // CLIENTS):
        for client in clients:
            client.sendall(request)
        for client in clients:
            answer = client.recv(65536)
            assert answer.startswith(b"HTTP/1.1 200"), answer
    for client in clients:
        client.close()


def _control(pid: int, *command: str) -> None:
    subprocess.run(["callgrind_control", *command, str(pid)], capture_output=True, check=True, timeout=60)


def _count(pid: int, output: Path, address: tuple[str, int], path: str, requests: int) -> float:
    _control(pid, "-z")
    _ask(address, path, requests)
    _control(pid, "-d")
    newest = max(output.parent.glob(f"{output.name}.*"), key=lambda file: int(file.suffix[1:]))
    found = re.search(r"^(?:summary|totals): (\d+)", newest.read_text(errors="replace"), re.MULTILINE)
    assert found is not None, newest
    return int(found[1]) / requests


def main() -> None:
    """Count and print a line a path."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("paths", nargs="*", default=["/text", "/waits"])
    parser.add_argument("--requests", type=int, default=3200)
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--serve", type=int, help=argparse.SUPPRESS)
    options = parser.parse_args()
    if options.serve is not None:
        _serve(options.serve)
        return
    if shutil.which("valgrind") is None:
        sys.exit("valgrind is not installed (Debian: `apt-get install valgrind`)")
    with tempfile.TemporaryDirectory() as folder, socket.create_server(("127.0.0.1", 0), backlog=128) as listener:
        listener.setblocking(False)
        output = Path(folder, "calls")
        command = ["valgrind", "--tool=callgrind", "--instr-atstart=no", f"--callgrind-out-file={output}"]
        command += [sys.executable, "-m", "benchmarks.loops.instructions", "--serve", str(listener.fileno())]
        process = subprocess.Popen(command, pass_fds=[listener.fileno()], stderr=subprocess.DEVNULL)
        try:
            for path in options.paths:
                _ask(listener.getsockname(), path, CLIENTS * 20)
                _control(process.pid, "-i", "on")
                counts = [
                    _count(process.pid, output, listener.getsockname(), path, options.requests)
                    for _ in range(options.rounds)
                ]
                _control(process.pid, "-i", "off")
                print(path, *(f"{count:,.0f}" for count in counts), "instructions a request", flush=True)
        finally:
            process.kill()
            process.wait()


if __name__ == "__main__":
    main()
