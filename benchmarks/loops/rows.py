"""What is measured: each row is a coroutine that gives operations a second."""

import asyncio
import contextlib
import socket
import time
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence

__all__ = ["ROWS", "Row"]

type Row = Callable[[float], Awaitable[float]]

_MESSAGE = b"x" * 1024


async def _repeat(seconds: float, step: Callable[[], Awaitable[object]], per_step: int = 1) -> float:
    """Repeat a step until the time is over; the first tenth warms up."""
    end = time.perf_counter() + seconds / 10
    while time.perf_counter() < end:
        await step()
    done, began = 0, time.perf_counter()
    end = began + seconds
    while (now := time.perf_counter()) < end:
        await step()
        done += per_step
    return done / (now - began)


async def sleep_zero(seconds: float) -> float:
    """`sleep(0)`: one turn of the loop for each."""

    async def step() -> None:
        for _ in range(200):
            await asyncio.sleep(0)

    return await _repeat(seconds, step, 200)


async def call_soon(seconds: float) -> float:
    """10,000 callbacks that are queued, then run."""
    loop = asyncio.get_running_loop()

    def nothing() -> None: ...

    async def step() -> None:
        for _ in range(10_000):
            loop.call_soon(nothing)
        await asyncio.sleep(0)

    return await _repeat(seconds, step, 10_000)


async def timers(seconds: float) -> float:
    """100,000 timers that are set and cancelled, as time-outs are."""
    loop = asyncio.get_running_loop()

    def nothing() -> None: ...

    async def step() -> None:
        handles = [loop.call_later(60 + number % 7, nothing) for number in range(100_000)]
        await asyncio.sleep(0)
        for handle in handles:
            handle.cancel()
        await asyncio.sleep(0)

    return await _repeat(seconds, step, 100_000)


async def timers_due(seconds: float) -> float:
    """10,000 timers that come due."""
    loop = asyncio.get_running_loop()

    async def step() -> None:
        done = loop.create_future()
        for _ in range(10_000):
            loop.call_later(0.001, int)
        loop.call_later(0.003, done.set_result, None)
        await done

    return await _repeat(seconds, step, 10_000)


class _Echo(asyncio.Protocol):
    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        assert isinstance(transport, asyncio.Transport) or hasattr(transport, "write")
        self.write = transport.write

    def data_received(self, data: bytes) -> None:
        self.write(data)


class _Ping(asyncio.Protocol):
    """Sends a message again each time it has come back."""

    def __init__(self) -> None:
        self.count = 0
        self.missing = len(_MESSAGE)

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self.transport = transport
        transport.write(_MESSAGE)  # type: ignore[attr-defined]

    def data_received(self, data: bytes) -> None:
        self.missing -= len(data)
        if self.missing == 0:
            self.missing = len(_MESSAGE)
            self.count += 1
            self.transport.write(_MESSAGE)  # type: ignore[attr-defined]


async def _trips(pings: "Sequence[_Ping | _DatagramPing]", seconds: float) -> float:
    """Return how many messages come back in a second, once they all run."""
    await asyncio.sleep(seconds / 10)
    before, began = sum(ping.count for ping in pings), time.perf_counter()
    await asyncio.sleep(seconds)
    return (sum(ping.count for ping in pings) - before) / (time.perf_counter() - began)


async def tcp_echo(seconds: float) -> float:
    """A kilobyte to and fro between protocols over TCP, ten connections, both ends on the loop."""
    loop = asyncio.get_running_loop()
    server = await loop.create_server(_Echo, "127.0.0.1", 0)
    address = server.sockets[0].getsockname()
    pairs = [await loop.create_connection(_Ping, *address) for _ in range(10)]
    figure = await _trips([ping for _, ping in pairs], seconds)
    for transport, _ in pairs:
        transport.close()
    server.close()
    await asyncio.sleep(0.01)
    return figure


class _DatagramEcho(asyncio.DatagramProtocol):
    def connection_made(self, transport: asyncio.DatagramTransport) -> None:
        self.send = transport.sendto

    def datagram_received(self, data: bytes, addr: tuple[str, int]) -> None:
        self.send(data, addr)


class _DatagramPing(asyncio.DatagramProtocol):
    """Sends a message again each time it has come back; the loopback loses none while no buffer is full."""

    def __init__(self) -> None:
        self.count = 0

    def connection_made(self, transport: asyncio.DatagramTransport) -> None:
        self.send = transport.sendto
        self.send(_MESSAGE)

    def datagram_received(self, data: bytes, addr: tuple[str, int]) -> None:
        self.count += 1
        self.send(_MESSAGE)


async def udp_echo(seconds: float) -> float:
    """A kilobyte to and fro between protocols over UDP, ten clients, both ends on the loop."""
    loop = asyncio.get_running_loop()
    server, _ = await loop.create_datagram_endpoint(_DatagramEcho, ("127.0.0.1", 0))
    address = server.get_extra_info("sockname")
    pairs = [await loop.create_datagram_endpoint(_DatagramPing, remote_addr=address) for _ in range(10)]
    figure = await _trips([ping for _, ping in pairs], seconds)
    for transport, _ in pairs:
        transport.close()
    server.close()
    await asyncio.sleep(0.01)
    return figure


@contextlib.asynccontextmanager
async def _stream_pair() -> AsyncIterator[tuple[asyncio.StreamReader, asyncio.StreamWriter]]:
    async def answer(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        with contextlib.suppress(asyncio.IncompleteReadError):
            while True:
                writer.write(await reader.readexactly(len(_MESSAGE)))
                await writer.drain()
        writer.close()

    server = await asyncio.start_server(answer, "127.0.0.1", 0)
    reader, writer = await asyncio.open_connection(*server.sockets[0].getsockname())
    yield reader, writer
    writer.close()
    server.close()
    await asyncio.sleep(0.01)


async def streams_echo(seconds: float) -> float:
    """A kilobyte to and fro over streams, one connection, both ends on the loop."""
    async with _stream_pair() as (reader, writer):

        async def step() -> None:
            writer.write(_MESSAGE)
            await reader.readexactly(len(_MESSAGE))

        return await _repeat(seconds, step)


async def sockets_echo(seconds: float) -> float:
    """A kilobyte to and fro with `sock_sendall` and `sock_recv`."""
    loop, (left, right) = asyncio.get_running_loop(), socket.socketpair()
    for one in (left, right):
        one.setblocking(False)  # noqa: FBT003

    async def answer() -> None:
        while data := await loop.sock_recv(right, 4096):
            await loop.sock_sendall(right, data)

    async def step() -> None:
        await loop.sock_sendall(left, _MESSAGE)
        await loop.sock_recv(left, 4096)

    task = asyncio.create_task(answer())
    try:
        return await _repeat(seconds, step)
    finally:
        task.cancel()
        await asyncio.gather(task, return_exceptions=True)
        left.close()
        right.close()


async def threads(seconds: float) -> float:
    """`to_thread`: to a thread and back."""

    async def step() -> None:
        await asyncio.to_thread(int)

    return await _repeat(seconds, step)


ROWS: dict[str, Row] = {
    "sleep(0)": sleep_zero,
    "10,000 call_soon": call_soon,
    "100,000 timers cancelled": timers,
    "10,000 timers due": timers_due,
    "TCP echo, 10 connections": tcp_echo,
    "UDP echo, 10 clients": udp_echo,
    "streams echo": streams_echo,
    "sock_recv echo": sockets_echo,
    "to_thread": threads,
}
