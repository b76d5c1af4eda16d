"""Keeps the event loop busy for a long time with all that ends badly, and looks for leaks and lost wake-ups.

    python -m tests.loop.soak --seconds 600 [--clients 40] [--seed 1] [--loop vase]

Clients of an echo server come and go: some end well, some are cancelled, some time out, some abort or leave half-way.
Beside them run subprocesses, some killed, threads that call into the loop, questions by datagrams, and queues between
tasks. A watchdog in a thread of its own calls into the loop at random moments and counts the calls that do not arrive
in time.

All of it happens twice, a quarter of the time to warm up and then the rest, and each time comes to an end: what is
allocated then must be the same, and no descriptor, task or wake-up may be missing. A run of some minutes must not have
grown either, once what is free was given back: what the allocator holds beyond that needs so long to settle.

The last line is JSON; the exit code is 1 if something was found.
"""

import argparse
import asyncio
import contextlib
import ctypes
import faulthandler
import functools
import gc
import json
import os
import random
import sys
import threading
import time
from array import array
from collections import Counter
from dataclasses import dataclass, field
from typing import Any

from vase.loop import EventLoop

PATIENCE = 10.0
"""Seconds after which something that should have woken is counted as lost; a busy machine may be late by one or two."""
WARM_UP = 0.25
"""The part of the time in which memory may grow."""
KEPT = 0.5
"""MiB by which what C and Rust have allocated may differ between the two ends."""
BLOCKS = 2_000
"""Python objects by which the two ends may differ: thousands of clients came and went in between."""
GROWTH = 4.0
"""MiB that the process may occupy more at the second end than at the first, after what is free was given back."""
SETTLED = 120.0
"""Seconds of a run from which on `GROWTH` counts."""


@dataclass
class Soak:
    """The counts of a run."""

    random: random.Random
    end: float
    done: Counter[str] = field(default_factory=Counter)
    lost: list[str] = field(default_factory=list)
    # An array: what is written down is not to count among the objects that are left.
    memory: array[float] = field(default_factory=lambda: array("d"))
    port: int = 0

    @property
    def is_over(self) -> bool:
        return time.monotonic() > self.end


def resident() -> float:
    """Return the MiB that the process occupies."""
    with open("/proc/self/statm", "rb") as file:  # noqa: PTH123  # called each second of the soak
        return int(file.read().split()[1]) * os.sysconf("SC_PAGESIZE") / 2**20


def kept() -> float:
    """Return the MiB that the process occupies once glibc has given back what is free."""
    libc = ctypes.CDLL(None)
    if hasattr(libc, "malloc_trim"):
        libc.malloc_trim(0)
    return resident()


class _Malloc(ctypes.Structure):
    """`struct mallinfo2` of glibc 2.33, in bytes; two of its fields are wanted, of all arenas together."""

    _fields_ = tuple(
        (name, ctypes.c_size_t)
        for name in (
            "arena",
            "ordblks",
            "smblks",
            "hblks",
            "hblkhd",
            "usmblks",
            "fsmblks",
            "uordblks",
            "fordblks",
            "keepcost",
        )
    )
    hblkhd: int
    uordblks: int


def allocated() -> tuple[float, int]:
    """Return the MiB that C and Rust have allocated (0 without glibc), and how many blocks Python has.

    A release build of the core has an allocator of its own, whose blocks are only in what the process occupies.
    """
    gc.collect()
    libc = ctypes.CDLL(None)
    if not hasattr(libc, "mallinfo2"):
        return 0.0, sys.getallocatedblocks()
    libc.mallinfo2.restype = _Malloc
    found = libc.mallinfo2()
    return (found.uordblks + found.hblkhd) / 2**20, sys.getallocatedblocks()


def descriptors() -> int:
    """Return how many descriptors are open."""
    return len(os.listdir("/proc/self/fd"))  # noqa: PTH208


async def echo(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    """Send back what comes, until the other side ends."""
    with contextlib.suppress(ConnectionError):
        while data := await reader.read(65536):
            writer.write(data)
            await writer.drain()
    writer.close()
    with contextlib.suppress(ConnectionError):
        await writer.wait_closed()


async def converse(soak: Soak) -> str:
    """Be one client; return how it ended."""
    chance = soak.random
    reader, writer = await asyncio.open_connection("127.0.0.1", soak.port)
    try:
        for _ in range(chance.randrange(1, 8)):
            message = chance.randbytes(chance.choice((1, 100, 5_000, 300_000)))
            # A large message fills the buffers of both sides: it is read while it is written.
            writer.write(message)
            ending = chance.random()
            if ending < 0.05:
                writer.transport.abort()
                return "aborted"
            if ending < 0.10:
                return "left half-way"
            if ending < 0.15:
                writer.write_eof()
                assert await reader.read() == message
                return "ended by half"
            assert await reader.readexactly(len(message)) == message
            await asyncio.sleep(chance.choice((0, 0, 0.001, 0.02)))
        return "ended well"
    finally:
        writer.close()
        with contextlib.suppress(ConnectionError):
            await writer.wait_closed()


async def clients(soak: Soak) -> None:
    """Be one client after the other; some are cancelled, some have no time."""
    while not soak.is_over:
        fate = soak.random.random()
        task = asyncio.create_task(converse(soak))
        if fate < 0.15:
            await asyncio.sleep(soak.random.random() * 0.01)
            task.cancel()
            await asyncio.wait([task])
            soak.done["cancelled" if task.cancelled() else "too late to cancel"] += 1
            if not task.cancelled():
                task.exception()
        elif fate < 0.3:
            try:
                async with asyncio.timeout(soak.random.random() * 0.01):
                    soak.done[await task] += 1
            except TimeoutError:
                soak.done["timed out"] += 1
        else:
            try:
                async with asyncio.timeout(PATIENCE):
                    soak.done[await task] += 1
            except TimeoutError:
                soak.lost.append("a client waited in vain")


async def processes(soak: Soak) -> None:
    """Start programs: some answer, some fail, some are killed."""
    while not soak.is_over:
        kind = soak.random.choice(("cat", "false", "sleep"))
        program = {"cat": ("cat",), "false": ("false",), "sleep": ("sleep", "60")}[kind]
        pipe = asyncio.subprocess.PIPE
        process = await asyncio.create_subprocess_exec(*program, stdin=pipe, stdout=pipe)
        try:
            async with asyncio.timeout(PATIENCE):
                if kind == "cat":
                    text = soak.random.randbytes(100_000)
                    answer, _ = await process.communicate(text)
                    assert answer == text
                elif kind == "sleep":
                    process.kill()
                await process.communicate()
        except TimeoutError:
            soak.lost.append(f"`{kind}` did not end")
        soak.done[f"process {kind}"] += 1
        await asyncio.sleep(soak.random.random() * 0.1)


async def threads(soak: Soak) -> None:
    """Hand work to threads and wait for it."""
    while not soak.is_over:
        pause = soak.random.choice((0.0, 0.0, 0.001, 0.01))
        try:
            async with asyncio.timeout(PATIENCE):
                await asyncio.to_thread(time.sleep, pause)
        except TimeoutError:
            soak.lost.append("a thread's result did not arrive")
        soak.done["threads"] += 1


async def queues(soak: Soak) -> None:
    """Pass numbers between tasks, with sleeps of all lengths between."""
    queue: asyncio.Queue[int] = asyncio.Queue(3)

    async def put() -> None:
        for number in range(20):
            await queue.put(number)
            await asyncio.sleep(soak.random.choice((0, 0, 0.0005, 0.005)))

    while not soak.is_over:
        task = asyncio.create_task(put())
        try:
            async with asyncio.timeout(PATIENCE):
                assert [await queue.get() for _ in range(20)] == list(range(20))
                await task
        except TimeoutError:
            soak.lost.append("a queue stood still")
            task.cancel()
        soak.done["queues"] += 1


class Echo(asyncio.DatagramProtocol):
    """Gives each datagram back."""

    def connection_made(self, transport: Any) -> None:
        self.transport = transport

    def datagram_received(self, data: bytes, addr: Any) -> None:
        self.transport.sendto(data, addr)


class Question(asyncio.DatagramProtocol):
    """Waits for its own words; the kernel may give it the port of one who left, and so the answer to that one."""

    def __init__(self, words: bytes) -> None:
        self.words = words
        self.answered = asyncio.Event()

    def datagram_received(self, data: bytes, addr: Any) -> None:
        if data == self.words:
            self.answered.set()


async def datagrams(soak: Soak) -> None:
    """Ask by datagrams: some ends close, some are aborted, some leave before the answer. The loopback loses none."""
    loop = asyncio.get_running_loop()
    while not soak.is_over:
        server, _ = await loop.create_datagram_endpoint(Echo, local_addr=("127.0.0.1", 0))
        place = server.get_extra_info("sockname")
        for _ in range(20):
            words = soak.random.randbytes(soak.random.choice((1, 100, 5_000)))
            make = functools.partial(Question, words)
            client, question = await loop.create_datagram_endpoint(make, remote_addr=place)
            client.sendto(words)
            if soak.random.random() < 0.8:
                try:
                    async with asyncio.timeout(PATIENCE):
                        await question.answered.wait()
                except TimeoutError:
                    soak.lost.append("a datagram was not answered")
            client.abort() if soak.random.random() < 0.3 else client.close()
            soak.done["datagrams"] += 1
            await asyncio.sleep(soak.random.choice((0, 0, 0.001, 0.01)))
        server.close()


def watch(soak: Soak, loop: asyncio.AbstractEventLoop) -> None:
    """Call into the loop at random moments, from a thread; count what does not arrive."""
    chance = random.Random(soak.random.random())  # noqa: S311
    while not soak.is_over:
        arrived = threading.Event()
        loop.call_soon_threadsafe(arrived.set)
        if not arrived.wait(PATIENCE):
            soak.lost.append("a call from a thread did not arrive")
            faulthandler.dump_traceback()
        soak.done["watchdog"] += 1
        time.sleep(chance.random() * 0.02)


async def measure(soak: Soak) -> None:
    """Write the memory down; see that sleeps end."""
    while not soak.is_over:
        before = time.monotonic()
        await asyncio.sleep(0.25)
        if time.monotonic() - before > PATIENCE:
            soak.lost.append("a sleep was far too long")
        soak.memory.append(resident())


async def run(soak: Soak, number: int) -> None:
    """Do it all at once."""
    server = await asyncio.start_server(echo, "127.0.0.1", 0)
    soak.port = server.sockets[0].getsockname()[1]
    watchdog = threading.Thread(target=watch, args=(soak, asyncio.get_running_loop()))
    watchdog.start()
    async with asyncio.TaskGroup() as group:
        for _ in range(number):
            group.create_task(clients(soak))
        for work in (processes, threads, queues, queues, datagrams, measure):
            group.create_task(work(soak))
    await asyncio.to_thread(watchdog.join)
    server.close()
    await server.wait_closed()
    async with asyncio.timeout(PATIENCE):
        while len(asyncio.all_tasks()) > 1:  # noqa: ASYNC110  # there is no event for it
            await asyncio.sleep(0.05)


def main() -> int:
    """Soak, print what was found."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--seconds", type=float, default=600)
    parser.add_argument("--clients", type=int, default=40)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--loop", choices=("vase", "asyncio"), default="vase")
    options = parser.parse_args()
    factory: Any = EventLoop if options.loop == "vase" else asyncio.SelectorEventLoop
    before = descriptors()
    began = time.monotonic()
    # The order of what is random depends on the loop's; the seed makes a run like another, not the same.
    soak = Soak(random.Random(options.seed), began + options.seconds * WARM_UP)  # noqa: S311
    with asyncio.Runner(loop_factory=factory) as runner:
        runner.run(run(soak, options.clients))
        before_mib, before_blocks, first = *allocated(), kept()
        soak.end = began + options.seconds
        runner.run(run(soak, options.clients))
        mib, blocks, last = *allocated(), kept()
        mib, blocks = mib - before_mib, blocks - before_blocks
    took = time.monotonic() - began
    found = {
        "lost wake-ups": soak.lost,
        "MiB after the warm-up": round(first, 1),
        "MiB at the end": round(last, 1),
        "MiB at most": round(max(soak.memory), 1),
        "MiB allocated more": round(mib, 2),
        "blocks allocated more": blocks,
        "descriptors left open": descriptors() - before,
    }
    print(json.dumps({"seconds": round(took), **found, "done": dict(soak.done.most_common())}))
    grown = last - first > GROWTH and took > SETTLED
    return int(bool(soak.lost) or mib > KEPT or blocks > BLOCKS or grown or descriptors() > before)


if __name__ == "__main__":
    sys.exit(main())
