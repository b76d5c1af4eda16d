"""Stream sockets of our loop keep the promises of asyncio's transports."""

import asyncio
import contextvars
import gc
import logging
import os
import socket
import ssl
import subprocess
import threading
import weakref
from collections.abc import AsyncIterator, Callable, Coroutine
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import pytest

from vase.loop import EventLoop, _reports

type Run = Callable[[Coroutine[Any, Any, Any]], Any]


@pytest.fixture(params=[False, True], ids=["plain", "debug"])
def run(request: pytest.FixtureRequest) -> Run:
    """Run a coroutine on a loop of its own, with and without asyncio's debug mode."""

    def runner(work: Coroutine[Any, Any, Any]) -> Any:
        with asyncio.Runner(loop_factory=EventLoop, debug=request.param) as one:
            return one.run(asyncio.wait_for(work, 20))

    return runner


class Recorder(asyncio.Protocol):
    """Writes down what happens to it."""

    def __init__(self) -> None:
        self.events: list[str] = []
        self.received = bytearray()
        self.lost: asyncio.Future[BaseException | None] = asyncio.get_running_loop().create_future()
        self.eof = asyncio.Event()

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self.events.append("made")
        self.transport: Any = transport

    def data_received(self, data: bytes) -> None:
        self.events.append("data")
        self.received += data

    def eof_received(self) -> bool | None:
        self.events.append("eof")
        self.eof.set()
        return None

    def pause_writing(self) -> None:
        self.events.append("pause")

    def resume_writing(self) -> None:
        self.events.append("resume")

    def connection_lost(self, exc: BaseException | None) -> None:
        self.events.append("lost")
        self.lost.set_result(exc)


@asynccontextmanager
async def connected(make: Callable[[], Any] = Recorder) -> AsyncIterator[tuple[Any, Any, socket.socket]]:
    """Give a transport, its protocol, and the raw socket at its other end."""
    loop, (left, right) = asyncio.get_running_loop(), socket.socketpair()
    right.setblocking(False)
    transport, protocol = await loop.create_connection(make, sock=left)
    try:
        yield transport, protocol, right
    finally:
        transport.abort()
        right.close()
        await asyncio.sleep(0)


def test_the_order_of_a_connection(run: Run) -> None:
    """Made, data, end, lost: in this order, each once."""

    async def main() -> list[str]:
        async with connected() as (_, protocol, other):
            other.send(b"one")
            await asyncio.sleep(0.01)
            other.close()
            assert await protocol.lost is None
            return protocol.events

    assert run(main()) == ["made", "data", "eof", "lost"]


def test_flow_control(run: Run) -> None:
    """The protocol pauses above the high mark and goes on at the low one; every byte arrives in its order."""

    async def main() -> None:
        async with connected() as (transport, protocol, other):
            transport.set_write_buffer_limits(high=1000, low=100)
            assert transport.get_write_buffer_limits() == (100, 1000)
            sent = os.urandom(3_000_000)
            transport.write(sent[:1_000_000])
            transport.write(bytearray(sent[1_000_000:2_000_000]))
            transport.writelines([sent[2_000_000:2_500_000], memoryview(sent)[2_500_000:]])
            assert transport.get_write_buffer_size() > 1000
            assert protocol.events == ["made", "pause"]
            received = bytearray()
            while len(received) < len(sent):
                received += await asyncio.get_running_loop().sock_recv(other, 100_000)
            assert bytes(received) == sent
            await asyncio.sleep(0.01)
            assert protocol.events == ["made", "pause", "resume"]
            assert transport.get_write_buffer_size() == 0

    run(main())


def test_what_a_buffer_held_when_it_was_written_is_sent(run: Run) -> None:
    """A bytearray that changes after `write` does not change what arrives."""

    async def main() -> None:
        async with connected() as (transport, _, other):
            data = bytearray(b"a" * 2_000_000)
            transport.write(data)
            data[:] = b"b" * len(data)
            data.clear()
            received = 0
            while received < 2_000_000:
                piece = await asyncio.get_running_loop().sock_recv(other, 100_000)
                assert piece.count(b"a") == len(piece)
                received += len(piece)

    run(main())


def test_items_wider_than_a_byte(run: Run) -> None:
    """A memoryview counts by its bytes, whatever its items are."""

    async def main() -> None:
        async with connected() as (transport, _, other):
            transport.write(memoryview(b"abcdefgh").cast("I"))
            assert await asyncio.get_running_loop().sock_recv(other, 100) == b"abcdefgh"

    run(main())


def test_wrong_data_is_refused(run: Run) -> None:
    """Text is refused with the error of asyncio's own transports."""

    async def main() -> None:
        async with connected() as (transport, _, _other):
            with pytest.raises(TypeError, match="data argument must be a bytes-like object, not 'str'"):
                transport.write("text")
            with pytest.raises(ValueError, match=r"high \(1\) must be >= low \(2\) must be >= 0"):
                transport.set_write_buffer_limits(high=1, low=2)
            transport.write(b"")
            transport.write_eof()
            with pytest.raises(RuntimeError, match=r"Cannot call write\(\) after write_eof\(\)"):
                transport.write(b"late")

    run(main())


def test_end_of_what_is_written(run: Run) -> None:
    """`write_eof` comes after what waits; the other side still can answer."""

    async def main() -> None:
        class Open(Recorder):
            def eof_received(self) -> bool:
                return True

        async with connected(Open) as (transport, protocol, other):
            loop = asyncio.get_running_loop()
            transport.write(b"x" * 1_000_000)
            transport.write_eof()
            received = 0
            while piece := await loop.sock_recv(other, 65536):
                received += len(piece)
            assert received == 1_000_000
            await loop.sock_sendall(other, b"answer")
            await asyncio.sleep(0.01)
            assert bytes(protocol.received) == b"answer"

    run(main())


def test_close_sends_what_waits_and_abort_does_not(run: Run) -> None:
    """`close` waits for the socket, `abort` does not."""

    async def main() -> None:
        loop = asyncio.get_running_loop()
        async with connected() as (transport, protocol, other):
            transport.write(b"x" * 1_000_000)
            transport.close()
            assert transport.is_closing()
            received = 0
            while piece := await loop.sock_recv(other, 65536):
                received += len(piece)
            assert received == 1_000_000
            assert await protocol.lost is None
        async with connected() as (transport, protocol, _):
            transport.write(b"x" * 1_000_000)
            transport.abort()
            assert await protocol.lost is None
            assert transport.get_write_buffer_size() == 0
            assert protocol.events == ["made", "pause", "lost"]

    run(main())


def test_pausing(run: Run) -> None:
    """Nothing is read between `pause_reading` and `resume_reading`."""

    async def main() -> None:
        async with connected() as (transport, protocol, other):
            transport.pause_reading()
            transport.pause_reading()
            assert not transport.is_reading()
            other.send(b"later")
            await asyncio.sleep(0.02)
            assert protocol.events == ["made"]
            transport.resume_reading()
            await asyncio.sleep(0.02)
            assert bytes(protocol.received) == b"later"

    run(main())


def test_buffered_protocols(run: Run) -> None:
    """A `BufferedProtocol` is read into its own memory."""

    async def main() -> bytes:
        class Buffered(asyncio.BufferedProtocol):
            def __init__(self) -> None:
                self.memory, self.received = bytearray(4), bytearray()

            def get_buffer(self, sizehint: int) -> bytearray:
                assert sizehint == -1
                return self.memory

            def buffer_updated(self, nbytes: int) -> None:
                self.received += self.memory[:nbytes]

        async with connected(Buffered) as (_, protocol, other):
            other.send(b"in pieces of four")
            await asyncio.sleep(0.05)
            return bytes(protocol.received)

    assert run(main()) == b"in pieces of four"


def test_a_protocol_that_raises_loses_its_connection(run: Run) -> None:
    """The exception goes to the loop's handler and to `connection_lost`."""

    async def main() -> None:
        told: list[dict[str, Any]] = []
        asyncio.get_running_loop().set_exception_handler(lambda _, context: told.append(context))

        class Broken(Recorder):
            def data_received(self, data: bytes) -> None:
                raise LookupError(data)

        async with connected(Broken) as (transport, protocol, other):
            other.send(b"x")
            assert isinstance(await protocol.lost, LookupError)
        assert told[0]["message"] == "Fatal error: protocol.data_received() call failed."
        assert told[0]["transport"] is transport

    run(main())


def test_a_reset_is_an_error_with_its_number(run: Run) -> None:
    """`connection_lost` is given the `OSError` with `errno`, of its own class."""

    async def main() -> None:
        server = await asyncio.get_running_loop().create_server(Recorder, "127.0.0.1", 0)
        raw = socket.create_connection(server.sockets[0].getsockname())
        transport, protocol = await asyncio.get_running_loop().create_connection(Recorder, sock=raw)
        await asyncio.sleep(0.01)
        transport.get_extra_info("socket").setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, b"\1\0\0\0\0\0\0\0")
        server.close()
        transport.abort()
        assert await protocol.lost is None

    async def other_side() -> None:
        lost: list[BaseException | None] = []

        class Server(Recorder):
            def connection_lost(self, exc: BaseException | None) -> None:
                lost.append(exc)

        server = await asyncio.get_running_loop().create_server(Server, "127.0.0.1", 0)
        raw = socket.create_connection(server.sockets[0].getsockname())
        await asyncio.sleep(0.02)
        raw.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, b"\1\0\0\0\0\0\0\0")
        raw.close()
        await asyncio.sleep(0.02)
        server.close()
        assert isinstance(lost[0], ConnectionResetError)
        assert lost[0].errno == 104

    run(main())
    run(other_side())


def test_reads_run_in_the_context_of_the_connection(run: Run) -> None:
    """Each connection sees the context variables of whoever made it."""
    variable = contextvars.ContextVar("variable", default="outside")

    async def main() -> None:
        class Reader(Recorder):
            def data_received(self, data: bytes) -> None:
                self.seen = variable.get()

        variable.set("maker")
        async with connected(Reader) as (_, protocol, other):
            variable.set("changed")
            other.send(b"x")
            await asyncio.sleep(0.01)
            assert protocol.seen == "maker"

    run(main())


def test_it_is_asyncios_own_to_those_who_ask(run: Run) -> None:
    """`isinstance`, `get_extra_info` and `repr` answer as asyncio's transport does."""

    async def main() -> None:
        async with connected() as (transport, protocol, other):
            number = transport._sock_fd
            assert isinstance(transport, asyncio.Transport)
            assert transport.get_protocol() is protocol
            assert transport.get_extra_info("socket").fileno() == number
            assert transport.get_extra_info("nothing", 5) == 5
            assert transport.get_extra_info("nothing") is None
            assert "read=polling write=<idle, bufsize=0>" in repr(transport)
            loop = asyncio.get_running_loop()
            with pytest.raises(RuntimeError, match="is used by transport"):
                loop.add_reader(number, print)
            assert weakref.ref(transport)() is transport
            _ = other

    run(main())


def test_an_unclosed_transport_is_named() -> None:
    """Who lets a transport go without closing it is told, and the socket is closed."""
    loop = EventLoop()
    left, right = socket.socketpair()

    async def main() -> None:
        transport, _ = await loop.create_connection(Recorder, sock=left)
        transport.pause_reading()

    loop.run_until_complete(main())
    with pytest.warns(ResourceWarning, match="unclosed transport"):
        gc.collect()
    assert left.fileno() == -1
    right.close()
    loop.close()


def test_nothing_is_kept(run: Run) -> None:
    """A connection that has ended is collected, with its protocol."""

    async def main() -> None:
        seen: list[weakref.ref[Any]] = []
        async with connected() as (transport, protocol, other):
            seen += [weakref.ref(transport), weakref.ref(protocol)]
            other.send(b"x")
            await asyncio.sleep(0.01)
        await asyncio.sleep(0.01)
        del transport, protocol, other
        gc.collect()
        assert [one() for one in seen] == [None, None]

    run(main())


def test_writes_after_a_loss_are_swallowed_then_named(run: Run, caplog: pytest.LogCaptureFixture) -> None:
    """A protocol that writes on and on to nobody is named in the log."""

    async def main() -> None:
        async with connected() as (transport, _, _other):
            transport.abort()
            for _ in range(8):
                transport.write(b"x")

    with caplog.at_level(logging.WARNING, "asyncio"):
        run(main())
    assert "socket.send() raised exception." in caplog.messages


@pytest.fixture(scope="module")
def certificate(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Give a file with a key and a certificate of its own for localhost."""
    path = tmp_path_factory.mktemp("tls") / "both.pem"
    key = path.with_name("key.pem")
    subprocess.run(
        [
            *("openssl", "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-keyout", str(key), "-out", str(path)),
            *("-days", "2", "-subj", "/CN=localhost", "-addext", "subjectAltName=DNS:localhost"),
        ],
        check=True,
        capture_output=True,
    )
    path.write_text(path.read_text() + key.read_text())
    return path


def test_tls(run: Run, certificate: Path) -> None:
    """TLS runs over our transport: large writes both ways, and its end."""

    async def main() -> None:
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(certificate)
        trust = ssl.create_default_context(cafile=str(certificate))

        async def answer(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
            writer.write(await reader.readexactly(1_000_000))
            await writer.drain()
            writer.close()

        server = await asyncio.start_server(answer, "127.0.0.1", 0, ssl=context)
        port = server.sockets[0].getsockname()[1]
        reader, writer = await asyncio.open_connection("127.0.0.1", port, ssl=trust, server_hostname="localhost")
        sent = os.urandom(1_000_000)
        writer.write(sent)
        assert await reader.read(-1) == sent
        writer.close()
        await writer.wait_closed()
        server.close()

    run(main())


def test_sendfile(run: Run, tmp_path: Path) -> None:
    """`loop.sendfile` goes through the kernel, and through memory where it must."""
    path = tmp_path / "file"
    content = os.urandom(500_000)
    path.write_bytes(content)

    async def main() -> None:
        loop = asyncio.get_running_loop()
        async with connected() as (transport, protocol, other):
            with path.open("rb") as file:
                sending = asyncio.ensure_future(loop.sendfile(transport, file))
                received = bytearray()
                while len(received) < len(content):
                    received += await loop.sock_recv(other, 65536)
                assert await sending == len(content)
            assert bytes(received) == content
            other.send(b"on")
            await asyncio.sleep(0.01)
            assert bytes(protocol.received) == b"on"

    run(main())


def test_a_loop_that_was_made_in_one_thread_runs_in_another() -> None:
    """A loop belongs to no thread until an engine is made for it."""
    loop = EventLoop()
    thread = threading.Thread(target=loop.run_forever)
    thread.start()
    assert asyncio.run_coroutine_threadsafe(asyncio.sleep(0.01, "done"), loop).result(5) == "done"
    loop.call_soon_threadsafe(loop.stop)
    thread.join(5)
    assert loop.run_until_complete(asyncio.sleep(0, "here")) == "here"
    loop.close()


def test_small_writes_are_not_held_back_whatever_made_the_socket(run: Run) -> None:
    """`TCP_NODELAY` is set on sockets without a protocol number, which a user's own listener hands out, as well."""

    async def main() -> list[int]:
        listener = socket.socket()
        listener.bind(("127.0.0.1", 0))
        loop = asyncio.get_running_loop()
        accepted: asyncio.Future[Any] = loop.create_future()

        class Accept(asyncio.Protocol):
            def connection_made(self, transport: asyncio.BaseTransport) -> None:
                accepted.set_result(transport)

        server = await loop.create_server(Accept, sock=listener)
        ours = socket.socket()
        ours.setblocking(False)
        await loop.sock_connect(ours, listener.getsockname())
        transport, _ = await loop.create_connection(asyncio.Protocol, sock=ours)
        try:
            ends = [one.get_extra_info("socket") for one in (transport, await accepted)]
            assert {end.proto for end in ends} == {0}
            return [end.getsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY) for end in ends]
        finally:
            transport.close()
            (await accepted).close()
            server.close()

    assert all(run(main()))


def test_a_protocol_that_receives_nothing_is_at_fault_when_something_comes(
    run: Run, caplog: pytest.LogCaptureFixture
) -> None:
    """A protocol without `data_received` can write; what it is sent ends its connection."""

    class Deaf(asyncio.BaseProtocol):
        def __init__(self) -> None:
            self.lost: asyncio.Future[BaseException | None] = asyncio.get_running_loop().create_future()

        def connection_lost(self, exc: BaseException | None) -> None:
            self.lost.set_result(exc)

    async def main() -> BaseException | None:
        left, right = socket.socketpair()
        transport, deaf = await asyncio.get_running_loop().create_connection(Deaf, sock=left)
        with right:
            transport.write(b"hello")
            right.settimeout(5)
            assert right.recv(5) == b"hello"
            assert not deaf.lost.done()
            right.send(b"well?")
            return await deaf.lost

    assert isinstance(run(main()), AttributeError)
    assert "protocol.data_received() call failed" in caplog.text


def test_the_socket_of_a_transport_that_the_collector_emptied_is_closed() -> None:
    """The collector may clear the Python half of a socket before its transport is told of the end."""
    left, right = socket.socketpair()
    del left._io_refs  # type: ignore[attr-defined]
    with pytest.warns(ResourceWarning, match="unclosed transport"):
        _reports.unclosed(left.fileno(), left, None)
    with right:
        right.settimeout(5)
        assert right.recv(1) == b""


def test_a_class_may_override_what_the_core_does() -> None:
    """A method of the core's that a class replaces is heeded."""

    class Own(EventLoop):
        def time(self) -> float:
            return 42.0

    loop = Own()
    try:
        assert loop.time() == 42.0
    finally:
        loop.close()


def test_a_closed_loop_is_in_no_cycle() -> None:
    """It goes when the last who knows it lets go, without the collector."""
    loop = EventLoop()
    loop.close()
    gone = weakref.ref(loop)
    gc.collect()
    gc.disable()
    try:
        del loop
        assert gone() is None
    finally:
        gc.enable()
