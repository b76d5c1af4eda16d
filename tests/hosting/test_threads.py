"""The threads that Django's sync code is lent: one request's alone as long as it lasts, another's afterwards."""

import asyncio
import json
import threading
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import pytest

from tests.hosting.conftest import Served, serving
from vase.hosting import _threads
from vase.hosting._threads import LentThread, Threads, with_lent_threads

TARGET = "tests.hosting.apps.django_threads"


@pytest.fixture(scope="module")
def django(logs: Path) -> Iterator[Served]:
    with serving(logs, "vase", f"{TARGET}:app", "--no-access-log") as served:
        yield served


def told(served: Served, target: str) -> dict[str, Any]:
    answer = served.ask("GET", target)
    assert answer.status == 200, answer.body
    found: dict[str, Any] = json.loads(answer.body)
    return found


def wait_until(condition: Callable[[], bool], seconds: float = 20) -> None:
    end = time.monotonic() + seconds
    while not condition() and time.monotonic() < end:
        time.sleep(0.01)
    assert condition()


def test_all_of_a_request_runs_on_one_thread_that_others_get_after_it(django: Served) -> None:
    """Middleware and view of a request share a thread; it is lent, and later requests have it again."""
    found = [told(django, "/where") for _ in range(10)]
    assert {request["name"] for request in found} == {"vase-lent"}
    assert all(len(set(request["threads"])) == 1 for request in found)
    # One that is not back when the next request comes, which is right behind, makes a second.
    assert len({request["threads"][0] for request in found}) <= 4


def test_sync_code_under_an_async_view_has_the_thread_of_the_request(django: Served) -> None:
    """One call after the other or all at once: the thread is the same, and not the loop's."""
    found = told(django, "/from-the-loop")
    assert len(found["threads"]) == 7
    assert len(set(found["threads"])) == 1
    assert found["loop"] not in found["threads"]


def test_signals_are_heard_on_the_thread_of_the_request(django: Served) -> None:
    """The beginning and the end, where Django lets go of its connections: of each thread, in turn."""
    for _ in range(5):
        told(django, "/where")
    heard = told(django, "/heard")["signals"]
    assert {name for _, _, name in heard} == {"vase-lent"}
    for thread in {number for _, number, _ in heard}:
        kinds = [kind for kind, number, _ in heard if number == thread]
        assert kinds == (["started", "finished"] * len(kinds))[: len(kinds)]


def test_two_requests_at_once_have_two_threads(django: Served) -> None:
    """Each blocks until the other is there: on one thread neither would end."""
    with ThreadPoolExecutor(2) as pool:
        found = list(pool.map(lambda _: told(django, "/together")["thread"], range(2)))
    assert len(set(found)) == 2


def test_a_task_that_outlives_its_request_still_calls_sync_code(django: Served) -> None:
    """As on other servers, it has a thread; the lent one is back."""
    assert django.ask("GET", "/outlive").body == b"begun"
    assert told(django, "/end")["outlived"] != "vase-lent"


def test_a_thread_that_is_busy_when_its_client_leaves_is_not_lent(django: Served) -> None:
    """The call goes on, which nobody can end; until then other requests have other threads."""
    connection = django.open()
    connection.sendall(b"GET /slow HTTP/1.1\r\nhost: a\r\n\r\n")
    wait_until(lambda: "slow" in told(django, "/noted"))
    busy = told(django, "/noted")["slow"]
    connection.close()
    time.sleep(0.2)  # the server sees that it left
    for _ in range(3):
        assert busy not in told(django, "/where")["threads"]
    django.ask("GET", "/let-slow-end")
    wait_until(lambda: told(django, "/noted").get("slow ended") == busy)


def test_a_view_that_fails_is_answered_by_django(django: Served) -> None:
    """What it raised crosses from the thread to the loop."""
    answer = django.ask("GET", "/fail")
    assert (answer.status, answer.body) == (500, b"answered by Django")


def test_a_call_that_fails_leaves_its_thread_alive() -> None:
    """Whoever waits gets the exception, and the thread makes the next call."""
    threads = Threads()

    async def use() -> None:
        thread = LentThread(threads)
        before = await thread.submit(threading.get_ident)
        with pytest.raises(ZeroDivisionError):
            await thread.submit(divmod, 1, 0)
        assert await thread.submit(threading.get_ident) == before
        await thread.give_back()

    asyncio.run(use())


def test_a_function_around_django_is_left_alone(logs: Path) -> None:
    """What is not Django's own application keeps the threads that asgiref makes."""
    with serving(logs, "vase", f"{TARGET}:wrapped", "--no-access-log") as served:
        assert told(served, "/where")["name"] != "vase-lent"


def test_applications_of_others_are_given_back_as_they_are() -> None:
    """No frame is put around them."""

    async def app(scope: Any, receive: Any, send: Any) -> None: ...

    assert with_lent_threads(app) is app


def lent_threads() -> set[threading.Thread]:
    return {thread for thread in threading.enumerate() if thread.name == "vase-lent"}


def test_a_thread_without_a_request_ends(monkeypatch: pytest.MonkeyPatch) -> None:
    """After a while, and then the next request has a new one."""
    monkeypatch.setattr(_threads, "IDLE_SECONDS", 0.05)
    before = lent_threads()
    threads = Threads()

    async def use() -> int:
        thread = LentThread(threads)
        number: int = await asyncio.get_running_loop().run_in_executor(thread, threading.get_ident)  # type: ignore[arg-type]
        await asyncio.sleep(0.2)  # longer than that, but lent
        assert await thread.submit(threading.get_ident) == number
        await thread.give_back()
        return number

    asyncio.run(use())
    wait_until(lambda: lent_threads() <= before)
    asyncio.run(use())
    wait_until(lambda: lent_threads() <= before)


def test_the_end_of_a_request_waits_for_calls_that_nobody_waits_for() -> None:
    """A server that stops does not cut them; one that was not begun is left out."""
    threads, has_begun, may_end, made = Threads(), threading.Event(), threading.Event(), []

    def wait_for_end() -> None:
        has_begun.set()
        may_end.wait(20)
        made.append("begun before")

    async def use() -> None:
        thread = LentThread(threads)
        running = thread.submit(wait_for_end)
        await asyncio.to_thread(has_begun.wait, 20)
        waiting = thread.submit(made.append, "never")
        running.cancel()
        waiting.cancel()
        giving = asyncio.ensure_future(thread.give_back())
        await asyncio.sleep(0.05)
        assert not giving.done()
        may_end.set()
        await giving
        with pytest.raises(RuntimeError, match="given back"):
            thread.submit(print)

    asyncio.run(use())
    assert made == ["begun before"]


def test_a_thread_whose_giver_is_cancelled_comes_back_by_itself() -> None:
    """It is idle when its call has ended, and the next request has it."""
    threads, may_end = Threads(), threading.Event()

    async def use() -> None:
        thread = LentThread(threads)
        running = thread.submit(may_end.wait, 20)
        number = thread.submit(threading.get_ident)
        running.cancel()
        giving = asyncio.ensure_future(thread.give_back())
        await asyncio.sleep(0)
        giving.cancel()
        with pytest.raises(asyncio.CancelledError):
            await giving
        may_end.set()
        busy = await number
        await asyncio.to_thread(wait_until, lambda: bool(threads._idle))
        again = LentThread(threads)
        assert await again.submit(threading.get_ident) == busy
        await again.give_back()

    asyncio.run(use())
