"""Datagrams come and go as on asyncio's loop: each test runs on both."""

import asyncio
import gc
import logging
import socket
import weakref
from collections.abc import AsyncIterator, Callable, Coroutine
from contextlib import asynccontextmanager
from typing import Any

import pytest

from vase.loop import EventLoop
from vase.loop._datagrams import DatagramTransport

type Run = Callable[[Coroutine[Any, Any, Any]], Any]

HOSTS = {"version 4": "127.0.0.1", "version 6": "::1"}


@pytest.fixture(params=[EventLoop, asyncio.SelectorEventLoop], ids=["vase", "asyncio"])
def run(request: pytest.FixtureRequest) -> Run:
    """Runs a coroutine on a loop of its own."""

    def runner(work: Coroutine[Any, Any, Any]) -> Any:
        with asyncio.Runner(loop_factory=request.param) as one:
            return one.run(work)

    return runner


@pytest.fixture(params=sorted(HOSTS))
def host(request: pytest.FixtureRequest) -> str:
    """The machine itself, by either protocol."""
    address = HOSTS[request.param]
    family = socket.AF_INET6 if ":" in address else socket.AF_INET
    with socket.socket(family, socket.SOCK_DGRAM) as probe:
        try:
            probe.bind((address, 0))
        except OSError as error:
            pytest.skip(f"no {address} here: {error}")
    return address


class Ear(asyncio.DatagramProtocol):
    """Keeps what it hears."""

    def __init__(self) -> None:
        self.heard: asyncio.Queue[tuple[bytes, Any]] = asyncio.Queue()
        self.errors: asyncio.Queue[Exception] = asyncio.Queue()
        self.lost: list[Exception | None] = []

    def connection_made(self, transport: Any) -> None:
        self.transport = transport

    def datagram_received(self, data: bytes, addr: Any) -> None:
        self.heard.put_nowait((data, addr))

    def error_received(self, exc: Exception) -> None:
        self.errors.put_nowait(exc)

    def connection_lost(self, exc: Exception | None) -> None:
        self.lost.append(exc)

    async def hear(self, count: int = 1) -> list[bytes]:
        return [(await asyncio.wait_for(self.heard.get(), 5))[0] for _ in range(count)]


@asynccontextmanager
async def ear(
    make: Callable[[], Ear] = Ear, *, to: Any = None, host: str = "127.0.0.1"
) -> AsyncIterator[tuple[Ear, Any]]:
    """A protocol on a free port, or on a socket that is connected; gives its address too."""
    loop = asyncio.get_running_loop()
    named: dict[str, Any] = {"local_addr": (host, 0)} if to is None else {"remote_addr": to[:2]}
    transport, protocol = await loop.create_datagram_endpoint(make, **named)
    try:
        yield protocol, transport.get_extra_info("sockname")
    finally:
        transport.close()
        await asyncio.sleep(0)


def test_our_loop_takes_the_core_for_them() -> None:
    """What is tested here is what it says."""

    async def main() -> None:
        async with ear() as (protocol, _):
            assert isinstance(protocol.transport, DatagramTransport)
            assert isinstance(protocol.transport, asyncio.DatagramTransport)
            assert "sendto" in vars(protocol.transport)

    with asyncio.Runner(loop_factory=EventLoop) as runner:
        runner.run(main())


def test_datagrams_go_to_and_fro(run: Run, host: str) -> None:
    """From a socket that is connected and from one that is not, of every kind of bytes, with the sender's address."""

    async def main() -> None:
        async with ear(host=host) as (server, place), ear(to=place) as (client, home):
            big = bytes(range(256)) * 200
            for data in (b"a", bytearray(b"b"), memoryview(b"c"), big):
                client.transport.sendto(data)
                assert await asyncio.wait_for(server.heard.get(), 5) == (bytes(data), home)
                server.transport.sendto(data, home)
                assert await asyncio.wait_for(client.heard.get(), 5) == (bytes(data), place)
            client.transport.sendto(b"where I am connected", place)
            assert await server.hear() == [b"where I am connected"]

    run(main())


def test_each_sender_is_told_from_the_others(run: Run, host: str) -> None:
    """An answer goes to whom it is for, be there one sender or many by turns."""

    async def main() -> None:
        async with ear(host=host) as (server, place), ear(to=place) as (one, _), ear(to=place) as (two, _):
            for _ in range(3):
                for client in (one, two):
                    client.transport.sendto(b"who?")
                    _, sender = await asyncio.wait_for(server.heard.get(), 5)
                    server.transport.sendto(f"{sender[1]}".encode(), sender)
                    home = client.transport.get_extra_info("sockname")
                    assert await client.hear() == [f"{home[1]}".encode()]
            # The same address in another tuple, and as short as Python takes it.
            server.transport.sendto(b"short", tuple(list(one.transport.get_extra_info("sockname"))[:2]))
            assert await one.hear() == [b"short"]

    run(main())


def test_many_at_once_come_in_their_order(run: Run) -> None:
    """More than one readiness takes."""

    async def main() -> None:
        async with ear() as (server, place), ear(to=place) as (client, _):
            sent = [b"%d" % number for number in range(100)]
            for data in sent:
                client.transport.sendto(data)
            assert await server.hear(len(sent)) == sent

    run(main())


def test_a_name_is_looked_up(run: Run) -> None:
    """An address that is not in figures is for the socket to understand."""

    async def main() -> None:
        async with ear() as (server, place), ear() as (client, _):
            client.transport.sendto(b"by name", ("localhost", place[1]))
            assert await server.hear() == [b"by name"]

    run(main())


def test_a_protocol_that_closes_hears_nothing_more(run: Run) -> None:
    """What has come already is left; the end is told once."""

    class Once(Ear):
        def datagram_received(self, data: bytes, addr: Any) -> None:
            super().datagram_received(data, addr)
            self.transport.close()

    async def main() -> None:
        async with ear(Once) as (server, place), ear(to=place) as (client, _):
            for _ in range(3):
                client.transport.sendto(b"x")
            await server.hear()
            await asyncio.sleep(0.02)
            assert server.heard.empty()
            assert server.lost == [None]

    run(main())


def test_a_protocol_that_pauses_hears_nothing_until_it_goes_on(run: Run) -> None:
    """`pause_reading` holds between two datagrams."""

    class Slow(Ear):
        def datagram_received(self, data: bytes, addr: Any) -> None:
            super().datagram_received(data, addr)
            self.transport.pause_reading()

    async def main() -> None:
        async with ear(Slow) as (server, place), ear(to=place) as (client, _):
            for _ in range(3):
                client.transport.sendto(b"x")
            for _ in range(3):
                await server.hear()
                await asyncio.sleep(0.02)
                assert server.heard.empty()
                server.transport.resume_reading()

    run(main())


def test_what_a_protocol_raises_is_reported(run: Run, caplog: pytest.LogCaptureFixture) -> None:
    """The socket goes on; nothing that came is lost."""

    class Faulty(Ear):
        def datagram_received(self, data: bytes, addr: Any) -> None:
            super().datagram_received(data, addr)
            if data == b"1":
                raise ZeroDivisionError

    async def main() -> None:
        async with ear(Faulty) as (server, place), ear(to=place) as (client, _):
            for data in (b"0", b"1", b"2"):
                client.transport.sendto(data)
            assert await server.hear(3) == [b"0", b"1", b"2"]

    with caplog.at_level(logging.ERROR):
        run(main())
    assert [record.exc_info[0] for record in caplog.records if record.exc_info] == [ZeroDivisionError]


def test_an_error_of_the_network_is_told_and_ends_nothing(run: Run) -> None:
    """Nobody listens; then somebody does."""

    async def main() -> None:
        async with ear() as (_, place):
            pass
        async with ear(to=place) as (client, _):
            client.transport.sendto(b"anybody?")
            error = await asyncio.wait_for(client.errors.get(), 5)
            assert isinstance(error, ConnectionRefusedError)
            loop = asyncio.get_running_loop()
            transport, late = await loop.create_datagram_endpoint(Ear, local_addr=place)
            client.transport.sendto(b"now?")
            assert await late.hear() == [b"now?"]
            transport.close()

    run(main())


def test_a_datagram_that_is_too_long_is_an_error(run: Run) -> None:
    """The kernel refuses more than 64 KiB; the protocol is told."""

    async def main() -> None:
        async with ear() as (_, place), ear(to=place) as (client, _):
            client.transport.sendto(bytes(70_000))
            assert (await asyncio.wait_for(client.errors.get(), 5)).errno is not None  # type: ignore[attr-defined]

    run(main())


def test_what_is_no_datagram_is_refused(run: Run) -> None:
    """By the words of asyncio."""

    async def main() -> None:
        async with ear() as (server, place), ear(to=place) as (client, home):
            with pytest.raises(TypeError, match="bytes-like"):
                client.transport.sendto("text")
            with pytest.raises(ValueError, match="Invalid address"):
                client.transport.sendto(b"x", ("127.0.0.1", 9))
            server.transport.sendto(b"still here", home)
            assert await client.hear() == [b"still here"]

    run(main())


def test_what_waits_goes_first(run: Run) -> None:
    """A datagram does not overtake those that the kernel did not take."""

    async def main() -> None:
        async with ear() as (server, place), ear(to=place) as (client, _):
            client.transport._buffer.append((b"first", None))
            client.transport.sendto(b"second")
            client.transport._sendto_ready()
            assert await server.hear(2) == [b"first", b"second"]

    run(main())


def test_a_closed_transport_is_in_no_cycle(run: Run) -> None:
    """It goes without the collector, and what is sent into it before that is not sent."""

    async def main() -> None:
        async with ear() as (server, place):
            async with ear(to=place) as (client, _):
                gone = weakref.ref(client.transport)
            assert client.lost == [None]
            client.transport.sendto(b"too late")
            assert "sendto" not in vars(client.transport)
            gc.collect()
            gc.disable()
            try:
                del client.transport
                await asyncio.sleep(0)
                assert gone() is None
            finally:
                gc.enable()
            assert server.heard.empty()

    run(main())
