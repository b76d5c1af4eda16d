"""Server-sent events: what is written, how a stream ends, and how a test reads one."""

import asyncio
from collections.abc import AsyncIterator, Iterator
from typing import Annotated, Any

import pytest
from pydantic import BaseModel, Field

from vase import Depends, EventSourceResponse, Header, ServerSentEvent, Vase
from vase.http import EventError
from vase.testing import AsyncClient, Client


class Price(BaseModel):
    amount: Annotated[int, Field(serialization_alias="minor")]


@pytest.mark.parametrize(
    ("event", "octets"),
    [
        (ServerSentEvent("text"), b"data: text\n\n"),
        (ServerSentEvent(""), b"data: \n\n"),
        (ServerSentEvent("a\nb\r\nc\rd"), b"data: a\ndata: b\ndata: c\ndata: d\n\n"),
        (ServerSentEvent("a\u2028b"), "data: a\u2028b\n\n".encode()),
        (ServerSentEvent({"n": 1}, event="tick", id=7), b'event: tick\nid: 7\ndata: {"n":1}\n\n'),
        (ServerSentEvent(Price(amount=3)), b'data: {"minor":3}\n\n'),
        (ServerSentEvent(retry=1500), b"retry: 1500\n\n"),
        (ServerSentEvent[int](3), b"data: 3\n\n"),
        (ServerSentEvent(comment="a\nb"), b": a\n: b\n\n"),
    ],
)
def test_what_is_written(event: ServerSentEvent[Any], octets: bytes):
    assert event.encode() == octets


@pytest.mark.parametrize("fields", [{"id": "1\n2"}, {"event": "a\rb"}, {"id": "a\0"}, {"retry": -1}])
def test_what_would_break_the_stream(fields: dict[str, Any]):
    with pytest.raises(EventError) as told:
        ServerSentEvent("x", **fields)
    assert told.value.code == "http.E009"


def site() -> tuple[Vase, list[str]]:
    app, notes = Vase(), list[str]()

    async def resource() -> AsyncIterator[str]:
        yield "open"
        notes.append("dependency closed")

    @app.get("/promised")
    async def promised(
        last_event_id: Annotated[int, Header()] = 0, state: Annotated[str, Depends(resource)] = ""
    ) -> AsyncIterator[ServerSentEvent[Price]]:
        for number in range(last_event_id, 3):
            yield ServerSentEvent(Price(amount=number), id=number, event=state)
        notes.append("made")

    @app.get("/blocking")
    def blocking() -> Iterator[ServerSentEvent]:
        yield ServerSentEvent("one")
        yield ServerSentEvent("two")

    @app.get("/endless")
    async def endless() -> EventSourceResponse:
        async def made() -> AsyncIterator[str]:
            try:
                yield "first"
                await asyncio.Event().wait()
            finally:
                notes.append("left")

        return EventSourceResponse(made(), keep_alive=0.05)

    @app.get("/broken")
    async def broken() -> AsyncIterator[ServerSentEvent]:
        yield ServerSentEvent("first")
        raise ValueError("a bug")

    return app, notes


def test_promise_of_events():
    app, notes = site()
    assert app.check() == []
    with Client(app) as client:
        with client.stream("GET", "/promised", headers={"last-event-id": "1"}) as answer:
            assert answer.headers["cache-control"] == "no-store"
            events = list(answer.events())
        assert [(event.id, event.event, event.data) for event in events] == [
            ("1", "open", '{"minor":1}'),
            ("2", "open", '{"minor":2}'),
        ]
        assert client.get("/promised", headers={"last-event-id": "x"}).status_code == 422
    assert notes == ["made", "dependency closed"]


def test_blocking_source():
    app, _ = site()
    with Client(app) as client, client.stream("GET", "/blocking") as answer:
        assert [event.data for event in answer.events()] == ["one", "two"]


async def test_silence_is_filled_and_a_client_that_leaves_is_noticed():
    app, notes = site()
    client = AsyncClient(app)
    async with client.stream("GET", "/endless") as answer:
        assert await answer.next_piece() == b"data: first\n\n"
        assert await answer.next_piece() == b": keep-alive\n\n"
        assert await answer.next_piece() == b": keep-alive\n\n"
    await asyncio.sleep(0.2)
    assert notes == ["left"]


async def test_drain_tells_when_to_come_back():
    app, notes = site()
    client = AsyncClient(app)
    async with client.stream("GET", "/endless") as answer:
        assert await answer.next_piece() == b"data: first\n\n"
        app.hooks.drain()
        rest = [piece async for piece in answer.pieces()]
    assert rest[-1] == b"retry: 2000\n\n"
    assert notes == ["left"]


async def test_failure_breaks_the_stream_off(caplog: pytest.LogCaptureFixture):
    app, _ = site()
    client = AsyncClient(app, raise_server_exceptions=False)
    async with client.stream("GET", "/broken") as answer:
        assert await answer.next_piece() == b"data: first\n\n"
        with pytest.raises(Exception, match=r"left|gone|disconnect"):
            await answer.next_piece()
    assert "broke off" in caplog.text
