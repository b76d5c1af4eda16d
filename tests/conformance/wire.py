"""A client that says what it is told to, octet by octet, and reads answers as strictly as RFC 9112 lets a client be."""

import contextlib
import re
import socket
import threading
import time
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Self

__all__ = [
    "HOST",
    "LAST",
    "Answer",
    "Dialogue",
    "ProtocolError",
    "Wire",
    "exchange",
    "head",
    "in_threads",
    "request",
    "until",
]

HOST = "example.test"
"""The host that the sites under test allow."""

SECONDS = 30.0
"""How long a test waits for octets before it calls the server silent."""

_STATUS_LINE = re.compile(rb"HTTP/1\.[01] ([1-5][0-9]{2}) [\t\x20-\x7e\x80-\xff]*")
_FIELD = re.compile(
    rb"([!#$%&'*+.^_`|~0-9A-Za-z-]+):[ \t]*"
    rb"((?:[\x21-\x7e\x80-\xff](?:[\t\x20-\x7e\x80-\xff]*[\x21-\x7e\x80-\xff])?)?)[ \t]*"
)
_CHUNK = re.compile(rb"([0-9A-Fa-f]+)[ \t]*(?:;[^\r\n]*)?")


class ProtocolError(AssertionError):
    """The server said something that is not HTTP/1.1."""


@dataclass(frozen=True, slots=True)
class Answer:
    """One answer, its body decoded."""

    status: int
    fields: list[tuple[str, str]]
    body: bytes

    def get(self, name: str) -> str | None:
        """Return the only field of a name, or None."""
        values = [value for key, value in self.fields if key == name]
        assert len(values) <= 1, f"{name} is there {len(values)} times"
        return values[0] if values else None

    @property
    def closes(self) -> bool:
        return "close" in (self.get("connection") or "").lower()


class Wire:
    """One connection.

    Args:
        port: The port on the loopback.
        receive_buffer: The size of the kernel's buffer, for clients that read slowly.
        seconds: How long it waits for octets.
    """

    def __init__(self, port: int, *, receive_buffer: int | None = None, seconds: float = SECONDS) -> None:
        self.socket = socket.socket()
        if receive_buffer is not None:
            self.socket.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, receive_buffer)
        self.socket.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        self.socket.settimeout(seconds)
        self._held = bytearray()
        try:
            self.socket.connect(("127.0.0.1", port))
        except OSError:
            self.socket.close()
            raise

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.socket.close()

    def send(self, data: bytes) -> Self:
        """Send octets; a server that has stopped listening is no failure of the test, its answer is what counts."""
        with contextlib.suppress(BrokenPipeError, ConnectionResetError):
            self.socket.sendall(data)
        return self

    def half_close(self) -> Self:
        self.socket.shutdown(socket.SHUT_WR)
        return self

    def reset(self) -> None:
        """Leave with RST."""
        self.socket.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, b"\x01\0\0\0\0\0\0\0")
        self.socket.close()

    def answer(self, method: str = "GET") -> Answer:
        """Read one answer.

        Args:
            method: What was asked with: HEAD has no body.

        Raises:
            ProtocolError: When what arrives is no answer.
            ConnectionError: When the connection ends before the answer does.
        """
        while True:
            status, fields = self._head()
            if not 100 <= status < 200 or status == 101:
                break
        if method == "HEAD" or status in {101, 204, 304}:
            return Answer(status, fields, b"")
        return Answer(status, fields, self._body(fields))

    def interim(self) -> int:
        """Read one head and return its status."""
        return self._head()[0]

    def rest(self) -> bytes:
        """Return everything until the connection ends, by FIN or RST."""
        with contextlib.suppress(ConnectionError):
            while self._fill():
                pass
        found, self._held = bytes(self._held), bytearray()
        return found

    def ends(self) -> bool:
        """Whether the connection ends, with nothing more before."""
        return self.rest() == b""

    def is_silent(self, seconds: float) -> bool:
        """Whether nothing arrives, FIN included, for a while."""
        if self._held:
            return False
        self.socket.settimeout(seconds)
        try:
            self.socket.recv(1, socket.MSG_PEEK)
        except TimeoutError:
            return True
        except ConnectionError:
            return False
        finally:
            self.socket.settimeout(SECONDS)
        return False

    def _fill(self) -> bool:
        data = self.socket.recv(65536)
        self._held += data
        return bool(data)

    def _line(self) -> bytes:
        while (end := self._held.find(b"\n")) < 0:
            if not self._fill():
                raise ConnectionError(f"the connection ended after {bytes(self._held[-200:])!r}")
        line = bytes(self._held[: end + 1])
        del self._held[: end + 1]
        if not line.endswith(b"\r\n"):
            raise ProtocolError(f"a bare LF ends {line[:200]!r}")
        return line[:-2]

    def _take(self, length: int) -> bytes:
        while len(self._held) < length:
            if not self._fill():
                raise ConnectionError(f"the body ended after {len(self._held)} of {length} octets")
        data = bytes(self._held[:length])
        del self._held[:length]
        return data

    def _head(self) -> tuple[int, list[tuple[str, str]]]:
        first = self._line()
        match = _STATUS_LINE.fullmatch(first)
        if match is None:
            raise ProtocolError(f"no status line: {first[:200]!r}")
        return int(match[1]), self._fields()

    def _fields(self) -> list[tuple[str, str]]:
        fields: list[tuple[str, str]] = []
        while line := self._line():
            match = _FIELD.fullmatch(line)
            if match is None:
                raise ProtocolError(f"no header line: {line[:200]!r}")
            fields.append((match[1].decode().lower(), match[2].decode("latin-1")))
        return fields

    def _body(self, fields: Iterable[tuple[str, str]]) -> bytes:
        lengths = [value for name, value in fields if name == "content-length"]
        codings = [value for name, value in fields if name == "transfer-encoding"]
        if (lengths and codings) or len(lengths) > 1 or len(codings) > 1:
            raise ProtocolError(f"the body has two lengths: {lengths + codings}")
        if codings:
            assert codings == ["chunked"], codings
            return self._chunks()
        if lengths:
            return self._take(int(lengths[0]))
        return self.rest()

    def _chunks(self) -> bytes:
        body = bytearray()
        while True:
            line = self._line()
            match = _CHUNK.fullmatch(line)
            if match is None:
                raise ProtocolError(f"no chunk: {line[:200]!r}")
            size = int(match[1], 16)
            if size == 0:
                self._fields()
                return bytes(body)
            body += self._take(size)
            if self._take(2) != b"\r\n":
                raise ProtocolError("a chunk does not end where it says")


@dataclass(frozen=True, slots=True)
class Dialogue:
    """All that a server answered to some octets, until it closed or fell silent."""

    answers: list[Answer]
    is_closed: bool

    @property
    def statuses(self) -> list[int]:
        return [answer.status for answer in self.answers]


def head(method: str = "GET", target: str = "/", *lines: str, host: str = HOST) -> bytes:
    """Return the head of a request."""
    return "\r\n".join([f"{method} {target} HTTP/1.1", f"Host: {host}", *lines, "", ""]).encode("latin-1")


def request(method: str, target: str, body: bytes, *lines: str) -> bytes:
    """Return a request with a body of known length."""
    return head(method, target, f"Content-Length: {len(body)}", *lines) + body


LAST = head("GET", "/livez", "Connection: close")
"""A request after which the server closes: its 200 says that what came before was understood to its end."""


def exchange(port: int, data: bytes, *, methods: Iterable[str] = (), pause: float = 0.4) -> Dialogue:
    """Send octets on a new connection and read all answers, until the end or a pause.

    Args:
        port: The port on the loopback.
        data: What is sent.
        methods: The methods of the requests, where one of them is not GET-like.
        pause: How long a silence ends the dialogue, once there is an answer.
    """
    answers: list[Answer] = []
    names = iter(methods)
    with Wire(port) as wire:
        wire.send(data)
        while True:
            try:
                if not wire._held and answers and wire.is_silent(pause):
                    return Dialogue(answers, is_closed=False)
                answers.append(wire.answer(next(names, "GET")))
            except ConnectionError:
                return Dialogue(answers, is_closed=True)


def in_threads[T, R](call: Callable[[T], R], arguments: Iterable[T]) -> list[R]:
    """Call a function with each argument, all at the same time; results in order, the first failure is raised."""
    given = list(arguments)
    results: list[R | None] = [None] * len(given)
    failures: list[BaseException] = []

    def run(index: int, argument: T) -> None:
        try:
            results[index] = call(argument)
        except BaseException as failure:  # noqa: BLE001  # raised again in the test's thread
            failure.add_note(f"in the case {argument!r}"[:300])
            failures.append(failure)

    threads = [threading.Thread(target=run, args=pair, daemon=True) for pair in enumerate(given)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(60)
        assert not thread.is_alive(), "a case takes longer than a minute"
    if failures:
        raise failures[0]
    return results  # type: ignore[return-value]  # none is missing: a failure is raised


def until(condition: Callable[[], bool], seconds: float = 10) -> None:
    """Wait until something is so."""
    end = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < end, "it did not happen in time"
        time.sleep(0.05)
