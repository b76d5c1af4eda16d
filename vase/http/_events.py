"""Server-sent events (WHATWG HTML, section 9.2): an answer that goes on, one event at a time.

A browser reads it by `new EventSource(url)`. It connects again by itself, and then says in `Last-Event-ID` which event
it saw last; a handler that numbers its events takes that header as a parameter and goes on behind it.
"""

import asyncio
from collections.abc import AsyncIterable, AsyncIterator, Iterable
from dataclasses import dataclass
from typing import Any, Final, Generic

from pydantic_core import to_json
from typing_extensions import TypeVar

from vase.exceptions import quote
from vase.http._errors import EventError
from vase.http._headers import HeaderSource
from vase.http._response import Response, StreamingResponse
from vase.http._streams import ThreadedIterator

__all__ = ["EventBody", "EventSourceResponse", "ServerSentEvent"]

KEEP_ALIVE_SECONDS: Final = 15.0
KEEP_ALIVE: Final = b": keep-alive\n\n"

RETRY_MILLISECONDS: Final = 2000
"""When a client is to come back to a server that stops, unless the answer says so itself."""


# Not in the new syntax: defaults of type parameters are of Python 3.13.
Data = TypeVar("Data", default=Any)
Name = TypeVar("Name", bound=str, default=str)


# Without slots: in Python 3.12 a frozen class that has them cannot be made as `ServerSentEvent[int](3)`.
@dataclass(frozen=True)
class ServerSentEvent(Generic[Data, Name]):  # as above
    r"""One event; `ServerSentEvent[Price, Literal["price"]]` says of which type its data are, and its name.

    Args:
        data: A text as it is; any other value is written as JSON. None sends no data: a browser keeps `id` and `retry`
            and tells its page nothing.
        event: The name that a page listens for; `message` when left out.
        id: What the browser says in `Last-Event-ID` when it connects again.
        retry: How many milliseconds it waits before it does.
        comment: A line that browsers skip.

    Raises:
        EventError: A field has a line break or another character that would break the stream apart.

    Example:
        >>> ServerSentEvent({"price": 3}, event="tick", id="7").encode()
        b'event: tick\nid: 7\ndata: {"price":3}\n\n'
    """

    data: Data | None = None
    event: Name | None = None
    id: str | int | None = None
    retry: int | None = None
    comment: str | None = None

    def __post_init__(self) -> None:
        """Refuse what the format cannot carry."""
        for name in ("event", "id"):
            value = getattr(self, name)
            if isinstance(value, str) and any(character in value for character in "\r\n\0"):
                raise EventError(
                    f"the {name} of an event has a line break or a NUL: {quote(value)}",
                    code="http.E009",
                    hint="put what may hold any character into `data`",
                )
        if self.retry is not None and self.retry < 0:
            raise EventError(
                f"`retry` of an event is negative: {quote(self.retry)}", code="http.E009", hint="give milliseconds"
            )

    def encode(self) -> bytes:
        """Return the event as it travels."""
        lines: list[str] = []
        if self.comment is not None:
            lines += [f": {line}" for line in _lines(self.comment)]
        if self.event is not None:
            lines.append(f"event: {self.event}")
        if self.id is not None:
            lines.append(f"id: {self.id}")
        if self.retry is not None:
            lines.append(f"retry: {self.retry}")
        if self.data is not None:
            lines += [f"data: {line}" for line in _lines(_text(self.data))]
        return ("\n".join(lines) + "\n\n").encode()


def _text(data: object) -> str:
    if isinstance(data, str):
        return data
    if isinstance(data, bytes):
        return data.decode()
    return to_json(data, inf_nan_mode="null", by_alias=True).decode()


def _lines(text: str) -> list[str]:
    # The three line ends of the format, and none of the others that `splitlines` knows.
    return text.replace("\r\n", "\n").replace("\r", "\n").split("\n")


def _encoded(item: object) -> bytes:
    return item.encode() if isinstance(item, ServerSentEvent) else ServerSentEvent(item).encode()


class EventBody(AsyncIterator[bytes]):
    """The events of one answer, as the octets that are sent: one piece for each event.

    Args:
        source: Makes the events.
        keep_alive: Seconds of silence after which a comment is sent, so that no proxy takes the stream for dead.
        retry: What a client is told to wait, at the beginning and when the server stops; None tells it only then.
    """

    __slots__ = ("_draining", "_is_over", "_keep_alive", "_next", "_retry", "_source", "_tells_retry")

    def __init__(self, source: AsyncIterator[Any], keep_alive: float | None, retry: int | None) -> None:
        self._source = source
        self._keep_alive = keep_alive
        self._retry = retry
        self._tells_retry = retry is not None
        self._next: asyncio.Task[Any] | None = None
        self._draining: asyncio.Future[None] | None = None
        self._is_over = False

    def __aiter__(self) -> "EventBody":
        return self

    async def __anext__(self) -> bytes:
        if self._is_over:
            raise StopAsyncIteration
        if self._tells_retry:
            self._tells_retry = False
            return ServerSentEvent[Any](retry=self._retry).encode()
        loop = asyncio.get_running_loop()
        if self._draining is None:
            self._draining = loop.create_future()
        if self._next is None:
            # Eager: an event that is there already costs no turn of the loop.
            self._next = asyncio.Task(_pull(self._source), loop=loop, eager_start=True)
        if not self._next.done():
            await asyncio.wait(
                (self._next, self._draining), timeout=self._keep_alive, return_when=asyncio.FIRST_COMPLETED
            )
        if self._draining.done():
            self._is_over = True
            return ServerSentEvent[Any](retry=self._retry or RETRY_MILLISECONDS).encode()
        if not self._next.done():
            return KEEP_ALIVE
        item, self._next = self._next.result(), None
        if item is _END:
            self._is_over = True
            raise StopAsyncIteration
        return _encoded(item)

    def drain(self) -> None:
        """End the stream with the word when to come back: the server stops."""
        if self._draining is None:
            self._draining = asyncio.get_running_loop().create_future()
        if not self._draining.done():
            self._draining.set_result(None)

    async def aclose(self) -> None:
        """End the source: what it waits for is cancelled."""
        self._is_over = True
        if self._next is not None and not self._next.done():
            self._next.cancel()
            await asyncio.wait([self._next])
        close = getattr(self._source, "aclose", None)
        if close is not None:
            await close()


_END: Final = object()


async def _pull(source: AsyncIterator[Any]) -> Any:
    return await anext(source, _END)


class EventSourceResponse(StreamingResponse):
    """Server-sent events. Each event leaves as soon as it is there; a client that leaves cancels their source.

    Args:
        content: Makes the events: `ServerSentEvent`, or values that become the data of one. A blocking iterable is
            pulled in a thread.
        status_code: The status.
        headers: More header fields.
        keep_alive: Seconds of silence after which a comment is sent; None sends none.
        retry: How many milliseconds the browser waits before it connects again.
    """

    __slots__ = ()

    body: EventBody

    def __init__(
        self,
        content: AsyncIterable[Any] | Iterable[Any],
        status_code: int = 200,
        headers: HeaderSource | None = None,
        *,
        keep_alive: float | None = KEEP_ALIVE_SECONDS,
        retry: int | None = None,
    ) -> None:
        Response.__init__(self, b"", status_code, headers, "text/event-stream")
        # A stored stream would be told again as if it were new; nginx holds answers back unless it is told not to.
        for name, value in (("cache-control", "no-store"), ("x-accel-buffering", "no")):
            self.headers.setdefault(name, value)
        source: Any = aiter(content) if isinstance(content, AsyncIterable) else ThreadedIterator(content)
        self.body = EventBody(source, keep_alive, retry)
