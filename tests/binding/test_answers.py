"""Answers: exactly what the return annotation says leaves, in its form, and nothing else."""

import dataclasses
import datetime as dt
import decimal
import logging
import uuid
from collections.abc import AsyncIterator, Callable, Iterable, Iterator
from enum import Enum
from pathlib import Path
from typing import Annotated, Any, Literal, NotRequired, TypedDict

import msgspec
import pytest
from pydantic import AnyUrl, BaseModel, ConfigDict, Field, computed_field, model_serializer
from sqlalchemy import ForeignKey
from sqlalchemy.orm import DeclarativeBase, Mapped, mapped_column, relationship

from tests.binding._site import send
from vase.binding import AnswerOptions, ResponseValidationError, plan
from vase.http import FileResponse, JSONResponse, PlainTextResponse, RedirectResponse, Response, StreamingResponse

SECRET = "hash-of-a-password"


class Color(Enum):
    RED = "red"


class Author(BaseModel):
    name: str


class Secretive(Author):
    password: str = SECRET


class Article(BaseModel):
    id: int
    title: str
    author: Author
    tags: list[str] = []


class Longer(Article):
    draft: str = SECRET


class Unrelated(BaseModel):
    id: int = 1
    title: str = "t"
    author: Author = Author(name="a")
    password: str = SECRET


class Aliased(BaseModel):
    model_config = ConfigDict(populate_by_name=True)

    created_at: int = Field(alias="createdAt")
    note: str | None = None


class Computed(BaseModel):
    a: int

    @computed_field
    def double(self) -> int:
        return self.a * 2


class Custom(BaseModel):
    a: int

    @model_serializer
    def write(self) -> dict[str, int]:
        return {"z": self.a}


class Tree(BaseModel):
    name: str
    children: list["Tree"] = []


class Page[T](BaseModel):
    items: list[T]
    total: int


@dataclasses.dataclass
class Point:
    x: int
    y: int = 0


@dataclasses.dataclass
class Point3(Point):
    z: str = SECRET


class Person(TypedDict):
    name: str
    age: NotRequired[int]


class Part(msgspec.Struct):
    price: float


class HiddenPart(Part):
    cost: str = SECRET


class Order(msgspec.Struct, rename="camel"):
    order_id: int
    parts: list[Part] = []


class HiddenOrder(Order):
    margin: str = SECRET


class Everything(BaseModel):
    a: int
    b: float
    c: bool
    d: bytes
    e: decimal.Decimal
    f: uuid.UUID
    g: dt.date
    h: dt.datetime
    i: dt.timedelta
    j: Color
    k: Literal["x", 1]
    l: dict[str, int]  # noqa: E741
    m: tuple[int, str]
    n: tuple[int, ...]
    o: set[int]
    p: Any
    q: AnyUrl
    r: Author | Point | None
    s: dict[str, list[Author]]


class Base(DeclarativeBase):
    pass


class AuthorRow(Base):
    __tablename__ = "author"

    id: Mapped[int] = mapped_column(primary_key=True)
    name: Mapped[str]
    password: Mapped[str]


class ArticleRow(Base):
    __tablename__ = "article"

    id: Mapped[int] = mapped_column(primary_key=True)
    title: Mapped[str]
    secret: Mapped[str]
    author_id: Mapped[int] = mapped_column(ForeignKey("author.id"))
    author: Mapped[AuthorRow] = relationship()


def encoder(annotation: Any, **options: Any) -> Callable[[Any], Any]:
    def handler() -> Any: ...

    handler.__annotations__["return"] = annotation
    return plan(handler, **options).encode


def row() -> ArticleRow:
    author = AuthorRow(id=1, name="ann", password=SECRET)
    return ArticleRow(id=7, title="t", secret=SECRET, author_id=1, author=author)


ARTICLE = Article(id=7, title="t", author=Author(name="ann"))
JSON = b'{"id":7,"title":"t","author":{"name":"ann"},"tags":[]}'
EVERYTHING = Everything.model_validate(
    {
        "a": 1, "b": 1.5, "c": True, "d": b"x", "e": "1.10", "f": "7e9c2a0e-3d1c-4a0c-8b0e-5d7d6a5d3b1a",
        "g": "2026-11-21", "h": "2026-11-21T10:00:00Z", "i": 90, "j": "red", "k": 1, "l": {"a": 1}, "m": (1, "x"),
        "n": (1, 2), "o": {1}, "p": {"any": [1]}, "q": "https://example.org", "r": {"name": "ann"},
        "s": {"x": [{"name": "ann"}]},
    }
)  # fmt: skip


@pytest.mark.parametrize(
    ("annotation", "value", "expected"),
    [
        (Article, ARTICLE, JSON),
        (Article, {"id": "7", "title": "t", "author": {"name": "ann"}, "secret": SECRET}, JSON),
        (Article, Longer(**ARTICLE.model_dump()), JSON),
        (Article, ARTICLE.model_copy(update={"author": Secretive(name="ann")}), JSON),
        (Article, Unrelated(id=7, author=Secretive(name="ann")), JSON),
        (Article, row(), JSON),
        (list[Article], [ARTICLE, row(), Longer(**ARTICLE.model_dump())], b"[" + b",".join([JSON] * 3) + b"]"),
        (list[Article], [], b"[]"),
        (list[Article], (ARTICLE,), b"[" + JSON + b"]"),
        (list[Article], (item for item in [ARTICLE]), b"[" + JSON + b"]"),
        (Iterable[Article], [row()], b"[" + JSON + b"]"),
        (tuple[Article, ...], (ARTICLE,), b"[" + JSON + b"]"),
        (dict[str, Article], {"x": row()}, b'{"x":' + JSON + b"}"),
        (Article | None, row(), JSON),
        (Article | Author, Secretive(name="ann"), b'{"name":"ann"}'),
        (Article | Author, row(), JSON),
        (Article | RedirectResponse, row(), JSON),
        (Annotated[Article, "note"], ARTICLE, JSON),
        (Page[Author], Page[Author](items=[Secretive(name="a")], total=1), b'{"items":[{"name":"a"}],"total":1}'),
        (Page[Author], {"items": [AuthorRow(name="a")], "total": 1}, b'{"items":[{"name":"a"}],"total":1}'),
        (Tree, Tree(name="a", children=[Tree(name="b")]), b'{"name":"a","children":[{"name":"b","children":[]}]}'),
        (Aliased, Aliased(createdAt=1), b'{"createdAt":1,"note":null}'),
        (Aliased, {"created_at": 1}, b'{"createdAt":1,"note":null}'),
        (Computed, Computed(a=2), b'{"a":2,"double":4}'),
        (Custom, Custom(a=2), b'{"z":2}'),
        (Point, Point(1), b'{"x":1,"y":0}'),
        (Point, Point3(1), b'{"x":1,"y":0}'),
        (Point, {"x": 1, "z": SECRET}, b'{"x":1,"y":0}'),
        (list[Point], [Point3(1)], b'[{"x":1,"y":0}]'),
        (Point | None, Point3(1), b'{"x":1,"y":0}'),
        (Person, {"name": "a", "password": SECRET}, b'{"name":"a"}'),
        (Person, {"name": "a", "age": 3}, b'{"name":"a","age":3}'),
        (list[Person], [{"name": "a", "age": "3", "x": SECRET}], b'[{"name":"a","age":3}]'),
        (Order, Order(1, [Part(2)]), b'{"orderId":1,"parts":[{"price":2.0}]}'),
        (Order, Order(1, [Part(2.5)]), b'{"orderId":1,"parts":[{"price":2.5}]}'),
        (Order, HiddenOrder(1), b'{"orderId":1,"parts":[]}'),
        (Order, Order(1, [HiddenPart(2.5)]), b'{"orderId":1,"parts":[{"price":2.5}]}'),
        (Order, {"orderId": 1, "margin": SECRET}, b'{"orderId":1,"parts":[]}'),
        (list[Order], [HiddenOrder(1)], b'[{"orderId":1,"parts":[]}]'),
        (dict[str, Part], {"a": HiddenPart(1.5)}, b'{"a":{"price":1.5}}'),
        (Part | None, HiddenPart(1.5), b'{"price":1.5}'),
        (int, 5, b"5"),
        (int, "5", b"5"),
        (float, float("nan"), b"null"),
        (bool, True, b"true"),
        (dt.date, dt.date(2026, 11, 21), b'"2026-11-21"'),
        (uuid.UUID, uuid.UUID(int=1), b'"00000000-0000-0000-0000-000000000001"'),
        (Color, Color.RED, b'"red"'),
        (dict, {"a": ARTICLE}, b'{"a":' + JSON + b"}"),
        (list, [1, "x"], b'[1,"x"]'),
        (dict[str, Any], {"a": dt.date(2026, 1, 2), "b": Color.RED}, b'{"a":"2026-01-02","b":"red"}'),
        (dict[str, int], {"a": 1}, b'{"a":1}'),
        (Any, {"a": float("inf")}, b'{"a":null}'),
        (Any, Secretive(name="a"), f'{{"name":"a","password":"{SECRET}"}}'.encode()),
        (Any, [Point(1)], b'[{"x":1,"y":0}]'),
        (Any, Order(1), b'{"orderId":1,"parts":[]}'),
        (Any, {"a": Part(1.5)}, b'{"a":{"price":1.5}}'),
    ],
)  # fmt: skip
def test_exactly_what_was_promised_leaves(annotation: Any, value: Any, expected: bytes):
    written = encoder(annotation)(value)
    assert isinstance(written, bytes)
    assert written == expected


def test_without_an_annotation_values_are_written_by_their_own_types():
    def handler(): ...

    encode = plan(handler).encode
    assert encode({"a": Author(name="x")}) == b'{"a":{"name":"x"}}'
    for value in (1, Point(1)):
        answer = encode(value)
        assert isinstance(answer, JSONResponse)


def test_every_kind_of_field_is_trusted_and_written():
    encode = encoder(Everything)
    assert encode(EVERYTHING) == EVERYTHING.model_dump_json().encode()


@pytest.mark.parametrize(
    ("annotation", "value", "paths"),
    [
        (Article, {"id": "x", "title": "t"}, ["response.id", "response.author"]),
        (Article, None, ["response"]),
        (Article, "text", ["response"]),
        (Article, object(), ["response"]),
        (Article, Article.model_construct(id=SECRET), ["response"]),
        (Article, ARTICLE.model_copy(update={"title": Secretive(name="x")}), ["response"]),
        (Article, ARTICLE.model_copy(update={"tags": SECRET}), ["response"]),
        (list[Article], [ARTICLE, {"id": 1}], ["response[1].title", "response[1].author"]),
        (list[Article], 5, ["response"]),
        (dict[str, int], {"a": SECRET}, ["response.a"]),
        (int, SECRET, ["response"]),
        (Point, Point("x"), ["response"]),  # type: ignore[arg-type]
        (Person, {"age": 1}, ["response.name"]),
        (Order, {"parts": []}, ["response"]),
        (Order, Order("x"), ["response"]),  # type: ignore[arg-type]
        (Order, 5, ["response"]),
        (None, {"a": SECRET}, ["response"]),
        (str, {"a": SECRET}, ["response"]),
        (bytes, 5, ["response"]),
        (Response, {"a": SECRET}, ["response"]),
        (RedirectResponse | FileResponse, SECRET, ["response"]),
        (Literal["a"], 5, ["response"]),
    ],
)
def test_a_value_that_does_not_fit_is_an_error_that_names_handler_and_fields_alone(
    annotation: Any, value: Any, paths: list[str]
):
    with pytest.raises(ResponseValidationError) as raised:
        encoder(annotation)(value)
    error = raised.value
    assert [fault["path"] for fault in error.faults] == paths
    assert error.code == "binding.E020"
    assert f"`{__name__}.encoder.handler`" in str(error)
    assert SECRET not in str(error)
    assert error.__cause__ is None
    assert error.__suppress_context__ or error.__context__ is None


def test_a_wrong_field_is_named():
    with pytest.raises(ResponseValidationError, match="expected `str` in field `title`"):
        encoder(Article)(ARTICLE.model_copy(update={"title": 5}))


def test_options():
    value = Aliased(createdAt=1)
    options: dict[str, Any] = {"answer": AnswerOptions(by_alias=False)}
    assert encoder(Aliased, **options)(value) == b'{"created_at":1,"note":null}'
    assert encoder(Aliased, answer=AnswerOptions(exclude_unset=True))(value) == b'{"createdAt":1}'
    assert (
        encoder(Aliased, answer=AnswerOptions(exclude_none=True))(Aliased(createdAt=1, note=None)) == b'{"createdAt":1}'
    )
    assert encoder(Article, answer=AnswerOptions(exclude_defaults=True))(row()) == JSON.replace(b',"tags":[]', b"")


def test_a_response_model_replaces_the_annotation():
    def handler() -> ArticleRow: ...  # type: ignore[empty-body]

    assert plan(handler, response_model=Article).encode(row()) == JSON


def test_files_streams_and_odd_texts_become_responses():
    class Markup(str):
        __slots__ = ()

    file = encoder(Path)(Path(__file__))
    assert isinstance(file, FileResponse)
    assert isinstance(encoder(Iterator[bytes])(iter([b"x"])), StreamingResponse)
    assert isinstance(encoder(Any)(iter([b"x"])), StreamingResponse)
    assert isinstance(encoder(str)(Markup("x")), PlainTextResponse)
    assert isinstance(encoder(bytes, status_code=202)(bytearray(b"x")), Response)
    assert encoder(bytes, status_code=202)(bytearray(b"x")).status_code == 202


class Big(BaseModel):
    rows: list[Article]


def test_the_trusted_way_agrees_with_pydantic():
    big = Big(rows=[Article(id=index, title=str(index), author=Author(name="x")) for index in range(50)])
    assert encoder(Big)(big) == big.model_dump_json().encode()


def test_over_the_core_a_value_is_json_with_the_status_of_the_route():
    async def handler() -> Article:
        return row()  # type: ignore[return-value]

    reply = send(handler, options={"status_code": 201})
    assert (reply.status, reply.headers["content-type"], reply.body) == (201, "application/json", JSON)
    reply = send(handler, options={"status_code": 201}, wrapped=True)
    assert (reply.status, reply.headers["content-type"], reply.body) == (201, "application/json", JSON)


@pytest.mark.parametrize("wrapped", [False, True])
@pytest.mark.parametrize(
    ("value", "status", "kind", "body"),
    [
        ("é", 200, "text/plain; charset=utf-8", "é".encode()),
        (b"\x00", 200, "application/octet-stream", b"\x00"),
        (None, 204, None, b""),
        (PlainTextResponse("x", 418), 418, "text/plain; charset=utf-8", b"x"),
        ({"a": 1}, 200, "application/json", b'{"a":1}'),
        ([1], 200, "application/json", b"[1]"),
        (7, 200, "application/json", b"7"),
        (True, 200, "application/json", b"true"),
    ],
)
def test_over_the_core_each_kind_of_value(value: Any, status: int, kind: str | None, body: bytes, wrapped: bool):
    async def handler():
        return value

    reply = send(handler, wrapped=wrapped)
    assert (reply.status, reply.headers.get("content-type"), reply.body) == (status, kind, body)


def test_over_the_core_a_wrong_value_is_a_500_without_a_trace_of_it(caplog: pytest.LogCaptureFixture):
    async def handler() -> Article:
        return {"id": SECRET}  # type: ignore[return-value]

    caplog.set_level(logging.ERROR)
    for wrapped in (False, True):
        reply = send(handler, wrapped=wrapped)
        assert reply.status == 500
        assert SECRET not in reply.text


@pytest.mark.parametrize("wrapped", [False, True])
def test_over_the_core_generators_are_streams(wrapped: bool):
    async def asynchronous(n: int) -> AsyncIterator[str]:
        for index in range(n):
            yield f"{index};"

    def plain(n: int) -> Iterator[bytes]:
        for index in range(n):
            yield f"{index};".encode()

    assert send(asynchronous, "/?n=3", wrapped=wrapped).body == b"0;1;2;"
    assert send(plain, "/?n=3", wrapped=wrapped).body == b"0;1;2;"
