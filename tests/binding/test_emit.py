"""Generated functions on the real core: order, sharing, threads, teardown, streams, one answer with every fault."""

import asyncio
import contextvars
import threading
from collections.abc import AsyncIterator, Iterator
from typing import Annotated, Any

import pytest
from pydantic import BaseModel

from tests.binding._site import Reply, Site, send
from vase.binding import Body, Cookie, Header, Path, Query
from vase.di import Depends, Providers
from vase.http import HTTPException, PlainTextResponse, Request, StreamingResponse, Unauthorized

FORMS = pytest.mark.parametrize("wrapped", [False, True], ids=["call", "respond"])


class Item(BaseModel):
    name: str


class Session:
    def __init__(self) -> None:
        self.log: list[str] = []


def marked[F: Any](function: F) -> F:
    function.__vase_inline__ = True
    return function


@FORMS
def test_every_fault_of_a_request_is_told_at_once(wrapped: bool):
    def dependency(x: int, token: Annotated[int, Header()]) -> None: ...

    async def handler(
        ident: Annotated[int, Path(ge=5)],
        item: Item,
        dependency: Annotated[None, Depends(dependency)],
        page: Annotated[int, Query(ge=1)] = 1,
        sid: Annotated[int | None, Cookie()] = None,
    ) -> None: ...

    with Site(handler, "/{ident}", ("POST",), wrapped=wrapped) as site:
        reply = site.send("/1?page=0&x=y", json={}, headers=[("cookie", "sid=z"), ("token", "t")])
    assert reply.status == 422
    assert sorted(reply.faults) == [
        ("body.name", "missing"),
        ("cookie.sid", "int_parsing"),
        ("header.token", "int_parsing"),
        ("path.ident", "greater_than_equal"),
        ("query.page", "greater_than_equal"),
        ("query.x", "int_parsing"),
    ]
    assert ["body", "name"] in reply.locations


@FORMS
def test_who_is_not_let_in_learns_nothing_about_the_rest_of_the_request(wrapped: bool):
    def guard() -> None:
        raise Unauthorized

    async def handler(guard: Annotated[None, Depends(guard)], item: Item, page: int) -> None: ...

    with Site(handler, "/", ("POST",), wrapped=wrapped) as site:
        assert site.send("/?page=x", json={"bad": 1}).status == 401
        assert site.send("/?page=1", json={"name": "a"}).status == 401
        assert site.send("/", body=b"{}", headers=[("content-type", "text/plain")]).status == 401


@FORMS
def test_a_guard_whose_own_parameter_does_not_fit_is_not_called(wrapped: bool):
    called: list[int] = []

    def guard(level: int) -> None:
        called.append(level)

    async def handler(guard: Annotated[None, Depends(guard)], page: int) -> None: ...

    reply = send(handler, "/?level=x&page=y", wrapped=wrapped)
    assert reply.faults == [("query.level", "int_parsing"), ("query.page", "int_parsing")]
    assert called == []


@FORMS
def test_a_dependency_is_made_once_a_request(wrapped: bool):
    made: list[int] = []

    def number() -> int:
        made.append(1)
        return len(made)

    async def twice(number: Annotated[int, Depends(number)]) -> int:
        return number * 2

    async def handler(
        a: Annotated[int, Depends(number)],
        b: Annotated[int, Depends(twice)],
        c: Annotated[int, Depends(number, use_cache=False)],
    ) -> list[int]:
        return [a, b, c]

    with Site(handler, wrapped=wrapped) as site:
        assert site.send().json == [1, 2, 2]
        assert site.send().json == [3, 6, 4]


@FORMS
def test_teardown_runs_in_reverse_order_after_the_answer_is_written(wrapped: bool):
    log: list[str] = []

    async def outer() -> AsyncIterator[str]:
        log.append("+outer")
        yield "outer"
        log.append("-outer")

    def inner(outer: Annotated[str, Depends(outer)]) -> Iterator[str]:
        log.append("+inner")
        yield f"{outer} inner"
        log.append("-inner")

    async def handler(inner: Annotated[str, Depends(inner)]) -> dict[str, str]:
        log.append("handler")
        return {"got": inner}

    reply = send(handler, wrapped=wrapped)
    assert (reply.status, reply.json) == (200, {"got": "outer inner"})
    assert log == ["+outer", "+inner", "handler", "-inner", "-outer"]


class Row:
    """Fails like an object of a closed session when it is read too late."""

    def __init__(self) -> None:
        self.is_open = True

    @property
    def name(self) -> str:
        if not self.is_open:
            raise RuntimeError("detached")
        return "row"


@FORMS
@pytest.mark.parametrize("asynchronous", [False, True])
def test_the_answer_is_written_while_the_session_is_open(asynchronous: bool, wrapped: bool):
    def session() -> Iterator[Row]:
        row = Row()
        yield row
        row.is_open = False

    async def handler_async(row: Annotated[Row, Depends(session)]) -> Item:
        return row  # type: ignore[return-value]

    def handler_plain(row: Annotated[Row, Depends(session)]) -> Item:
        return row  # type: ignore[return-value]

    reply = send(handler_async if asynchronous else handler_plain, wrapped=wrapped)
    assert (reply.status, reply.body) == (200, b'{"name":"row"}')


@FORMS
@pytest.mark.parametrize("kind", ["async handler", "plain handler", "bad parameter", "bad answer", "http"])
def test_teardown_sees_every_error_and_cannot_silence_it(kind: str, wrapped: bool):
    seen: list[str] = []

    def session() -> Iterator[str]:
        try:
            yield "session"
        except Exception as error:  # noqa: BLE001
            seen.append(type(error).__name__)

    async def fails(session: Annotated[str, Depends(session)]) -> None:
        raise LookupError

    def fails_plain(session: Annotated[str, Depends(session)]) -> None:
        raise LookupError

    async def bad_parameter(session: Annotated[str, Depends(session)], page: Annotated[int, Query(ge=1)]) -> None: ...

    async def bad_answer(session: Annotated[str, Depends(session)]) -> Item:
        return {}  # type: ignore[return-value]

    async def http(session: Annotated[str, Depends(session)]) -> None:
        raise HTTPException(409)

    cases: dict[str, tuple[Any, str, int]] = {
        "async handler": (fails, "LookupError", 500),
        "plain handler": (fails_plain, "LookupError", 500),
        "bad parameter": (bad_parameter, "RequestValidationError", 422),
        "bad answer": (bad_answer, "ResponseValidationError", 500),
        "http": (http, "HTTPException", 409),
    }
    handler, error, status = cases[kind]
    assert send(handler, "/?page=0", wrapped=wrapped).status == status
    assert seen == [error]


@FORMS
def test_an_error_of_a_teardown_takes_the_place_of_the_answer(wrapped: bool):
    async def transaction() -> AsyncIterator[None]:
        yield
        raise HTTPException(503, "the commit failed")

    async def handler(transaction: Annotated[None, Depends(transaction)]) -> str:
        return "done"

    assert send(handler, wrapped=wrapped).status == 503


@FORMS
@pytest.mark.parametrize("kind", ["response", "generator", "plain generator", "plain handler"])
def test_dependencies_stay_open_until_a_stream_is_sent(kind: str, wrapped: bool):  # noqa: C901
    log: list[str] = []

    async def session() -> AsyncIterator[str]:
        log.append("+")
        yield "s"
        log.append("-")

    def plain_session() -> Iterator[str]:
        log.append("+")
        yield "s"
        log.append("-")

    async def pieces(text: str) -> AsyncIterator[str]:
        for index in range(3):
            await asyncio.sleep(0)
            log.append(f"{index}")
            yield text

    async def response(s: Annotated[str, Depends(session)]) -> StreamingResponse:
        return StreamingResponse(pieces(s))

    async def generator(s: Annotated[str, Depends(session)]) -> AsyncIterator[str]:
        async for piece in pieces(s):
            yield piece

    def plain_generator(s: Annotated[str, Depends(plain_session)]) -> Iterator[str]:
        for index in range(3):
            log.append(f"{index}")
            yield s

    def plain_handler(s: Annotated[str, Depends(plain_session)]) -> StreamingResponse:
        return StreamingResponse(pieces(s))

    handlers: dict[str, Any] = {
        "response": response,
        "generator": generator,
        "plain generator": plain_generator,
        "plain handler": plain_handler,
    }
    with Site(handlers[kind], wrapped=wrapped) as site:
        assert site.send().body == b"sss"
    assert log == ["+", "0", "1", "2", "-"]


def test_a_plain_handler_and_its_plain_dependencies_share_one_thread():
    threads: list[int] = []

    def session() -> Iterator[int]:
        threads.append(threading.get_ident())
        yield 1
        threads.append(threading.get_ident())

    def user(session: Annotated[int, Depends(session)]) -> int:
        threads.append(threading.get_ident())
        return session

    def handler(user: Annotated[int, Depends(user)]) -> int:
        threads.append(threading.get_ident())
        return user

    assert send(handler).json == 1
    assert len(threads) == 4
    assert len(set(threads)) == 1
    assert threads[0] != threading.get_ident()


def test_plain_dependencies_of_an_async_handler_run_in_threads_marked_ones_do_not():
    here = threading.get_ident()

    def slow() -> bool:
        return threading.get_ident() == here

    @marked
    def quick() -> bool:
        return threading.get_ident() == here

    class Made:
        def __init__(self) -> None:
            self.is_here = threading.get_ident() == here

    async def handler(
        a: Annotated[bool, Depends(slow)], b: Annotated[bool, Depends(quick)], c: Annotated[Made, Depends()]
    ) -> list[bool]:
        return [a, b, c.is_here, threading.get_ident() == here]

    assert send(handler).json == [False, True, True, True]


def test_threads_are_those_of_the_application():
    used: list[str] = []

    async def run(function: Any, *arguments: Any, **named: Any) -> Any:
        used.append(function.__name__)
        return function(*arguments, **named)

    def dependency() -> int:
        return max(1, 2)

    async def handler(n: Annotated[int, Depends(dependency)]) -> int:
        return n

    assert send(handler, options={"run_in_thread": run}).json == 2
    assert used == ["dependency"]


@FORMS
def test_context_variables_of_async_dependencies_reach_the_handler(wrapped: bool):
    user: contextvars.ContextVar[str] = contextvars.ContextVar("user", default="nobody")

    async def login() -> None:
        user.set("ann")

    async def handler(login: Annotated[None, Depends(login)]) -> str:
        return user.get()

    assert send(handler, wrapped=wrapped).text == "ann"


@FORMS
def test_providers_by_type_and_overrides(wrapped: bool):
    def open_session(request: Request) -> Session:
        session = Session()
        session.log.append(request.path)
        return session

    async def handler(session: Session) -> list[str]:
        return session.log

    providers = Providers()
    providers[Session] = open_session
    assert send(handler, providers=providers, wrapped=wrapped).json == ["/"]
    with providers.override(Session, Session):
        assert send(handler, providers=providers, wrapped=wrapped).json == []


@FORMS
def test_several_bodies(wrapped: bool):
    def dependency(b: Annotated[int, Body()]) -> int:
        return b

    async def handler(
        a: Item, b: Annotated[int, Depends(dependency)], c: Annotated[Item | None, Body()] = None
    ) -> dict[str, Any]:
        return {"a": a, "b": b, "c": c}

    with Site(handler, "/", ("POST",), wrapped=wrapped) as site:
        reply = site.send(json={"a": {"name": "x"}, "b": 2})
        assert reply.json == {"a": {"name": "x"}, "b": 2, "c": None}
        assert site.send(json={"a": {}, "c": 3}).faults == [
            ("body.a.name", "missing"), ("body.b", "missing"), ("body.c", "model_type"),
        ]  # fmt: skip
        assert site.send(body=b"").faults == [("body", "missing")]


@FORMS
def test_a_document_of_defaults_may_be_missing(wrapped: bool):
    async def handler(a: Annotated[int, Body()] = 1, b: Annotated[list[int], Body()] = [2]) -> list[Any]:  # noqa: B006
        b.append(3)
        return [a, b]

    with Site(handler, "/", ("POST",), wrapped=wrapped) as site:
        assert site.send().json == [1, [2, 3]]
        assert site.send().json == [1, [2, 3]]
        assert site.send(json={"a": 5}).json == [5, [2, 3]]


@FORMS
def test_mutable_defaults_are_made_anew(wrapped: bool):
    async def handler(tags: Annotated[list[int], Query()] = [1]) -> list[int]:  # noqa: B006
        tags.append(2)
        return tags

    with Site(handler, wrapped=wrapped) as site:
        assert [site.send().json for _ in range(2)] == [[1, 2], [1, 2]]


@FORMS
def test_text_that_is_not_the_promised_model_does_not_leave_through_an_open_session(wrapped: bool):
    async def session() -> AsyncIterator[None]:
        yield

    async def handler(session: Annotated[None, Depends(session)]) -> Item:
        return "a secret"  # type: ignore[return-value]

    reply = send(handler, wrapped=wrapped)
    assert reply.status == 500
    assert "secret" not in reply.text


def test_canonical_values_never_ask_for_the_complete_way():
    async def handler(ident: int, page: int = 1, exact: bool = False, ratio: float = 1.0) -> None: ...

    with Site(handler, "/{ident}") as site:
        site.send("/7?page=2&exact=true&ratio=0.5")
        assert site.calls == 0
        site.send("/7?page=%202")
        assert site.calls == 1


def test_what_pydantic_accepts_and_the_core_refuses_reaches_a_plain_handler_in_a_thread():
    def handler(page: int) -> list[int | bool]:
        return [page, threading.current_thread() is threading.main_thread()]

    assert send(handler, "/?page=%201%20").json == [1, False]


def test_an_error_of_the_handler_is_not_taken_for_one_of_the_request():
    async def handler(page: Annotated[int, Query(ge=1)]) -> None:
        Item.model_validate({})

    with Site(handler) as site:
        assert site.send("/?page=1").status == 500
        assert site.send("/?page=0").status == 422


def test_a_custom_converter_that_refuses_is_a_404():
    from vase.urls import Converter

    def to_python(text: str) -> int:
        number = int(text)
        if number > 12:
            raise ValueError(text)
        return number

    converter = Converter("month", int, {"regex": "[0-9]{2}"}, "[0-9]{2}", str, to_python)

    async def handler(month: int) -> int:
        return month

    for wrapped in (False, True):
        with Site(handler, "/{month}", wrapped=wrapped, options={"path_parameters": {"month": converter}}) as site:
            assert site.send("/07").json == 7
            assert site.send("/13").status == 404


def test_a_class_based_handler_is_bound_without_self():
    class Controller:
        def __init__(self, factor: int) -> None:
            self.factor = factor

        async def show(self, ident: int) -> int:
            return self.factor * ident

    assert send(Controller(3).show, "/7", route="/{ident}").json == 21


def test_keyword_only_and_positional_only_parameters():
    async def handler(a: int, /, b: int, *, c: int = 3) -> list[int]:
        return [a, b, c]

    reply: Reply = send(handler, "/?a=1&b=2")
    assert reply.json == [1, 2, 3]


def test_a_response_passes_unchanged():
    async def handler() -> Item | PlainTextResponse:
        return PlainTextResponse("teapot", 418)

    assert send(handler).status == 418
