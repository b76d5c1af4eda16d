"""An ASGI application with no server at all: what is the most that any server could reach with it?

    python -m benchmarks.hosted.alone module:app SECONDS

As many tasks as a load has connections call the application one request after the other, with a scope that is ready and
a `send` that drops what it is given. What is counted is the application's own work, the loop's and nothing else.
"""

import asyncio
import importlib
import sys
import time

from vase.loop import EventLoop

CONNECTIONS = 64  # as many as the load of `hosting.py` has
SCOPE = {
    "type": "http",
    "asgi": {"version": "3.0", "spec_version": "2.3"},
    "http_version": "1.1",
    "method": "GET",
    "scheme": "http",
    "path": "/",
    "raw_path": b"/",
    "query_string": b"",
    "root_path": "",
    "headers": [(b"host", b"127.0.0.1")],
    "client": ("127.0.0.1", 50000),
    "server": ("127.0.0.1", 80),
}


async def ask(app, until: float) -> int:
    """Call the application until a point in time; return how often it has answered."""
    answered = 0
    while time.monotonic() < until:
        has_body, leaves = [True], asyncio.Event()

        async def receive():
            if has_body.pop() if has_body else False:
                return {"type": "http.request", "body": b"", "more_body": False}
            await leaves.wait()  # noqa: B023  # called before the next round begins
            return {"type": "http.disconnect"}

        async def send(message):
            nonlocal answered
            if message["type"] == "http.response.body" and not message.get("more_body"):
                answered += 1

        await app({**SCOPE, "state": {}}, receive, send)
        await asyncio.sleep(0)
    return answered


async def main(app, seconds: float) -> float:
    for length in (1, seconds):  # the first is a warm-up
        began = time.monotonic()
        counts = await asyncio.gather(*(ask(app, began + length) for _ in range(CONNECTIONS)))
        rate = sum(counts) / (time.monotonic() - began)
    return rate


if __name__ == "__main__":
    module, _, name = sys.argv[1].partition(":")
    with asyncio.Runner(loop_factory=EventLoop) as runner:
        print(runner.run(main(getattr(importlib.import_module(module), name), float(sys.argv[2]))))
