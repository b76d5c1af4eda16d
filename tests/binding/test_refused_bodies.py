"""JSON that is refused: read once, however many faults it has, and without numbers that no float holds."""

import dataclasses
import decimal
import json
import time
from collections.abc import Callable
from typing import Annotated, Any, Literal, TypedDict

import pytest
from pydantic import AfterValidator, BaseModel, BeforeValidator, ConfigDict, Field, PlainValidator, TypeAdapter

from tests.binding._site import Site, send
from vase.binding import Body, Query
from vase.binding._codecs import make_codec
from vase.binding._types import free_numbers
from vase.di import Depends

FORMS = pytest.mark.parametrize("wrapped", [False, True], ids=["call", "respond"])
TYPE = ("content-type", "application/json")

type Count = list[int]


def counted(count: Count) -> Any:
    """Return a type that counts how often a value of it is read."""

    def one_more(value: int) -> int:
        count.append(value)
        return value

    return Annotated[int, AfterValidator(one_more)]


def alone(kind: Any) -> Callable[..., Any]:
    class Item(BaseModel):
        number: kind
        name: str

    async def handler(item: Item) -> None: ...

    return handler


def beside_a_query(kind: Any) -> Callable[..., Any]:
    class Item(BaseModel):
        number: kind
        name: str

    async def handler(item: Item, page: Annotated[int, Query(ge=1)] = 1) -> None: ...

    return handler


def behind_a_dependency(kind: Any) -> Callable[..., Any]:
    class Item(BaseModel):
        number: kind
        name: str

    async def user() -> str:
        return "somebody"

    async def handler(item: Item, user: Annotated[str, Depends(user)]) -> None: ...

    return handler


def shared(kind: Any) -> Callable[..., Any]:
    async def handler(number: Annotated[kind, Body()], name: Annotated[str, Body()]) -> None: ...

    return handler


@FORMS
@pytest.mark.parametrize("make", [alone, beside_a_query, behind_a_dependency, shared])
def test_a_refused_body_is_read_once(make: Callable[..., Any], wrapped: bool):
    """What the reader said is what the answer tells: nobody asks it again."""
    count: Count = []
    reply = send(make(counted(count)), json={"number": 5, "name": 7}, wrapped=wrapped)
    assert (reply.status, reply.faults) == (422, [("body.name", "string_type")])
    assert count == [5]


@FORMS
def test_a_query_that_is_refused_first(wrapped: bool):
    """All faults are told, and the body that comes after the first of them is read once as well."""
    count: Count = []
    body = {"number": 5, "name": 7}
    reply = send(beside_a_query(counted(count)), "/?page=0", json=body, wrapped=wrapped)
    assert sorted(reply.faults) == [("body.name", "string_type"), ("query.page", "greater_than_equal")]
    assert len(count) <= 2  # what the core has read before it met the query is gone


@FORMS
def test_two_readers_of_one_body(wrapped: bool):
    """A body that two parameters read in their own ways is told by the one that refuses it."""

    class Wide(BaseModel):
        number: int

    class Narrow(BaseModel):
        number: Annotated[int, Field(lt=5)]

    def dependency(body: Annotated[Wide, Body()]) -> int:
        return body.number

    async def handler(body: Annotated[Narrow, Body()], wide: Annotated[int, Depends(dependency)]) -> int:
        return body.number + wide

    with Site(handler, "/", ("POST",), wrapped=wrapped) as site:
        assert site.send(json={"number": 4}).json == 8
        assert site.send(json={"number": 5}).faults == [("body.number", "less_than")]


@FORMS
def test_a_quarter_of_a_million_faults_cost_one_reading(wrapped: bool):
    """Eight megabytes of faults are refused in little more than the time that Pydantic takes to find them."""

    async def handler(items: list[int]) -> None: ...

    body = json.dumps(["x" * 28] * 250_000).encode()
    assert 7 << 20 < len(body) < 8 << 20
    read = make_codec(list[int]).read_json
    with Site(handler, "/", ("POST",), wrapped=wrapped) as site:
        site.send(body=b'["x"]', headers=[TYPE])  # what is made at the first refusal
        ratios = []
        for _ in range(3):
            began = time.perf_counter()
            with pytest.raises(ValueError, match="250000 validation errors"):
                read(body)
            alone = time.perf_counter() - began
            began = time.perf_counter()
            reply = site.send(body=body, headers=[TYPE])
            ratios.append((time.perf_counter() - began) / alone)
            assert reply.faults == [("body", "too_many_faults")]
    assert min(ratios) < 1.8


class Free(BaseModel):
    price: float


class Bound(BaseModel):
    price: Annotated[float, Field(allow_inf_nan=False)]
    count: int
    cost: decimal.Decimal
    name: str | None
    kind: Literal["a", "b"]
    tags: list[str]


class Extra(BaseModel):
    model_config = ConfigDict(extra="allow")
    name: str


class Keys(TypedDict):
    price: float


@dataclasses.dataclass
class Point:
    x: float


@pytest.mark.parametrize(
    ("kind", "free"),
    [
        (float, "float"),
        (Free, "float"),
        (list[Free], "float"),
        (dict[str, Keys], "float"),
        (Point, "float"),
        (int | float | None, "float"),
        (complex, "float"),
        (Any, "any"),
        (object, "any"),
        (dict, "any"),
        (list, "any"),
        (dict[str, Any], "any"),
        (Extra, "any"),
        (Annotated[int, BeforeValidator(lambda value: value)], "any"),
        (Annotated[int, PlainValidator(lambda value: value)], "any"),
        (Bound, None),
        (list[int], None),
        (dict[str, str], None),
        (bool, None),
    ],
)
def test_which_types_can_hold_a_number_unseen(kind: Any, free: str | None):
    """A body is looked through only where its type leaves a number to nobody."""
    assert free_numbers(TypeAdapter(kind).core_schema) == free
    words = make_codec(kind).argument
    assert words[2:] == (() if free is None else (free == "float",))


@FORMS
@pytest.mark.parametrize("number", ["NaN", "Infinity", "-Infinity", "1e999", "-1E+400"])
@pytest.mark.parametrize("kind", [Any, dict, dict[str, Any], Free, Extra, Keys, Point | None])
def test_a_number_that_no_float_holds(kind: Any, number: str, wrapped: bool):
    """It is refused with its path, and the handler does not see it."""
    seen = []

    async def handler(data: Annotated[kind, Body()]) -> None:
        seen.append(data)

    body = b'{"name":"x","x":1,"price":' + number.encode() + b"}"
    reply = send(handler, body=body, headers=[TYPE], wrapped=wrapped)
    assert reply.status == 422
    assert reply.json["errors"][0]["path"] == "body.price"
    assert seen == []


@FORMS
def test_a_member_that_no_float_holds(wrapped: bool):
    """Members of a shared body are looked at like the rest."""

    async def handler(price: Annotated[float, Body()], name: Annotated[str, Body()]) -> float:
        return price

    with Site(handler, "/", ("POST",), wrapped=wrapped) as site:
        assert site.send(body=b'{"price":1.5,"name":"NaN"}', headers=[TYPE]).json == 1.5
        assert site.send(body=b'{"price":NaN,"name":"x"}', headers=[TYPE]).faults == [("body.price", "json_invalid")]
