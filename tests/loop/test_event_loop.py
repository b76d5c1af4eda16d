"""asyncio keeps all its promises on the reactor's selector."""

import asyncio
import contextvars
import os
import signal
import socket
import sys
import threading
import time
from collections.abc import Callable, Coroutine
from typing import Any

import anyio
import pytest

from tests.busy import slack
from vase.loop import EventLoop

type Run = Callable[[Coroutine[Any, Any, Any]], Any]


@pytest.fixture(params=[False, True], ids=["plain", "debug"])
def run(request: pytest.FixtureRequest) -> Run:
    """Runs a coroutine on a loop of its own, with and without asyncio's debug mode."""

    def runner(work: Coroutine[Any, Any, Any]) -> Any:
        with asyncio.Runner(loop_factory=EventLoop, debug=request.param) as one:
            return one.run(work)

    return runner


def test_timers_fire_in_order(run: Run) -> None:
    """Timers fire by their time, not by the order in which they were set."""
    seen: list[int] = []

    async def main() -> None:
        loop = asyncio.get_running_loop()
        for delay in (30, 10, 20):
            loop.call_later(delay / 1000, seen.append, delay)
        await asyncio.sleep(0.06)

    run(main())
    assert seen == [10, 20, 30]


def test_a_sleep_takes_its_time(run: Run) -> None:
    """A sleep is neither short nor much longer than asked."""

    async def main() -> float:
        began = time.perf_counter()
        await asyncio.sleep(0.05)
        return time.perf_counter() - began

    assert 0.049 <= run(main()) < 0.5 * slack()


def test_the_loop_sleeps_when_idle(run: Run) -> None:
    """An idle loop takes no processor time."""

    async def main() -> float:
        began = time.process_time()
        await asyncio.sleep(0.5)
        return time.process_time() - began

    assert run(main()) < 0.1


def test_tasks_timeouts_and_groups(run: Run) -> None:
    """`current_task`, `timeout`, `TaskGroup` and cancellation behave as documented."""

    async def main() -> None:
        assert asyncio.current_task() is not None
        async with asyncio.TaskGroup() as group:
            tasks = [group.create_task(asyncio.sleep(0.01, n)) for n in range(3)]
        assert [task.result() for task in tasks] == [0, 1, 2]
        with pytest.raises(TimeoutError):
            async with asyncio.timeout(0.02):
                await asyncio.sleep(1)
        task = asyncio.create_task(asyncio.sleep(1))
        await asyncio.sleep(0)
        task.cancel()
        with pytest.raises(asyncio.CancelledError):
            await task

    run(main())


def test_context_variables_stay_in_their_task(run: Run) -> None:
    """A task sees a copy of its maker's context."""
    variable = contextvars.ContextVar("variable", default=0)

    async def child() -> int:
        variable.set(variable.get() + 1)
        return variable.get()

    async def main() -> None:
        variable.set(1)
        assert tuple(await asyncio.gather(child(), child())) == (2, 2)
        assert variable.get() == 1

    run(main())


def test_threads_wake_the_loop(run: Run) -> None:
    """`call_soon_threadsafe` and `to_thread` reach a loop that sleeps."""

    async def main() -> None:
        loop, event = asyncio.get_running_loop(), asyncio.Event()
        threading.Timer(0.02, loop.call_soon_threadsafe, [event.set]).start()
        await asyncio.wait_for(event.wait(), 2)
        assert await asyncio.to_thread(threading.get_ident) != threading.get_ident()

    run(main())


def test_streams(run: Run) -> None:
    """The standard library's transports work: large writes, flow control, end of file."""

    async def answer(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        data = await reader.read(-1)
        writer.write(data)
        await writer.drain()
        writer.close()

    async def main() -> None:
        server = await asyncio.start_server(answer, "127.0.0.1", 0)
        reader, writer = await asyncio.open_connection(*server.sockets[0].getsockname())
        sent = os.urandom(3_000_000)
        writer.write(sent)
        await writer.drain()
        writer.write_eof()
        assert await reader.read(-1) == sent
        writer.close()
        await writer.wait_closed()
        server.close()

    run(main())


def test_readers_and_writers_of_raw_descriptors(run: Run) -> None:
    """`add_reader` is level-triggered: what is not read is told again."""

    async def main() -> bytes:
        loop, (left, right) = asyncio.get_running_loop(), socket.socketpair()
        left.setblocking(False)
        received, done = bytearray(), asyncio.Event()

        def read() -> None:
            received.extend(left.recv(1))
            if len(received) == 5:
                done.set()

        loop.add_reader(left, read)
        right.send(b"hello")
        await asyncio.wait_for(done.wait(), 2)
        loop.remove_reader(left)
        left.close()
        right.close()
        return bytes(received)

    assert run(main()) == b"hello"


def test_subprocesses(run: Run) -> None:
    """A subprocess's output and status arrive."""

    async def main() -> tuple[bytes, int | None]:
        process = await asyncio.create_subprocess_exec(
            sys.executable, "-c", "print('out'); raise SystemExit(3)", stdout=asyncio.subprocess.PIPE
        )
        output, _ = await process.communicate()
        return output, process.returncode

    assert run(main()) == (b"out\n", 3)


def test_signal_handlers(run: Run) -> None:
    """A signal wakes a loop that sleeps."""

    async def main() -> None:
        loop, event = asyncio.get_running_loop(), asyncio.Event()
        loop.add_signal_handler(signal.SIGUSR1, event.set)
        threading.Timer(0.02, os.kill, [os.getpid(), signal.SIGUSR1]).start()
        await asyncio.wait_for(event.wait(), 2)
        loop.remove_signal_handler(signal.SIGUSR1)

    run(main())


def test_ctrl_c_ends_a_runner(run: Run) -> None:
    """Ctrl-C cancels the main task even while the loop sleeps."""

    async def main() -> None:
        threading.Timer(0.05, os.kill, [os.getpid(), signal.SIGINT]).start()
        await asyncio.sleep(10)

    began = time.perf_counter()
    with pytest.raises(KeyboardInterrupt):
        run(main())
    assert time.perf_counter() - began < 2


def test_anyio_runs_on_it(run: Run) -> None:
    """The groups and cancel scopes of anyio work, for they are asyncio underneath."""

    async def main() -> bool:
        async with anyio.create_task_group() as group:
            group.start_soon(anyio.sleep, 0.01)
        with anyio.move_on_after(0.02) as scope:
            await anyio.sleep(1)
        return scope.cancelled_caught

    assert run(main())


def test_a_loop_closes_with_work_in_flight() -> None:
    """Closing a loop whose callbacks never ran leaves nothing behind that speaks up."""
    loop = EventLoop()
    loop.call_later(10, print)
    loop.close()
    assert loop.is_closed()
    work = asyncio.sleep(0)
    with pytest.raises(RuntimeError, match="closed"):
        loop.run_until_complete(work)
    work.close()


def test_a_nested_loop_is_refused_as_asyncio_refuses_it(run: Run) -> None:
    """A handler that starts a second loop on the thread gets asyncio's own error, not a hang."""

    async def main() -> None:
        other = EventLoop()
        work = asyncio.sleep(0)
        try:
            with pytest.raises(RuntimeError, match="another loop is running"):
                other.run_until_complete(work)
        finally:
            work.close()
            other.close()

    run(main())


def test_two_loops_in_two_threads() -> None:
    """Loops share nothing: each thread has its own runtime."""
    results: list[int] = []

    async def main(number: int) -> None:
        for _ in range(50):
            await asyncio.sleep(0.001)
        results.append(number)

    def one(number: int) -> None:
        with asyncio.Runner(loop_factory=EventLoop) as runner:
            runner.run(main(number))

    threads = [threading.Thread(target=one, args=[number]) for number in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(10)
    assert sorted(results) == [0, 1]


def test_the_watch_of_a_closed_socket_is_ended() -> None:
    """A socket that was closed first no longer knows its number; its callback is let go of, the others stay."""
    loop = EventLoop()
    called: list[str] = []
    (left, right), (gone, other) = socket.socketpair(), socket.socketpair()
    loop.add_reader(left, called.append, "left")
    loop.add_reader(gone, called.append, "gone")
    number = gone.fileno()
    gone.close()
    assert loop.remove_reader(gone)
    assert not loop.remove_reader(gone)
    assert not loop.remove_writer(gone)
    assert loop._watched(number) == (False, False)
    right.send(b"x")
    loop.call_later(0.02, loop.stop)
    loop.run_forever()
    assert set(called) == {"left"}
    assert loop.remove_reader(left)
    loop.close()
    for one in (left, right, other):
        one.close()
