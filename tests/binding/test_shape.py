"""Values that are exactly what was promised are written by the core, byte for byte as Pydantic writes them."""

import dataclasses
from datetime import datetime
from decimal import Decimal
from enum import Enum
from typing import Annotated, Any, NotRequired, TypedDict

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pydantic import (
    AfterValidator,
    AliasGenerator,
    BaseModel,
    ConfigDict,
    Field,
    PlainSerializer,
    RootModel,
    TypeAdapter,
    alias_generators,
    computed_field,
    field_serializer,
)

from vase import Vase
from vase.binding._answers import Answer
from vase.testing import Client


class Address(BaseModel):
    street: str
    city: str | None = None


@dataclasses.dataclass
class Point:
    x: float
    y: int


class Plain(TypedDict):
    name: str
    on: bool


class Tree(BaseModel):
    label: str
    children: list["Tree"] = []


class Named(BaseModel):
    first: Annotated[str, Field(serialization_alias="firstName")]
    second: Annotated[int, Field(alias="second-Value", ge=0)]


class Camel(BaseModel):
    model_config = ConfigDict(alias_generator=AliasGenerator(serialization_alias=alias_generators.to_camel))
    long_name: str


class Page[T](BaseModel):
    items: list[T]
    total: int


class Order(BaseModel):
    name: str
    price: float
    quantity: int | str
    tags: list[str]
    address: Address | None
    options: dict[str, int | None]
    points: list[Point]
    plain: Plain


class Checked(BaseModel):
    even: Annotated[int, AfterValidator(lambda value: value + value % 2)]


texts = st.text(max_size=8)
addresses = st.builds(Address, street=texts, city=st.none() | texts)
points = st.builds(Point, x=st.floats(), y=st.integers())
plains = st.builds(lambda name, on: Plain(name=name, on=on), texts, st.booleans())
trees = st.recursive(
    st.builds(Tree, label=texts),
    lambda inner: st.builds(Tree, label=texts, children=st.lists(inner, max_size=3)),
    max_leaves=6,
)
orders = st.builds(
    Order,
    name=texts,
    price=st.floats(),
    quantity=st.integers() | texts,
    tags=st.lists(texts, max_size=3),
    address=st.none() | addresses,
    options=st.dictionaries(texts, st.none() | st.integers(), max_size=3),
    points=st.lists(points, max_size=2),
    plain=plains,
)
EXACT: list[tuple[Any, st.SearchStrategy[Any]]] = [
    (Address, addresses),
    (Point, points),
    (Plain, plains),
    (Tree, trees),
    (Named, st.builds(lambda first, second: Named(first=first, **{"second-Value": second}), texts, st.integers(0))),
    (Camel, st.builds(Camel, long_name=texts)),
    (Page[Address], st.builds(Page[Address], items=st.lists(addresses, max_size=3), total=st.integers())),
    (Order, orders),
    (Checked, st.builds(Checked, even=st.integers())),
    (list[int], st.lists(st.integers())),
    (list[float], st.lists(st.floats())),
    (dict[str, list[bool]], st.dictionaries(texts, st.lists(st.booleans()), max_size=4)),
    (list[Address | Point | None], st.lists(addresses | points | st.none(), max_size=4)),
]


class Colour(Enum):
    RED = 1


class Serialized(BaseModel):
    value: Annotated[int, PlainSerializer(str)]


class Decorated(BaseModel):
    value: int

    @field_serializer("value")
    def write(self, value: int) -> str:
        return str(value)


class Computed(BaseModel):
    value: int

    @computed_field
    def double(self) -> int:
        return self.value * 2


class Hidden(BaseModel):
    value: int
    secret: Annotated[str, Field(exclude=True)] = ""


class Open(BaseModel):
    model_config = ConfigDict(extra="allow")
    value: int


class Constants(BaseModel):
    model_config = ConfigDict(ser_json_inf_nan="constants")
    value: float


class Holder(BaseModel):
    value: Serialized


@dataclasses.dataclass(slots=True)
class Slotted:
    value: int


UNFIT = [
    str, int, None, datetime, Decimal, Colour, list[Decimal], set[int], tuple[int, ...], dict[int, str], Any,
    RootModel[list[int]], list, Serialized, Decorated, Computed, Hidden, Open, Constants, Holder, Slotted, list[Holder],
    Address | Computed,
]  # fmt: skip


@pytest.fixture(scope="module")
def clients():
    return {}


def answer(clients, annotation, value) -> bytes:
    if repr(annotation) not in clients:
        app = Vase()
        held: list[Any] = []

        async def handler():
            return held[0]

        handler.__annotations__["return"] = annotation
        app.get("/")(handler)
        clients[repr(annotation)] = (Client(app), held)
    client, held = clients[repr(annotation)]
    held[:] = [value]
    response = client.get("/")
    assert (response.status_code, response.headers["content-type"]) == (200, "application/json"), response.text
    return response.content


@pytest.mark.parametrize(("annotation", "values"), EXACT, ids=lambda item: getattr(item, "__name__", None))
@given(data=st.data())
@settings(max_examples=40, deadline=None)
def test_written_as_pydantic_writes(clients, annotation, values, data):
    """Floats, escapes, large integers, orders and aliases: the bytes are the same."""
    assert Answer(annotation=annotation, handler="h").shape is not None
    value = data.draw(values)
    assert answer(clients, annotation, value) == TypeAdapter(annotation).dump_json(value, by_alias=True)


@pytest.mark.parametrize("annotation", UNFIT, ids=str)
def test_no_shape(annotation):
    """What is written in a way of its own, however deep, is Pydantic's alone."""
    assert Answer(annotation=annotation, handler="h").shape is None


class Secret(Address):
    password: str = "hidden"


class Open2(TypedDict):
    name: str
    more: NotRequired[int]


@pytest.mark.parametrize(
    ("annotation", "value", "written"),
    [
        (Address, Secret(street="a"), b'{"street":"a","city":null}'),
        (list[Address], [Secret(street="a")], b'[{"street":"a","city":null}]'),
        (Address, {"street": "a"}, b'{"street":"a","city":null}'),
        (Address, Address.model_construct(city="b", street="a"), b'{"street":"a","city":"b"}'),
        (Plain, {"on": True, "name": "a"}, b'{"on":true,"name":"a"}'),
        (Plain, {"name": "a", "on": True, "password": "hidden"}, b'{"name":"a","on":true}'),
        (Open2, {"name": "a"}, b'{"name":"a"}'),
        (list[float], [1, True], b"[1.0,1.0]"),
        (dict[str, int], {"a": True}, b'{"a":1}'),
        (list[int], [2**70], b"[1180591620717411303424]"),
    ],
)
def test_what_is_not_exact_is_validated(clients, annotation, value, written):
    """Subclasses, other classes, other keys and another order go the careful way: nothing undeclared gets out."""
    assert answer(clients, annotation, value) == written


def test_deep_values(clients):
    """A value deeper than the core follows is written all the same."""
    tree = Tree(label="leaf")
    for _ in range(100):
        tree = Tree(label="node", children=[tree])
    assert answer(clients, Tree, tree) == tree.model_dump_json().encode()


def test_texts_that_are_no_text(clients):
    """A lone surrogate cannot be written, and is an error of the handler as before."""
    with pytest.raises(Exception, match="surrogates"):
        answer(clients, Address, Address.model_construct(street="\ud800", city=None))
