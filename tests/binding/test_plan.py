"""Plans: who is called directly, in which mode, with which arguments, and what the generated functions look like."""

import functools
import textwrap
from collections.abc import AsyncIterator, Iterator
from datetime import date
from enum import Enum
from typing import Annotated, Any, Literal
from uuid import UUID

import pytest
from pydantic import BaseModel

from vase.binding import Body, Cookie, Header, Input, Plan, Query, plan
from vase.di import Depends, Kind
from vase.http import Request
from vase.urls import ConverterTable, parse_pattern


class Item(BaseModel):
    name: str


class Color(Enum):
    RED = "red"
    BLUE = "blue"


def planned(handler: Any, route: str = "/", **options: Any) -> Plan:
    pattern, _ = parse_pattern(route, ConverterTable())
    return plan(handler, path_parameters=pattern.parameters, open_parameters=pattern.open_parameters, **options)


def words(made: Plan) -> list[tuple[Any, ...]]:
    """Return the arguments without the functions in them."""
    return [tuple(part for part in argument if not callable(part)) for argument in made.arguments]


def source(made: Plan) -> str:
    assert made.source is not None
    return made.source.split("\n", 1)[1]


def lines(text: str) -> str:
    return textwrap.dedent(text).lstrip()


def marked[F: Any](function: F) -> F:
    function.__vase_inline__ = True
    return function


async def number(n: int) -> int:
    return n


async def database() -> AsyncIterator[str]:
    yield "db"


def limit(limit: int = 10) -> int:
    return max(limit, 1)


def test_what_the_core_can_read_it_passes_to_the_handler_itself():
    async def handler(  # noqa: PLR0917
        request: Request,
        ident: int,
        color: Color,
        kind: Literal["a", "b"],
        day: date,
        item: Item,
        page: int = 1,
        q: str | None = None,
        exact: bool = False,
        ratio: float = 0.5,
        x_trace: Annotated[str, Header()] = "none",
    ) -> None: ...

    made = planned(handler, "/{ident}/{color}/{kind}/{day}")
    assert made.callable is handler
    assert made.source is None
    assert words(made) == [
        ("request",), ("path", 0), ("path_as", 1), ("path", 2), ("path", 3), ("json",), ("query", "page", "int", 1),
        ("query", "q", "str", None), ("query", "exact", "bool", False), ("query", "ratio", "float", 0.5),
        ("header", "x-trace", "none"),
    ]  # fmt: skip
    assert {name: converter.engine for name, converter in made.refinements.items()} == {
        "ident": "int", "color": {"choice": ["red", "blue"]}, "kind": {"choice": ["a", "b"]}, "day": "date",
    }  # fmt: skip
    assert made.reads_body


def test_a_converter_that_the_route_names_is_not_refined():
    def handler(ident: int, key: UUID) -> None: ...

    made = planned(handler, "/{ident:int}/{key:uuid}")
    assert made.refinements == {}
    assert words(made) == [("path", 0), ("path", 1)]


def test_lists_of_the_core_are_required_or_none():
    def handler(a: Annotated[list[int], Query()]) -> None: ...

    def fresh(a: Annotated[list[int], Query()] = []) -> None: ...  # noqa: B006

    assert words(planned(handler)) == [("query_list", "a", "int", ...)]
    assert "a = _default_a() if a is None else _convert_a(a)" in source(planned(fresh))


@pytest.mark.parametrize(
    ("handler", "mode"),
    [
        (lambda: None, "thread"),
        (marked(lambda: None), "inline"),
        (number, "coroutine"),
    ],
)
def test_modes_of_direct_calls(handler: Any, mode: str):
    assert planned(handler).mode == mode


def test_modes_follow_everything_that_is_called():  # noqa: C901
    async def suspends() -> int:
        return await number(1)

    def plain(n: Annotated[int, Depends(limit)]) -> None: ...

    @marked
    def inline(n: Annotated[int, Depends(lambda: 1)]) -> None: ...

    @marked
    def inline_but_dependency_is_not(n: Annotated[int, Depends(limit)]) -> None: ...

    async def steady(n: Annotated[int, Depends(number)], m: Annotated[int, Depends(lambda: 1)]) -> None: ...

    async def waits(n: Annotated[int, Depends(suspends)]) -> None: ...

    async def threads(n: Annotated[int, Depends(limit)]) -> None: ...

    def plain_with_async(n: Annotated[int, Depends(number)]) -> None: ...

    @marked
    def inline_with_async(n: Annotated[int, Depends(number)]) -> None: ...

    async def session(db: Annotated[str, Depends(database)]) -> None: ...

    found: list[Any] = [plain, inline, inline_but_dependency_is_not, steady, waits, threads]
    found += [plain_with_async, inline_with_async, session]
    assert {function.__name__: planned(function).mode for function in found} == {
        "plain": "thread",
        "inline": "inline",
        "inline_but_dependency_is_not": "thread",
        "steady": "coroutine",
        "waits": "task",
        "threads": "task",
        "plain_with_async": "task",
        "inline_with_async": "coroutine",
        "session": "task",
    }


def test_generators_are_made_in_place_and_sent_later():
    def plain() -> Iterator[bytes]:
        yield b""

    async def asynchronous() -> AsyncIterator[bytes]:
        yield b""

    assert [planned(plain).mode, planned(asynchronous).mode] == ["inline", "inline"]
    assert planned(plain).parts.graph.root.kind is Kind.GENERATOR


def test_a_wrapper_around_a_coroutine_function_is_awaited():
    @functools.wraps(number)
    def wrapper(*args: Any, **kwargs: Any) -> Any:
        return number(*args, **kwargs)

    assert planned(wrapper).mode == "task"


def test_the_function_for_two_dependencies_and_two_parameters():
    async def user(x_user: Annotated[str, Header()]) -> str:
        return x_user

    async def handler(
        user: Annotated[str, Depends(user)],
        limit: Annotated[int, Depends(limit)],
        q: str,
        page: Annotated[int, Query(ge=1)] = 1,
    ) -> dict[str, Any]:
        return {}

    made = planned(handler)
    name = f"{__name__}.test_the_function_for_two_dependencies_and_two_parameters"
    assert source(made) == lines(f"""
        async def endpoint(request, x_user, limit, q, page):
            # {name}.user
            user = await _user(x_user)
            # {__name__}.limit
            limit_2 = await _run_in_thread(_limit, limit)
            try:
                page = 1 if page is None else _convert_page(page)
            except _Refused as error:
                raise _reject(request, error) from None
            return await _handler(user, limit_2, q, page)
    """)
    assert words(made) == [
        ("request",), ("header", "x-user", ...), ("query", "limit", "int", 10), ("query", "q", "str", ...),
        ("query", "page", "str", None),
    ]  # fmt: skip


def test_the_function_that_closes_what_it_opened():
    def cursor(db: Annotated[str, Depends(database)]) -> Iterator[str]:
        yield db

    async def handler(cursor: Annotated[str, Depends(cursor)]) -> dict[str, str]:
        return {}

    assert source(planned(handler)) == lines(f"""
        async def endpoint():
            teardown = _Teardown(_run_in_thread)
            try:
                # {__name__}.database
                db = await teardown.enter_async(_database())
                # {__name__}.test_the_function_that_closes_what_it_opened.cursor
                cursor = await teardown.enter_in_thread(_cursor(db))
                value = _finish(await _handler(cursor), _answer)
            except BaseException as error:
                await teardown.fail(error)
                raise
            if _is_streamed(value):
                return _hold(value, teardown)
            await teardown.close()
            return value
    """)


def test_the_function_of_a_plain_handler_stays_plain():
    def session() -> Iterator[str]:
        yield "session"

    def handler(session: Annotated[str, Depends(session)], sid: Annotated[str | None, Cookie()] = None) -> None: ...

    made = planned(handler)
    assert made.mode == "thread"
    assert source(made) == lines(f"""
        def endpoint(request):
            teardown = _Teardown(_run_in_thread)
            try:
                # {__name__}.test_the_function_of_a_plain_handler_stays_plain.session
                session = teardown.enter(_session())
                try:
                    sid = request.cookies.get('sid')
                except _Refused as error:
                    raise _reject(request, error) from None
                value = _finish(_handler(session, sid), _answer)
            except BaseException as error:
                teardown.fail_sync(error)
                raise
            if _is_streamed(value):
                return _hold(value, teardown.in_threads())
            teardown.close_sync()
            return value
    """)


def test_several_bodies_are_one_document():
    def handler(a: Item, b: Annotated[int, Body(ge=1)] = 2, *, c: Item | None = None) -> None: ...

    made = planned(handler)
    assert source(made) == lines("""
        def endpoint(document):
            a = document.member_0
            b = document.member_1
            c = document.member_2
            return _handler(a, b, c=c)
    """)
    assert words(made) == [("json",)]
    assert made.document is not None


def test_names_of_the_user_never_hide_names_of_the_function():
    async def _reject(value: int) -> int:
        return value

    async def handler(
        request: int,
        value: Annotated[int, Query(ge=1)],
        error: Annotated[int, Depends(_reject)],
        teardown: Annotated[str, Depends(database)],
        _convert_value: int = 0,
    ) -> dict[str, int]:
        return {}

    made = planned(handler)
    compile(source(made), "source", "exec")
    assert "request_2" in source(made)
    assert made.callable is not handler


def test_the_source_is_in_linecache_for_tracebacks():
    import linecache

    def handler(*, page: int) -> None: ...

    made = planned(handler)
    file = made.callable.__code__.co_filename
    assert "".join(linecache.getlines(file)) == made.source


def test_inputs_describe_the_handler_for_the_document():
    def handler(
        ident: int, item: Item, page: Annotated[int, Query(ge=1, alias="p", description="The page.")] = 1
    ) -> Item:
        raise AssertionError

    made = planned(handler, "/{ident}")
    described: list[Input] = list(made.inputs)
    assert [(item.source, item.key, item.is_required) for item in described] == [
        ("path", "ident", True), ("body", "item", True), ("query", "p", False),
    ]  # fmt: skip
    page = described[2].codec.adapter
    assert page is not None
    assert page.json_schema() == {"description": "The page.", "minimum": 1, "type": "integer"}
    assert made.answer.adapter is not None


def test_a_plan_is_made_without_running_anything():
    def explode() -> int:
        raise AssertionError

    def handler(a: Annotated[int, Depends(explode)]) -> None: ...

    planned(handler)


def test_dependencies_of_the_route_run_first():
    async def guard(x_key: Annotated[str, Header()]) -> None: ...

    async def handler() -> None: ...

    made = planned(handler, dependencies=[Depends(guard)])
    assert source(made) == lines(f"""
        async def endpoint(x_key):
            # {__name__}.test_dependencies_of_the_route_run_first.guard
            unused = await _guard(x_key)
            return await _handler()
    """)
