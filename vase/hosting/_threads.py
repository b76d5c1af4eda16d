"""Threads for the sync code of Django.

Django runs the sync code of a request (receivers of signals, sync views and middleware) on a thread that is the
request's alone. Left to itself it makes that thread for each request, and another one to wait for its end. Here a
thread is lent for the time of a request, and used again.
"""

import asyncio
import contextlib
import queue
import sys
import threading
from collections.abc import Callable
from typing import Any

__all__ = ["IDLE_SECONDS", "LentThread", "Threads", "with_lent_threads"]

IDLE_SECONDS = 10.0
"""For how long a thread waits for its next request before it ends, with the connections that it holds."""

type _Call = tuple[asyncio.AbstractEventLoop, asyncio.Future[Any], Callable[..., Any], tuple[Any, ...]]
type _Inbox = queue.SimpleQueue[_Call | None]


class Threads:
    """Threads that wait to be lent; the one that came back last goes first, so what is too much gets to its end."""

    def __init__(self) -> None:
        self._idle: list[_Inbox] = []  # appending, popping and removing are single steps

    def take(self) -> _Inbox:
        """Return the inbox of a thread that nobody else has."""
        try:
            return self._idle.pop()
        except IndexError:
            inbox: _Inbox = queue.SimpleQueue()
            threading.Thread(target=self._work, args=(inbox,), name="vase-lent", daemon=True).start()
            return inbox

    def keep(self, inbox: _Inbox) -> None:
        """Take a thread back that has nothing to do."""
        self._idle.append(inbox)

    def _work(self, inbox: _Inbox) -> None:
        while True:
            try:
                call = inbox.get(timeout=IDLE_SECONDS)
            except queue.Empty:
                try:
                    self._idle.remove(inbox)
                except ValueError:  # it is lent, or was this very moment
                    continue
                return
            if call is None:
                self.keep(inbox)
            else:
                _run(*call)
            del call  # not to be held until the next one comes


class LentThread:
    """One thread for one request: to asgiref an executor that makes its calls one after the other.

    Args:
        threads: Where the thread comes from, and where it goes back to.
    """

    __slots__ = ("_inbox", "_is_over", "_last", "_threads")

    def __init__(self, threads: Threads) -> None:
        self._threads = threads
        self._inbox = threads.take()
        self._last: asyncio.Future[Any] | None = None
        self._is_over = False

    def submit(self, function: Callable[..., Any], /, *arguments: Any) -> asyncio.Future[Any]:
        """Have a function called.

        Returns:
            A future of the running loop, which `loop.run_in_executor` gives on as it is: what `concurrent.futures`
            would put in between, a lock and a copy of the result, serves nobody here.

        Raises:
            RuntimeError: The request is over.
        """
        if self._is_over:
            raise RuntimeError("the request is over, and its thread was given back")
        loop = asyncio.get_running_loop()
        self._last = future = loop.create_future()
        self._inbox.put((loop, future, function, arguments))
        return future

    async def give_back(self) -> None:
        """End the use of the thread, after the calls for which nobody waits any more, as when a client has left."""
        try:
            if self._is_busy():
                await self.submit(_nothing)
        finally:
            self._is_over = True
            if self._is_busy():
                self._inbox.put(None)
            else:
                self._threads.keep(self._inbox)

    def _is_busy(self) -> bool:
        return self._last is not None and (self._last.cancelled() or not self._last.done())


def _nothing() -> None:
    """Be the call that comes after all others."""


def _run(
    loop: asyncio.AbstractEventLoop,
    future: asyncio.Future[Any],
    function: Callable[..., Any],
    arguments: tuple[Any, ...],
) -> None:
    """Call a function on this thread and tell the loop what came of it."""
    if future.cancelled():
        return
    result, error = None, None
    try:
        result = function(*arguments)
    except BaseException as raised:  # noqa: BLE001  # whoever waits for it gets it
        error = raised
    with contextlib.suppress(RuntimeError):  # the loop was closed
        loop.call_soon_threadsafe(_settle, future, result, error)
    del future, error  # an exception holds this frame, and the future the exception


def _settle(future: asyncio.Future[Any], result: object, error: BaseException | None) -> None:
    if future.done():
        return
    if error is None:
        future.set_result(result)
    else:
        future.set_exception(error)


def with_lent_threads(app: Callable[..., Any]) -> Callable[..., Any]:
    """Return an ASGI application with threads that are lent to it, if it is Django's own; any other one as it is.

    asgiref keeps the executor of a request in a table, where it is put here. An asgiref that looks elsewhere makes its
    threads itself.

    Args:
        app: The application.
    """
    django, asgiref = sys.modules.get("django.core.handlers.asgi"), sys.modules.get("asgiref.sync")
    executors = getattr(getattr(asgiref, "SyncToAsync", None), "context_to_thread_executor", None)
    if django is None or asgiref is None or executors is None or not isinstance(app, django.ASGIHandler):
        return app
    threads = Threads()

    async def entry(scope: Any, receive: Any, send: Any) -> None:
        if scope["type"] != "http":
            await app(scope, receive, send)
            return
        thread = LentThread(threads)
        # Django enters a context of the same kind, which does nothing within this one.
        async with asgiref.ThreadSensitiveContext() as context:
            executors[context] = thread
            try:
                await app(scope, receive, send)
            finally:
                # A task that outlives its request gets a thread from asgiref.
                executors.pop(context, None)
                await thread.give_back()

    return entry
