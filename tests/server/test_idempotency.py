"""Idempotent requests on real servers: keys outlive a process that is killed, and hold across workers."""

import http.client
import json
import os
import signal
import threading
import time
from collections.abc import Callable
from contextlib import closing
from pathlib import Path
from typing import NamedTuple

from tests.server.conftest import Server, until

SITE = """
import os
import sys
import time

from vase import Idempotency, Vase
from datetime import timedelta

app = Vase(settings={"DATABASES": {"default": "sqlite:///shop.sqlite3"}})


def note(word: str) -> None:
    with open("done.txt", "a") as file:
        file.write(f"{word} {os.getpid()}\\n")


@app.get("/")
def home() -> str:
    return str(os.getpid())


@app.post("/orders", idempotent=True)
def order(data: dict[str, int]) -> dict[str, int]:
    note("order")
    time.sleep(0.2)
    return {"pid": os.getpid()}


@app.post("/slow", idempotent=Idempotency(lease=timedelta(seconds=2)))
def slow() -> str:
    note("slow")
    if not os.path.exists("hurry"):
        time.sleep(60)
    return "done"


if __name__ == "__main__":
    app.run(port=int(sys.argv[1]), workers=int(sys.argv[2]))
"""


class Answer(NamedTuple):
    status: int
    text: str
    replayed: bool


def post(server: Server, path: str, key: str, body: object = None) -> Answer:
    with closing(http.client.HTTPConnection("127.0.0.1", server.port, timeout=20)) as connection:
        headers = {"idempotency-key": key, "content-type": "application/json"}
        connection.request("POST", path, json.dumps(body or {}), headers)
        response = connection.getresponse()
        return Answer(response.status, response.read().decode(), response.headers["idempotent-replayed"] == "true")


def done(folder: Path, word: str) -> int:
    file = folder / "done.txt"
    return file.read_text().split().count(word) if file.exists() else 0


def test_keys_survive_a_restart(tmp_path: Path, launch: Callable[..., Server]) -> None:
    """The server is killed between the two requests, and the second is still a repetition."""
    (tmp_path / "shop.py").write_text(SITE)
    first = launch("shop.py", 1)
    before = post(first, "/orders", "k", {"amount": 1})
    first.process.kill()
    first.wait()
    second = launch("shop.py", 1)
    after = post(second, "/orders", "k", {"amount": 1})
    other = post(second, "/orders", "k", {"amount": 2})
    assert (before.status, before.replayed) == (200, False)
    assert (after.status, after.text, after.replayed) == (200, before.text, True)
    assert other.status == 422
    assert done(tmp_path, "order") == 1


def test_a_server_that_is_killed_in_the_middle(tmp_path: Path, launch: Callable[..., Server]) -> None:
    """The key of the broken request is held until its lease ends, then the request runs."""
    (tmp_path / "shop.py").write_text(SITE)
    first = launch("shop.py", 1)
    threading.Thread(target=lambda: _quietly(first), daemon=True).start()
    until(lambda: done(tmp_path, "slow") == 1)
    began = time.time()
    first.process.kill()
    first.wait()
    (tmp_path / "hurry").touch()
    second = launch("shop.py", 1)
    held = post(second, "/slow", "k")
    if time.time() - began < 1.5:  # a slow machine may start it after the end of the lease
        assert held.status == 409
    until(lambda: post(second, "/slow", "k").status == 200, 10)
    assert post(second, "/slow", "k").replayed
    assert done(tmp_path, "slow") == 2


def _quietly(server: Server) -> None:
    try:
        post(server, "/slow", "k")
    except (OSError, http.client.HTTPException):
        return  # it is killed


def test_two_workers_share_the_keys(tmp_path: Path, launch: Callable[..., Server]) -> None:
    """Twenty equal requests over two processes run once; a repetition is answered by whichever process it reaches."""
    (tmp_path / "shop.py").write_text(SITE)
    server = launch("shop.py", 2)
    until(lambda: len({server.get("/") for _ in range(20)}) == 2)
    answers: list[Answer] = []
    threads = [
        threading.Thread(target=lambda: answers.append(post(server, "/orders", "k", {"amount": 1}))) for _ in range(20)
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert done(tmp_path, "order") == 1
    assert len(answers) == 20
    assert {answer.status for answer in answers} <= {200, 409}
    repeated = [post(server, "/orders", "k", {"amount": 1}) for _ in range(20)]
    assert all(answer.replayed for answer in repeated)
    assert len({answer.text for answer in repeated}) == 1
    assert done(tmp_path, "order") == 1
    os.kill(server.process.pid, signal.SIGINT)
    server.wait()
