"""Types of every kind that a handler may ask for; module level, so that text annotations find them."""

from dataclasses import dataclass
from enum import Enum, IntEnum
from typing import Annotated, Any, Literal, NewType, NotRequired, TypedDict

import msgspec
from annotated_types import Gt
from pydantic import AfterValidator, BaseModel, ConfigDict, Field

from vase.binding import Query


class Color(Enum):
    RED = "red"
    BLUE = "blue"


class Level(IntEnum):
    LOW = 1
    HIGH = 2


class Mixed(Enum):
    ONE = 1
    TWO = "two"


class Tag(BaseModel):
    label: str


class Item(BaseModel):
    name: str
    price: float = Field(default=1.0, ge=0)
    tags: list[Tag] = []


class Strict(BaseModel):
    model_config = ConfigDict(extra="forbid")

    name: str


class Filters(BaseModel):
    page: int = Field(default=1, ge=1)
    tags: list[str] = []
    sort: Literal["name", "price"] = "name"
    author: str | None = Field(default=None, alias="by")


class Tokens(BaseModel):
    x_token: str
    accept_language: str = "en"
    x_tag: list[str] = []


@dataclass
class Point:
    x: int
    y: int = 0


class Person(TypedDict):
    name: str
    age: NotRequired[int]


class Part(msgspec.Struct):
    price: float


class Order(msgspec.Struct):
    id: int
    parts: list[Part] = []


class Bag(msgspec.Struct):
    any: Any


class Cat(BaseModel):
    kind: Literal["cat"]
    lives: int


class Dog(BaseModel):
    kind: Literal["dog"]
    name: str


UserId = NewType("UserId", int)
type Positive = Annotated[int, Gt(0)]
type Page = Annotated[int, Query(ge=1, le=100)]
type Pet = Annotated[Cat | Dog, Field(discriminator="kind")]


def _even(number: int) -> int:
    if number % 2:
        raise ValueError("must be even")
    return number


Even = Annotated[int, AfterValidator(_even)]
