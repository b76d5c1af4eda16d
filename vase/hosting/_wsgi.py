"""WSGI (PEP 3333): the response side. The environ comes from the core; this runs in a thread of the pool."""

from collections.abc import Callable, Iterable, Iterator
from contextvars import Context, copy_context
from types import TracebackType
from typing import Any

from vase.http import Response, StreamingResponse

__all__ = ["wsgi_handler"]

type _ExcInfo = tuple[type[BaseException], BaseException, TracebackType] | tuple[None, None, None]

_HOP_BY_HOP = frozenset({"connection", "keep-alive", "transfer-encoding", "upgrade", "te", "trailer"})


def wsgi_handler(app: Callable[..., Any]) -> Callable[[dict[str, Any]], Response]:
    """Return a function of the environ that calls a WSGI application and returns its answer.

    Args:
        app: The application.
    """

    def handle(environ: dict[str, Any]) -> Response:
        return _Call(environ).run(app)

    return handle


class _Call:
    """One call of an application.

    Args:
        environ: The environ.
    """

    def __init__(self, environ: dict[str, Any]) -> None:
        self._environ = environ
        # One context for the whole call: what the application enters before its first piece it leaves after the last.
        self._context = copy_context()
        self._head: tuple[int, list[tuple[str, str]]] | None = None
        self._written: list[bytes] = []
        self._has_left = False

    def run(self, app: Callable[..., Any]) -> Response:
        return self._context.run(self._run, app)

    def _run(self, app: Callable[..., Any]) -> Response:
        pieces: Iterable[bytes] = app(self._environ, self._start_response)
        is_handed_on = False
        try:
            iterator = iter(pieces)
            # The head may come as late as with the first piece that is not empty.
            first = next((piece for piece in iterator if piece), b"")
            self._has_left = True
            status, headers = self._known_head()
            known = self._whole(pieces, first, iterator)
            if known is not None:
                _check_length(headers, len(known), bodiless=self._is_bodiless(status))
                return _response(Response(known), status, headers)
            if self._is_bodiless(status):
                return _response(Response(b""), status, headers)
            source = _Pieces([*self._written, first], iterator, pieces, self._context)
            is_handed_on = True
            return _response(StreamingResponse(source), status, headers)
        finally:
            if not is_handed_on:
                _close(pieces)

    def _known_head(self) -> tuple[int, list[tuple[str, str]]]:
        if self._head is None:
            raise RuntimeError("the WSGI application returned without calling `start_response`")
        return self._head

    def _is_bodiless(self, status: int) -> bool:
        return self._environ["REQUEST_METHOD"] == "HEAD" or status in {204, 304}

    def _whole(self, pieces: Iterable[bytes], first: bytes, rest: Iterator[bytes]) -> bytes | None:
        """Return the whole body when it is here already."""
        if isinstance(pieces, list | tuple):
            return b"".join([*self._written, *pieces])
        whole = b"".join([*self._written, first])
        _, headers = self._known_head()
        # Most frameworks give a generator of one piece, and say how long it is.
        if not first or ("content-length", str(len(whole))) in headers:
            return b"".join([whole, *rest])
        return None

    def _start_response(
        self, status: str, headers: list[tuple[str, str]], exc_info: _ExcInfo | None = None
    ) -> Callable[[bytes], None]:
        if exc_info is not None:
            try:
                if self._has_left and exc_info[1] is not None:
                    raise exc_info[1].with_traceback(exc_info[2])
            finally:
                exc_info = None  # a traceback that knows this frame would keep both alive
        elif self._head is not None:
            raise RuntimeError("the WSGI application called `start_response` twice, without an error to tell")
        code, _, _ = status.partition(" ")
        if not code.isdigit() or len(code) != 3:
            raise ValueError(f"`start_response` takes a status like `200 OK`, not `{status}`")
        fields = [(name.lower(), value) for name, value in headers]
        self._head = int(code), [field for field in fields if field[0] not in _HOP_BY_HOP]
        return self._written.append


class _Pieces:
    """The pieces of an answer that is made while it is sent; closing it closes the application's own iterable."""

    def __init__(self, first: list[bytes], rest: Iterator[bytes], owner: Iterable[bytes], context: Context) -> None:
        self._first, self._rest, self._owner, self._context = iter(first), rest, owner, context

    def __iter__(self) -> "_Pieces":
        return self

    def __next__(self) -> bytes:
        for piece in self._first:
            if piece:
                return piece
        try:
            return self._context.run(next, self._rest)
        except BaseException:
            self.close()
            raise

    def close(self) -> None:
        owner, self._owner = self._owner, ()
        self._context.run(_close, owner)


def _close(pieces: Iterable[bytes]) -> None:
    close = getattr(pieces, "close", None)
    if close is not None:
        close()


def _check_length(headers: list[tuple[str, str]], length: int, *, bodiless: bool) -> None:
    for name, value in headers:
        if name == "content-length" and not bodiless and value != str(length):
            raise RuntimeError(f"the WSGI application declares a `content-length` of {value} and gives {length} bytes")


def _response(response: Response, status: int, headers: list[tuple[str, str]]) -> Response:
    response.status_code = status
    response.raw_headers = headers
    return response
