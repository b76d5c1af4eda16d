"""The table of binding: type, place, value, and what the handler gets or which fault is told.

Every row runs twice on the real core: called by the core's own reading, and as the innermost call of a chain of
middleware, which reads everything in Python. Both must agree.
"""

import datetime as dt
import decimal
import ipaddress
import re
import uuid
from typing import Annotated, Any, Literal

import pytest
from pydantic import Field, SecretStr

from tests.binding import _kinds as k
from tests.binding._site import Reply, send
from vase.binding import Body, Cookie, Header, Path, Query

UUID = "7e9c2a0e-3d1c-4a0c-8b0e-5d7d6a5d3b1a"
NONE = object()

type Row = tuple[Any, Any, dict[str, Any], Any]


def outcome(annotation: Any, default: Any, request: dict[str, Any], *, wrapped: bool) -> Any:
    """Return what a handler with one parameter got, as `repr`; or the faults, or the status."""

    async def handler(value: Any) -> Any:
        return {"got": repr(value)}

    handler.__annotations__ = {"value": annotation}
    handler.__defaults__ = None if default is NONE else (default,)
    reply: Reply = send(handler, wrapped=wrapped, **request)
    if reply.status == 200:
        return reply.json["got"]
    return reply.faults if reply.status == 422 else reply.status


def check(annotation: Any, default: Any, request: dict[str, Any], expected: Any) -> None:
    assert outcome(annotation, default, request, wrapped=False) == expected
    assert outcome(annotation, default, request, wrapped=True) == expected


def named(*parts: Any) -> str:
    """Return the name of a row, the same in every process: functions are shown without their addresses."""
    return re.sub(r" at 0x[0-9a-f]+", "", "-".join(map(str, parts)))[:80]


def q(text: str) -> dict[str, Any]:
    return {"target": f"/?{text}"}


def p(text: str, route: str = "/{value}") -> dict[str, Any]:
    return {"target": f"/{text}", "route": route}


def h(*pairs: tuple[str, str]) -> dict[str, Any]:
    return {"headers": pairs}


def c(text: str) -> dict[str, Any]:
    return h(("cookie", text))


def j(value: Any) -> dict[str, Any]:
    return {"json": value}


def raw(body: bytes, kind: str | None = "application/json") -> dict[str, Any]:
    return {"body": body, "headers": [("content-type", kind)] if kind else [], "methods": ("POST",)}


def bad(path: str, kind: str) -> list[tuple[str, str]]:
    return [(path, kind)]


VALUE = "query.value"
QUERY: list[Row] = [
    (int, NONE, q("value=7"), "7"),
    (int, NONE, q("value=-7"), "-7"),
    (int, NONE, q("value=%207%20"), "7"),
    (int, NONE, q("value=1.0"), "1"),
    (int, NONE, q("value=1_000"), "1000"),
    (int, NONE, q("value=%2B5"), "5"),
    (int, NONE, q("value=00012"), "12"),
    (int, NONE, q("value=" + "9" * 30), "9" * 30),
    (int, NONE, q("value=1.5"), bad(VALUE, "int_parsing")),
    (int, NONE, q("value=x"), bad(VALUE, "int_parsing")),
    (int, NONE, q("value="), bad(VALUE, "int_parsing")),
    (int, NONE, q("value"), bad(VALUE, "int_parsing")),
    (int, NONE, q("value=" + "9" * 5000), bad(VALUE, "int_parsing_size")),
    (int, NONE, q("other=1"), bad(VALUE, "missing")),
    (int, NONE, q("Value=1"), bad(VALUE, "missing")),
    (int, 5, q(""), "5"),
    (int, 5, q("value=6"), "6"),
    (int, 5, q("value=x"), bad(VALUE, "int_parsing")),
    (int, NONE, q("value=1&value=2"), "2"),
    (int | None, None, q(""), "None"),
    (int | None, None, q("value=3"), "3"),
    (int | None, None, q("value="), bad(VALUE, "int_parsing")),
    (int | None, NONE, q(""), bad(VALUE, "missing")),
    (int | None, NONE, q("value=4"), "4"),
    (float, NONE, q("value=1.5"), "1.5"),
    (float, NONE, q("value=2"), "2.0"),
    (float, NONE, q("value=1e3"), "1000.0"),
    (float, NONE, q("value=nan"), "nan"),
    (float, NONE, q("value=1,5"), bad(VALUE, "float_parsing")),
    (float, float("inf"), q(""), "inf"),
    (float, float("-inf"), q(""), "-inf"),
    (float, float("nan"), q(""), "nan"),
    (bool, NONE, q("value=true"), "True"),
    (bool, NONE, q("value=1"), "True"),
    (bool, NONE, q("value=yes"), "True"),
    (bool, NONE, q("value=ON"), "True"),
    (bool, NONE, q("value=0"), "False"),
    (bool, NONE, q("value=off"), "False"),
    (bool, NONE, q("value=maybe"), bad(VALUE, "bool_parsing")),
    (bool, False, q(""), "False"),
    (str, NONE, q("value=a%20b+c"), "'a b c'"),
    (str, NONE, q("value="), "''"),
    (str, NONE, q("value=%C3%A9%E2%82%AC"), "'é€'"),
    (str, "x", q(""), "'x'"),
    (str | None, None, q(""), "None"),
    (str, NONE, q(""), bad(VALUE, "missing")),
    (bytes, NONE, q("value=ab"), "b'ab'"),
    (decimal.Decimal, NONE, q("value=1.10"), "Decimal('1.10')"),
    (decimal.Decimal, NONE, q("value=x"), bad(VALUE, "decimal_parsing")),
    (uuid.UUID, NONE, q(f"value={UUID}"), f"UUID('{UUID}')"),
    (uuid.UUID, NONE, q("value=12"), bad(VALUE, "uuid_parsing")),
    (dt.date, NONE, q("value=2026-11-21"), "datetime.date(2026, 11, 21)"),
    (dt.date, NONE, q("value=2026-13-21"), bad(VALUE, "date_from_datetime_parsing")),
    (dt.date | None, None, q(""), "None"),
    (dt.datetime, NONE, q("value=2026-11-21T10:00:00"), "datetime.datetime(2026, 11, 21, 10, 0)"),
    (dt.datetime, NONE, q("value=soon"), bad(VALUE, "datetime_from_date_parsing")),
    (dt.time, NONE, q("value=10:30"), "datetime.time(10, 30)"),
    (dt.timedelta, NONE, q("value=PT90S"), "datetime.timedelta(seconds=90)"),
    (ipaddress.IPv4Address, NONE, q("value=127.0.0.1"), "IPv4Address('127.0.0.1')"),
    (ipaddress.IPv4Address, NONE, q("value=1"), bad(VALUE, "ip_v4_address")),
    (SecretStr, NONE, q("value=abc"), "SecretStr('**********')"),
    (k.UserId, NONE, q("value=7"), "7"),
    (k.UserId, NONE, q("value=x"), bad(VALUE, "int_parsing")),
    (Any, NONE, q("value=x"), "'x'"),
    (int | str, NONE, q("value=7"), "'7'"),
    (int | str, NONE, q("value=x"), "'x'"),
    (k.Color, NONE, q("value=red"), "<Color.RED: 'red'>"),
    (k.Color, NONE, q("value=RED"), bad(VALUE, "enum")),
    (k.Color, k.Color.BLUE, q(""), "<Color.BLUE: 'blue'>"),
    (k.Level, NONE, q("value=2"), "<Level.HIGH: 2>"),
    (k.Level, NONE, q("value=3"), bad(VALUE, "enum")),
    (k.Mixed, NONE, q("value=1"), "<Mixed.ONE: 1>"),
    (k.Mixed, NONE, q("value=two"), "<Mixed.TWO: 'two'>"),
    (k.Mixed, NONE, q("value=2"), bad(VALUE, "enum")),
    (Literal["a", "b"], NONE, q("value=a"), "'a'"),
    (Literal["a", "b"], NONE, q("value=c"), bad(VALUE, "literal_error")),
    (Literal[1, True], NONE, q("value=1"), "1"),
    (Literal[1, "x"], NONE, q("value=x"), "'x'"),
    (Literal[1] | None, None, q("value=1"), "1"),
    (k.Positive, NONE, q("value=1"), "1"),
    (k.Positive, NONE, q("value=0"), bad(VALUE, "greater_than")),
    (k.Page, NONE, q("value=100"), "100"),
    (k.Page, NONE, q("value=101"), bad(VALUE, "less_than_equal")),
    (k.Page, 1, q(""), "1"),
    (k.Page | None, None, q(""), "None"),
    (k.Even, NONE, q("value=4"), "4"),
    (k.Even, NONE, q("value=3"), bad(VALUE, "value_error")),
    (Annotated[int, Query(ge=1)], NONE, q("value=1"), "1"),
    (Annotated[int, Query(ge=1)], NONE, q("value=0"), bad(VALUE, "greater_than_equal")),
    (Annotated[int, Query(ge=1)], 3, q(""), "3"),
    (Annotated[int, Query(3, ge=1)], NONE, q(""), "3"),
    (Annotated[int, Query(3)], 4, q(""), "4"),
    (Annotated[int, Query(...)], NONE, q(""), bad(VALUE, "missing")),
    (Annotated[int, Field(ge=1)], NONE, q("value=0"), bad(VALUE, "greater_than_equal")),
    (int, Query(ge=1), q("value=0"), bad(VALUE, "greater_than_equal")),
    (int, Query(2, ge=1), q(""), "2"),
    (Annotated[str, Query(min_length=2, max_length=3)], NONE, q("value=ab"), "'ab'"),
    (Annotated[str, Query(min_length=2)], NONE, q("value=a"), bad(VALUE, "string_too_short")),
    (Annotated[str, Query(pattern="^a+$")], NONE, q("value=b"), bad(VALUE, "string_pattern_mismatch")),
    (Annotated[str | None, Query(max_length=1)], None, q("value=ab"), bad(VALUE, "string_too_long")),
    (Annotated[str, Query(alias="q")], NONE, q("q=x"), "'x'"),
    (Annotated[str, Query(alias="q")], NONE, q("value=x"), bad("query.q", "missing")),
    (Annotated[int, Query(alias="p[]")], NONE, q("p%5B%5D=7"), "7"),
    (Annotated[list[int], Query(default_factory=lambda: [9])], NONE, q(""), "[9]"),
    (Annotated[int, Query(default_factory=lambda: 9)], NONE, q(""), "9"),
    (list[int], Query(), q("value=1&value=2"), "[1, 2]"),
    (list[int], Query(), q("value=1&value=x&value=y"),
     [("query.value[1]", "int_parsing"), ("query.value[2]", "int_parsing")]),
    (list[int], Query(), q(""), bad(VALUE, "missing")),
    (list[int], Query(None), q(""), "None"),
    (list[int], Query([]), q(""), "[]"),
    (list[int], Query([]), q("value=%205"), "[5]"),
    (list[str], Query(), q("value=a,b"), "['a,b']"),
    (list[str] | None, Query(None), q("value=a"), "['a']"),
    (list[bool], Query(), q("value=true&value=0&value=yes"), "[True, False, True]"),
    (list[k.Color], Query(), q("value=red&value=blue"), "[<Color.RED: 'red'>, <Color.BLUE: 'blue'>]"),
    (list[k.Mixed], Query(), q("value=1&value=two"), "[<Mixed.ONE: 1>, <Mixed.TWO: 'two'>]"),
    (list[Literal[1, 2]], Query(), q("value=2"), "[2]"),
    (list[Literal[1, 2]], Query(), q("value=3"), bad("query.value[0]", "literal_error")),
    (set[int], Query(), q("value=1&value=1"), "{1}"),
    (frozenset[str], Query(), q("value=a"), "frozenset({'a'})"),
    (tuple[int, str], Query(), q("value=1&value=b"), "(1, 'b')"),
    (tuple[int, str], Query(), q("value=1"), bad("query.value[1]", "missing")),
    (tuple[int, ...], Query(), q("value=1&value=2"), "(1, 2)"),
    (Annotated[list[int], Query(min_length=2)], NONE, q("value=1"), bad(VALUE, "too_short")),
    (list[Annotated[int, Field(ge=1)]], Query(), q("value=0"), bad("query.value[0]", "greater_than_equal")),
    (list, Query(), q("value=a&value=b"), "['a', 'b']"),
    (k.Filters, Query(), q(""), "Filters(page=1, tags=[], sort='name', author=None)"),
    (k.Filters, Query(), q("page=2&tags=a&tags=b&sort=price&by=me"),
     "Filters(page=2, tags=['a', 'b'], sort='price', author='me')"),
    (k.Filters, Query(), q("page=0&sort=x"), [("query.page", "greater_than_equal"), ("query.sort", "literal_error")]),
    (k.Strict, Query(), q("name=a&more=1"), bad("query.more", "extra_forbidden")),
    (k.Strict, Query(), q(""), bad("query.name", "missing")),
    (k.Point, Query(), q("x=1"), "Point(x=1, y=0)"),
    (k.Point, Query(), q("y=1"), bad("query.x", "missing")),
    (k.Person, Query(), q("name=a&age=3"), "{'name': 'a', 'age': 3}"),
    (k.Strict | None, Query(None), q(""), "None"),
]  # fmt: skip


@pytest.mark.parametrize("row", QUERY, ids=lambda row: named(row[2]["target"][1:40], row[0]))
def test_query(row: Row):
    check(*row)


PATH: list[Row] = [
    (int, NONE, p("7"), "7"),
    (int, NONE, p("-7"), "-7"),
    (int, NONE, p("x"), 404),
    (int, NONE, p("1.0"), 404),
    (int, NONE, p("9" * 30), "9" * 30),
    (int, NONE, p("7", "/{value:int}"), "7"),
    (int, NONE, p("7", "/<int:value>"), "7"),
    (int, NONE, p("7", "/{value:str}"), "7"),
    (int, NONE, p("x", "/{value:str}"), bad("path.value", "int_parsing")),
    (str, NONE, p("a%20b"), "'a b'"),
    (str, NONE, p("x/y", "/{value:path}"), "'x/y'"),
    (str, NONE, p("a-b", "/{value:slug}"), "'a-b'"),
    (str, NONE, p("a.b", "/{value:slug}"), 404),
    (float, NONE, p("1.5"), "1.5"),
    (float, NONE, p("2", "/{value:int}"), "2.0"),
    (decimal.Decimal, NONE, p("1.10"), "Decimal('1.10')"),
    (decimal.Decimal, NONE, p("3", "/{value:int}"), "Decimal('3')"),
    (uuid.UUID, NONE, p(UUID), f"UUID('{UUID}')"),
    (uuid.UUID, NONE, p("12"), 404),
    (dt.date, NONE, p("2026-11-21"), "datetime.date(2026, 11, 21)"),
    (dt.date, NONE, p("2026-02-30"), 404),
    (dt.datetime, NONE, p("2026-11-21T10:00:00"), "datetime.datetime(2026, 11, 21, 10, 0)"),
    (dt.time, NONE, p("10:30"), "datetime.time(10, 30)"),
    (dt.time, NONE, p("x"), bad("path.value", "time_parsing")),
    (bool, NONE, p("yes"), "True"),
    (bool, NONE, p("x"), bad("path.value", "bool_parsing")),
    (k.Color, NONE, p("red"), "<Color.RED: 'red'>"),
    (k.Color, NONE, p("green"), 404),
    (k.Color, NONE, p("red", "/{value:str}"), "<Color.RED: 'red'>"),
    (k.Color, NONE, p("green", "/{value:str}"), bad("path.value", "enum")),
    (k.Color, NONE, p("red", "/{value:enum(red,blue)}"), "<Color.RED: 'red'>"),
    (k.Level, NONE, p("2"), "<Level.HIGH: 2>"),
    (k.Level, NONE, p("2", "/{value:int}"), "<Level.HIGH: 2>"),
    (k.Level, NONE, p("3", "/{value:int}"), bad("path.value", "enum")),
    (k.Mixed, NONE, p("1"), "<Mixed.ONE: 1>"),
    (k.Mixed, NONE, p("two"), "<Mixed.TWO: 'two'>"),
    (Literal["a", "b"], NONE, p("b"), "'b'"),
    (Literal["a", "b"], NONE, p("c"), 404),
    (Literal[1, 2], NONE, p("2"), "2"),
    (Literal[1, 2], NONE, p("3"), 404),
    (k.UserId, NONE, p("7"), "7"),
    (k.Positive, NONE, p("0"), bad("path.value", "greater_than")),
    (Annotated[int, Path(ge=1)], NONE, p("7"), "7"),
    (Annotated[int, Path(ge=1)], NONE, p("0"), bad("path.value", "greater_than_equal")),
    (Annotated[int, Path(ge=1)], NONE, p("0", "/{value:int}"), bad("path.value", "greater_than_equal")),
    (Annotated[str, Path(min_length=2)], NONE, p("a"), bad("path.value", "string_too_short")),
    (Annotated[int, Path(alias="id")], NONE, p("7", "/{id}"), "7"),
    (int, Path(ge=1), p("0"), bad("path.value", "greater_than_equal")),
    (Any, NONE, p("7"), "'7'"),
    (Any, NONE, p("7", "/{value:int}"), "7"),
    (int | None, NONE, p("7"), "7"),
    (k.Even, NONE, p("3"), bad("path.value", "value_error")),
]  # fmt: skip


@pytest.mark.parametrize("row", PATH, ids=lambda row: named(row[2]["target"], row[2]["route"], row[0]))
def test_path(row: Row):
    check(*row)


HEADERS: list[Row] = [
    (str, Header(), h(("value", "x")), "'x'"),
    (str, Header(), h(("VALUE", "x")), "'x'"),
    (str, Header(), h(), bad("header.value", "missing")),
    (str, Header("d"), h(), "'d'"),
    (str | None, Header(None), h(), "None"),
    (int, Header(), h(("value", "7")), "7"),
    (int, Header(), h(("value", "x")), bad("header.value", "int_parsing")),
    (int, Header(3), h(), "3"),
    (Annotated[str, Header(alias="X-Token")], NONE, h(("x-token", "x")), "'x'"),
    (Annotated[str, Header(alias="X-Token")], NONE, h(), bad("header.X-Token", "missing")),
    (Annotated[str, Header(pattern="^a")], NONE, h(("value", "b")), bad("header.value", "string_pattern_mismatch")),
    (list[str], Header(), h(("value", "a"), ("value", "b")), "['a', 'b']"),
    (list[int], Header(), h(("value", "1"), ("value", "x")), bad("header.value[1]", "int_parsing")),
    (list[str], Header(), h(), bad("header.value", "missing")),
    (list[str], Header([]), h(), "[]"),
    (k.Tokens, Header(), h(("x-token", "t"), ("x-tag", "a"), ("x-tag", "b")),
     "Tokens(x_token='t', accept_language='en', x_tag=['a', 'b'])"),
    (k.Tokens, Header(), h(), bad("header.x_token", "missing")),
    (dt.date, Header(), h(("value", "2026-11-21")), "datetime.date(2026, 11, 21)"),
    (str, Cookie(), c("value=x"), "'x'"),
    (str, Cookie(), c("other=x"), bad("cookie.value", "missing")),
    (str, Cookie("d"), c("other=x"), "'d'"),
    (int, Cookie(), c("value=7; a=b"), "7"),
    (int, Cookie(), c("value=x"), bad("cookie.value", "int_parsing")),
    (int | None, Cookie(None), h(), "None"),
    (Annotated[str, Cookie(alias="sid")], NONE, c("sid=1"), "'1'"),
    (k.Point, Cookie(), c("x=1; y=2"), "Point(x=1, y=2)"),
    (k.Point, Cookie(), c("y=2"), bad("cookie.x", "missing")),
]  # fmt: skip


@pytest.mark.parametrize("row", HEADERS, ids=lambda row: named(row[0], row[1]))
def test_headers_and_cookies(row: Row):
    check(*row)


ITEM = "Item(name='a', price=1.0, tags=[])"
BODY: list[Row] = [
    (k.Item, NONE, j({"name": "a"}), ITEM),
    (k.Item, NONE, j({"name": "a", "price": -1}), bad("body.price", "greater_than_equal")),
    (k.Item, NONE, j({"price": "x", "tags": [{}]}),
     [("body.name", "missing"), ("body.price", "float_parsing"), ("body.tags[0].label", "missing")]),
    (k.Item, NONE, j([]), bad("body", "model_type")),
    (k.Item, NONE, j(None), bad("body", "model_type")),
    (k.Item, NONE, raw(b""), bad("body", "missing")),
    (k.Item, NONE, raw(b"", None), bad("body", "missing")),
    (k.Item, NONE, raw(b'{"name": '), bad("body", "json_invalid")),
    (k.Item, NONE, raw(b"\xff"), bad("body", "json_invalid")),
    (k.Item, NONE, raw(b"[" * 100_000), bad("body", "json_invalid")),
    (k.Item, NONE, raw(b'{"name":"a"}', "application/json; charset=utf-8"), ITEM),
    (k.Item, NONE, raw(b'{"name":"a"}', "application/vnd.api+json"), ITEM),
    (k.Item, NONE, raw(b'{"name":"a"}', "Application/JSON"), ITEM),
    (k.Item, NONE, raw(b'{"name":"a"}', "text/plain"), 415),
    (k.Item, NONE, raw(b'{"name":"a"}', "application/x-www-form-urlencoded"), 415),
    (k.Item, NONE, raw(b'{"name":"a"}', "application/jsonp"), 415),
    (k.Item, NONE, raw(b'{"name":"a"}', None), 415),
    (k.Item | None, None, raw(b""), "None"),
    (k.Item | None, None, j(None), "None"),
    (k.Item | None, None, j({"name": "a"}), ITEM),
    (k.Item | None, NONE, raw(b""), bad("body", "missing")),
    (k.Item, Body(), j({"name": "a"}), ITEM),
    (Annotated[k.Item, Body(embed=True)], NONE, j({"value": {"name": "a"}}), ITEM),
    (Annotated[k.Item, Body(embed=True)], NONE, j({"name": "a"}), bad("body.value", "missing")),
    (Annotated[k.Item, Body(embed=True, alias="it")], NONE, j({"it": {}}), bad("body.it.name", "missing")),
    (k.Strict, NONE, j({"name": "a", "x": 1}), bad("body.x", "extra_forbidden")),
    (list[k.Item], NONE, j([{"name": "a"}]), f"[{ITEM}]"),
    (list[k.Item], NONE, j([{"name": "a"}, {}]), bad("body[1].name", "missing")),
    (list[int], NONE, j([1, 2]), "[1, 2]"),
    (dict[str, int], NONE, j({"a": 1}), "{'a': 1}"),
    (dict[str, int], NONE, j({"a": "x"}), bad("body.a", "int_parsing")),
    (dict[str, Any], NONE, j({"a": [1]}), "{'a': [1]}"),
    (k.Point, NONE, j({"x": 1}), "Point(x=1, y=0)"),
    (k.Point, NONE, j({"y": 1}), bad("body.x", "missing")),
    (k.Person, NONE, j({"name": "a"}), "{'name': 'a'}"),
    (k.Person, NONE, j({"age": 1}), bad("body.name", "missing")),
    (k.Pet, NONE, j({"kind": "cat", "lives": 9}), "Cat(kind='cat', lives=9)"),
    (k.Pet, NONE, j({"kind": "cow"}), bad("body", "union_tag_invalid")),
    (k.Cat | k.Point, NONE, j({"x": 1}), "Point(x=1, y=0)"),
    (k.Order, NONE, j({"id": 1, "parts": [{"price": 1}]}), "Order(id=1, parts=[Part(price=1.0)])"),
    (k.Order, NONE, j({"id": 1, "parts": [{"price": 1}, {"price": "x"}]}), bad("body.parts[1].price", "value_error")),
    (k.Order, NONE, j({"parts": []}), bad("body.id", "missing")),
    (k.Order, NONE, raw(b"{"), bad("body", "json_invalid")),
    (k.Order, NONE, raw(b"[" * 100_000), bad("body", "value_error")),
    (k.Bag, NONE, raw(b'{"any":' + b"[" * 100_000), bad("body", "json_invalid")),
    (k.Order, NONE, raw(b""), bad("body", "missing")),
    (k.Order, NONE, raw(b"{}", "text/plain"), 415),
    (list[k.Order], NONE, j([{"id": 1}]), "[Order(id=1, parts=[])]"),
    (k.Order | None, None, raw(b""), "None"),
    (int, Body(), j(7), "7"),
    (int, Body(), j("x"), bad("body", "int_parsing")),
    (Annotated[int, Body(ge=8)], NONE, j(7), bad("body", "greater_than_equal")),
    (dt.date, Body(), j("2026-11-21"), "datetime.date(2026, 11, 21)"),
    (bytes, Body(), raw(b"\x00\xff", None), r"b'\x00\xff'"),
    (bytes, Body(), raw(b"", None), "b''"),
]  # fmt: skip


@pytest.mark.parametrize("row", BODY, ids=lambda row: named(row[0], row[2].get("json", row[2].get("body", b"")[:20])))
def test_body(row: Row):
    check(*row)


def test_the_table_is_broad():
    assert len(QUERY) + len(PATH) + len(HEADERS) + len(BODY) >= 250
