"""Clients of other people, over real connections: the library `websockets`, and octets by hand."""

import asyncio
import json
import socket as sockets
import zlib
from collections.abc import AsyncIterator, Iterator

import pytest
import websockets
from websockets.exceptions import ConnectionClosedError, InvalidStatus
from websockets.extensions.permessage_deflate import ClientPerMessageDeflateFactory

from vase import EventSourceResponse, ServerSentEvent, Vase, WebSocket
from vase.loop import EventLoop
from vase.testing import LiveServer

CLIENTS = 1000
MESSAGES = 100


def site(shutdown_seconds: int = 5) -> Vase:
    app = Vase(settings={"WEBSOCKET_MAX_MESSAGE_SIZE": 1_000_000, "SHUTDOWN_TIMEOUT_SECONDS": shutdown_seconds})

    @app.websocket("/echo")
    async def echo(socket: WebSocket) -> None:
        async for message in socket:
            await socket.send(message)

    @app.websocket("/count")
    async def count(socket: WebSocket) -> None:
        for number in range(MESSAGES):
            await socket.send(f"{number}")
        await socket.receive()

    @app.get("/count")
    async def events() -> EventSourceResponse:
        async def made() -> AsyncIterator[ServerSentEvent]:
            for number in range(MESSAGES):
                yield ServerSentEvent(f"{number}", id=number)
            await asyncio.Event().wait()

        return EventSourceResponse(made(), retry=1500)

    return app


@pytest.fixture
def server() -> Iterator[LiveServer]:
    with LiveServer(site()) as live:
        yield live


async def test_library_as_client(server: LiveServer):
    """Compressed and not, small and large, texts and octets, pings."""
    address = f"ws://{server.host}:{server.port}/echo"
    for compression in ("deflate", None):
        async with websockets.connect(address, compression=compression) as client:
            for message in ("", "größe", b"\x00" * 100_000, "y" * 999_999, b"\xff"):
                await client.send(message)
                assert await client.recv() == message
            await client.send(["a", "b", "c"])  # fragments
            assert await client.recv() == "abc"
            await asyncio.wait_for(await client.ping(b"there?"), 5)
    async with websockets.connect(address, max_size=None) as client:
        await client.send(b"z" * 1_000_001)
        with pytest.raises(ConnectionClosedError) as closed:
            await client.recv()
        assert closed.value.rcvd is not None
        assert closed.value.rcvd.code == 1009


@pytest.mark.parametrize("window", [9, 12, 15])
@pytest.mark.parametrize("takes_over", [True, False])
async def test_compression_as_it_is_agreed(server: LiveServer, window: int, takes_over: bool):
    factory = ClientPerMessageDeflateFactory(
        server_max_window_bits=window,
        client_max_window_bits=window,
        server_no_context_takeover=not takes_over,
        client_no_context_takeover=not takes_over,
    )
    async with websockets.connect(
        f"ws://{server.host}:{server.port}/echo", compression=None, extensions=[factory]
    ) as client:
        for length in (10, 1000, 70_000, 1000):
            text = "".join(chr(97 + index * index % 23) for index in range(length))
            await client.send(text)
            assert await client.recv() == text


async def test_refusals_are_answers_of_http(server: LiveServer):
    address = f"ws://{server.host}:{server.port}"
    with pytest.raises(InvalidStatus) as refused:
        await websockets.connect(f"{address}/nowhere")
    assert refused.value.response.status_code == 404
    with pytest.raises(InvalidStatus) as refused:
        await websockets.connect(f"{address}/echo", origin="https://evil.example")  # type: ignore[arg-type]
    assert refused.value.response.status_code == 403


def frame(first: int, payload: bytes) -> bytes:
    key = b"\x11\x22\x33\x44"
    masked = bytes(octet ^ key[index % 4] for index, octet in enumerate(payload))
    length = bytes([0x80 | len(payload)]) if len(payload) < 126 else b"\xfe" + len(payload).to_bytes(2)
    return bytes([first]) + length + key + masked


def opened(server: LiveServer, extensions: str = "") -> sockets.socket:
    connection = sockets.create_connection((server.host, server.port), timeout=5)
    connection.sendall(
        f"GET /echo HTTP/1.1\r\nHost: {server.host}\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
        "Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n"
        f"{extensions}\r\n".encode()
    )
    answer = b""
    while b"\r\n\r\n" not in answer:
        answer += connection.recv(1)
    assert answer.startswith(b"HTTP/1.1 101 ")
    assert b"s3pPLMBiTxaQ9kYGzzhZRbK+xOo=" in answer
    return connection


def rest(connection: sockets.socket) -> bytes:
    """Everything until the server has ended the connection, without a reset."""
    with connection:
        found = b""
        while piece := connection.recv(65536):
            found += piece
        return found


CLOSED = b"\x88\x02"


@pytest.mark.parametrize(
    ("octets", "answer"),
    [
        pytest.param(frame(0x81, b"hi") + frame(0x88, b"\x03\xe8"), b"\x81\x02hi\x88\x02\x03\xe8", id="1.1 text"),
        pytest.param(frame(0x89, b"p" * 125) + frame(0x88, b""), b"\x8a\x7d" + b"p" * 125 + b"\x88\x00", id="2 ping"),
        pytest.param(frame(0x8A, b"unasked") + frame(0x88, b""), b"\x88\x00", id="2 pong"),
        pytest.param(frame(0x89, b"p" * 126), (1002, b"\x88"), id="2 long ping"),
        pytest.param(frame(0xB1, b"x"), (1002, b"\x88"), id="3 reserved bits"),
        pytest.param(frame(0xC1, b"x"), (1002, b"\x88"), id="3 compression that was not agreed on"),
        pytest.param(frame(0x83, b"x"), (1002, b"\x88"), id="4 reserved opcode"),
        pytest.param(frame(0x8F, b"x"), (1002, b"\x88"), id="4 reserved control opcode"),
        pytest.param(frame(0x09, b"x") + frame(0x80, b""), (1002, b"\x88"), id="5 fragmented ping"),
        pytest.param(
            frame(0x01, b"a") + frame(0x89, b"p") + frame(0x80, b"b") + frame(0x88, b""),
            b"\x8a\x01p\x81\x02ab\x88\x00",
            id="5 ping within a message",
        ),
        pytest.param(frame(0x80, b"x"), (1002, b"\x88"), id="5 continuation of nothing"),
        pytest.param(frame(0x01, b"a") + frame(0x81, b"b"), (1002, b"\x88"), id="5 text within a text"),
        pytest.param(frame(0x81, b"\xce\xba\xed\xa0\x80"), (1007, b"\x88"), id="6 surrogate"),
        pytest.param(frame(0x01, b"\xce\xba\xf4\x90\x80"), (1007, b"\x88"), id="6 told before the end"),
        pytest.param(frame(0x88, b"\x03"), (1002, b"\x88"), id="7 half a code"),
        pytest.param(frame(0x88, b"\x03\xec"), (1002, b"\x88"), id="7 code 1004"),
        pytest.param(frame(0x88, b"\x03\xe8\xff"), (1007, b"\x88"), id="7 reason that is no text"),
        pytest.param(frame(0x88, b"\x0b\xb8bye"), b"\x88\x02\x0b\xb8", id="7 code 3000"),
        pytest.param(frame(0x88, b"") + frame(0x81, b"late"), b"\x88\x00", id="7 text after the close"),
        pytest.param(b"\x81\x02hi", (1002, b"\x88"), id="not masked"),
        pytest.param(b"\x82\xff" + (1 << 40).to_bytes(8) + b"key!", (1009, b"\x88"), id="9 larger than is taken"),
    ],
)
def test_octets(server: LiveServer, octets: bytes, answer: bytes | tuple[int, bytes]):
    """A case of each group of the Autobahn suite; in one piece, and one octet at a time."""
    for is_slow in (False, True):
        connection = opened(server)
        if is_slow:
            connection.setsockopt(sockets.IPPROTO_TCP, sockets.TCP_NODELAY, 1)
            for index in range(len(octets)):
                try:
                    connection.sendall(octets[index : index + 1])
                except ConnectionError:
                    break  # the fault showed before the last octet
        else:
            connection.sendall(octets)
        found = rest(connection)
        if isinstance(answer, bytes):
            assert found == answer
        else:
            assert found[:1] == answer[1]
            assert int.from_bytes(found[2:4]) == answer[0]


def test_compressed_octets(server: LiveServer):
    """Groups 12 and 13: what another deflate writes is read, and what comes back is a stream of deflate."""
    connection = opened(server, "Sec-WebSocket-Extensions: permessage-deflate; server_max_window_bits=10\r\n")
    writer, reader = zlib.compressobj(wbits=-15), zlib.decompressobj(-10)
    for text in (b"first " * 50, b"second " * 50):
        packed = (writer.compress(text) + writer.flush(zlib.Z_SYNC_FLUSH)).removesuffix(b"\x00\x00\xff\xff")
        half = len(packed) // 2
        connection.sendall(frame(0x41, packed[:half]) + frame(0x80, packed[half:]))
        first, length = connection.recv(1)[0], connection.recv(1)[0]
        assert (first, length < 126) == (0xC1, True)
        payload = b""
        while len(payload) < length:
            payload += connection.recv(length - len(payload))
        assert reader.decompress(payload + b"\x00\x00\xff\xff") == text
    connection.sendall(frame(0xC1, b"\xff\xff\xff"))
    assert rest(connection)[2:4] == (1007).to_bytes(2)


def test_drain_tells_everybody_to_come_back():
    """1,000 sockets and 1,000 event streams on one worker: all messages in order, then 1012 and `retry`."""
    # The clients share the process and its GIL with the server: on a busy machine they take a while to say goodbye.
    with LiveServer(site(shutdown_seconds=60)) as server:
        import resource

        soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
        resource.setrlimit(resource.RLIMIT_NOFILE, (min(hard, 16_384), hard))
        clients = min(CLIENTS, (min(hard, 16_384) - 200) // 4)
        assert clients == CLIENTS, f"the limit of descriptors, {hard}, is too low for {CLIENTS} clients of each kind"

        async def talk(ready: asyncio.Semaphore) -> tuple[list[bytes], bytes]:
            reader, writer = await asyncio.open_connection(server.host, server.port)
            writer.write(
                b"GET /count HTTP/1.1\r\nHost: x\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
                b"Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n\r\n"
            )
            await reader.readuntil(b"\r\n\r\n")
            found = list[bytes]()
            for _ in range(MESSAGES):
                head = await reader.readexactly(2)
                found.append(await reader.readexactly(head[1]))
            ready.release()
            end = await reader.read()
            writer.close()
            return found, end

        async def listen(ready: asyncio.Semaphore) -> tuple[list[bytes], bytes]:
            reader, writer = await asyncio.open_connection(server.host, server.port)
            writer.write(b"GET /count HTTP/1.1\r\nHost: x\r\n\r\n")
            await reader.readuntil(b"\r\n\r\n")
            found = list[bytes]()
            while len(found) < MESSAGES:
                line = (await reader.readline()).rstrip()
                assert line or not reader.at_eof(), "the answer ended early"
                if line.startswith(b"data: "):
                    found.append(line.removeprefix(b"data: "))
            ready.release()
            end = await reader.read()
            writer.close()
            return found, end

        async def everybody() -> None:
            ready = asyncio.Semaphore(0)
            tasks = [asyncio.ensure_future(one(ready)) for _ in range(clients) for one in (talk, listen)]
            for _ in tasks:
                await ready.acquire()
            assert await asyncio.to_thread(server.ask, "connections") == 2 * clients
            await asyncio.to_thread(server.__exit__, None, None, None)
            expected = [f"{number}".encode() for number in range(MESSAGES)]
            for index, (found, end) in enumerate(await asyncio.gather(*tasks)):
                assert found == expected
                if index % 2 == 0:
                    assert end[:1] == b"\x88"
                    assert int.from_bytes(end[2:4]) == 1012
                else:
                    assert b"retry: 1500\n\n" in end
                    assert end.endswith(b"0\r\n\r\n")

        with asyncio.Runner(loop_factory=EventLoop) as runner:
            runner.run(everybody())
        resource.setrlimit(resource.RLIMIT_NOFILE, (soft, hard))


def test_messages_of_json(server: LiveServer):
    """One connection, many messages, nothing lost or swapped."""

    async def talk() -> None:
        async with websockets.connect(f"ws://{server.host}:{server.port}/echo") as client:
            for number in range(500):
                await client.send(json.dumps({"number": number}))
            for number in range(500):
                assert json.loads(await client.recv()) == {"number": number}

    asyncio.run(talk())
