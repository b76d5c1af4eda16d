"""What a client does slowly, or never, costs the worker bounded memory; those who leave, leave nothing behind."""

import contextlib
import selectors
import socket
import time

from tests.conformance.served import Served
from tests.conformance.wire import HOST, Wire, head, until

MIB = 1024 * 1024


def settle(server: Served, connections: int) -> None:
    """Wait until the worker has no more connections than before; files of databases may come and stay."""
    until(lambda: server.connections <= connections, 15)


def test_slow_readers_cost_bounded_memory(odd: Served) -> None:
    """A hundred clients ask for 8 MiB each and read a little of it: +64 MiB at most, and back to where it was.

    The generator is held up instead of its output being kept: back-pressure reaches the handler.
    """
    assert len(odd.get("/stream/8").body) == 8 * MIB
    connections, before = odd.connections, odd.resident
    pieces = int(odd.get("/seen/pieces").body)
    wires = [Wire(odd.port, receive_buffer=4096) for _ in range(100)]
    for wire in wires:
        wire.send(head("GET", "/stream/8", "Connection: close"))
    most = 0
    for _ in range(6):
        for wire in wires:
            assert wire.socket.recv(4096)
        time.sleep(0.15)
        most = max(most, odd.resident - before)
    made = int(odd.get("/seen/pieces").body) - pieces
    # Where nobody reads, nothing is made: 100 x 8 MiB are 12,800 pieces.
    assert made < 6400
    quick = time.monotonic()
    assert odd.get("/").status == 200
    assert time.monotonic() - quick < 1
    # A slow reader is not a lost one: the rest comes when it is read.
    assert 6 * 4096 + len(wires[0].rest()) > 8 * MIB
    for wire in wires:
        wire.socket.close()
    settle(odd, connections)
    print(f"100 slow readers of 8 MiB: +{most / MIB:.1f} MiB")
    assert most < 64 * MIB


def test_slow_readers_of_whole_answers_share_nothing_large(production: Served) -> None:
    """Pages made in Python and files are not copied for each slow reader: 200 of them, +64 MiB at most."""
    connections, before = production.connections, production.resident
    wires = [Wire(production.port, receive_buffer=4096) for _ in range(200)]
    for wire in wires:
        wire.send(head("GET", "/api/articles?limit=100") + head("GET", "/"))
    time.sleep(1)
    grown = production.resident - before
    for wire in wires:
        wire.reset()
    settle(production, connections)
    assert grown < 64 * MIB


def test_pipelining_without_reading_is_bounded(production: Served) -> None:
    """A client that asks without end and reads no answer fills buffers of the kernel and one of ours (+64 MiB at most).

    Then it is the client who waits: what it may send is bounded.
    """
    connections, before, sent = production.connections, production.resident, 0
    wires = [Wire(production.port, receive_buffer=4096) for _ in range(4)]
    block = head("GET", "/static/site.css") * 500
    for wire in wires:
        wire.socket.setblocking(False)
    end = time.monotonic() + 2.5
    # Not `select`: it cannot watch descriptors above 1023, and a whole run of tests may have that many.
    with selectors.DefaultSelector() as selector:
        for wire in wires:
            selector.register(wire.socket, selectors.EVENT_WRITE, wire.socket.send)
        while time.monotonic() < end and sent < 128 * MIB:
            for key, _ in selector.select(0.1):
                with contextlib.suppress(BlockingIOError):
                    sent += key.data(block)
    grown = production.resident - before
    assert production.get("/livez").status == 200
    for wire in wires:
        wire.reset()
    settle(production, connections)
    print(f"pipelining without reading: {sent / MIB:.1f} MiB sent, +{grown / MIB:.1f} MiB")
    assert grown < 64 * MIB
    assert sent < 64 * MIB


STAGES = [
    b"",
    b"\r\n",
    b"G",
    b"GET / HTT",
    f"GET / HTTP/1.1\r\nHost: {HOST}\r\nX: ".encode(),
    head("GET", "/livez"),
    head("GET", "/"),
    head("GET", "/api/articles?limit=50"),
    head("GET", "/api/tags"),
    head("GET", "/static/site.css"),
    head("GET", "/nothing") * 20,
    head("POST", "/api/articles", "Content-Type: application/json", "Content-Length: 5000"),
    head("POST", "/api/articles", "Content-Type: application/json", "Content-Length: 5000") + b"{" * 2500,
    head("POST", "/api/articles", "Content-Type: application/json", "Transfer-Encoding: chunked") + b"a\r\n12345",
    head("POST", "/api/articles", "Content-Type: application/json", "Expect: 100-continue", "Content-Length: 5"),
]


def abort(server: Served, number: int) -> None:
    """Leave at one of the stages, by RST or FIN, with or without having read something."""
    data = STAGES[number % len(STAGES)]
    how = number // len(STAGES) % 4
    wire = Wire(server.port)
    wire.send(data)
    if how >= 2 and data.endswith(b"\r\n\r\n"):
        wire.socket.settimeout(0.05)
        with contextlib.suppress(TimeoutError, ConnectionError):
            wire.socket.recv(10)
    if how % 2:
        wire.reset()
    else:
        wire.socket.close()


def test_1500_aborts_leave_nothing_behind(production: Served) -> None:
    """Clients that leave at every stage: +8 MiB at most, the same files, nobody refused, nothing in the log."""
    for number in range(120):
        abort(production, number)
    time.sleep(0.6)
    files, connections = production.files, production.connections
    before, tracebacks = production.resident, production.log.count("Traceback")
    for number in range(1500):
        abort(production, number)
    settle(production, connections)
    assert production.files <= files + 20
    until(lambda: production.metric("vase_requests_in_flight") <= 1)
    assert production.resident - before < 8 * MIB
    assert production.log.count("Traceback") == tracebacks
    assert production.get("/api/tags").status == 200


def test_many_requests_leave_nothing_behind(production: Served) -> None:
    """A thousand requests of all kinds on few connections: memory and files stay where they are."""
    targets = ["/", "/api/articles?limit=5", "/api/tags", "/nothing", "/static/site.css", "/users/1", "/livez", "/%ff"]

    def play(times: int) -> None:
        for _ in range(times):
            with Wire(production.port) as wire:
                for target in targets:
                    wire.send(head("GET", target)).answer()

    play(20)
    files, connections, before = production.files, production.connections, production.resident
    play(125)
    settle(production, connections)
    assert production.files <= files + 20
    assert production.resident - before < 8 * MIB


def test_a_full_backlog_is_worked_off(production: Served) -> None:
    """A burst of 1,000 connections at the same moment: all are accepted, none refused."""
    clients: list[socket.socket] = []
    for _ in range(1000):
        client = socket.socket()
        client.setblocking(False)
        client.connect_ex(("127.0.0.1", production.port))
        clients.append(client)
    time.sleep(0.3)
    answered = 0
    for client in clients:
        client.settimeout(10)
        client.sendall(head("GET", "/livez", "Connection: close"))
    for client in clients:
        answered += client.recv(4096).startswith(b"HTTP/1.1 200 ")
        client.close()
    assert answered == 1000
