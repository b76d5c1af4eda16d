"""Converters of the box, of annotations and of applications."""

import enum
import uuid
from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Annotated, Any, Literal

import pytest

from vase.urls import ConverterError, ConverterTable, converter_for


class Kind(enum.Enum):
    NEWS = "news"
    BLOG = "blog"


class Level(enum.IntEnum):
    LOW = 1
    HIGH = 2


class FourDigits:
    regex = "[0-9]{4}"

    def to_python(self, text: str) -> int:
        return int(text)

    def to_url(self, value: int) -> str:
        return f"{value:04}"


class Digits(FourDigits):
    def __init__(self, count: int, *, plus: int = 0):
        self.regex = f"[0-9]{{{count + plus}}}"


@pytest.mark.parametrize(
    ("name", "value", "text"),
    [
        ("str", "a b", "a b"),
        ("str", "a/b", "a/b"),
        ("str", 7, "7"),
        ("str", Kind.NEWS, "news"),
        ("int", 7, "7"),
        ("int", -7, "-7"),
        ("int", "7", "7"),
        ("float", 1.5, "1.5"),
        ("float", 1e-7, "1e-07"),
        ("decimal", Decimal("1E+3"), "1000"),
        ("decimal", Decimal("1.50"), "1.50"),
        ("uuid", uuid.UUID(int=1), "00000000-0000-0000-0000-000000000001"),
        ("date", date(2026, 2, 28), "2026-02-28"),
        ("datetime", datetime(2026, 2, 28, 1, 2, 3, tzinfo=UTC), "2026-02-28T01:02:03+00:00"),
        ("slug", "a-b_c", "a-b_c"),
        ("path", "a/b", "a/b"),
    ],
)
def test_values_are_written(name: str, value: object, text: str):
    """A value is written as the engine reads it."""
    assert ConverterTable().make(name).write(value) == text


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("str", ""),
        ("str", None),
        ("str", b"a"),
        ("str", True),
        ("int", True),
        ("int", 1.0),
        ("int", "x"),
        ("int", "٣"),
        ("int", None),
        ("float", float("nan")),
        ("float", float("inf")),
        ("decimal", Decimal("NaN")),
        ("decimal", "x"),
        ("uuid", "x"),
        ("date", datetime(2026, 1, 1, tzinfo=UTC)),
        ("date", "1.1.2026"),
        ("datetime", "now"),
        ("slug", "a b"),
        ("slug", 7),
        ("path", ""),
    ],
)
def test_values_that_do_not_fit(name: str, value: object):
    """A value that the engine would not read again is not written."""
    assert ConverterTable().make(name).write(value) is None


def test_annotations():
    """An annotation names its converter, through `Annotated` too; what no converter makes has none."""
    for kind, name in ((int, "int"), (uuid.UUID, "uuid"), (date, "date"), (datetime, "datetime"), (Decimal, "decimal")):
        found = converter_for(Annotated[kind, "note"])
        assert found is not None
        assert (found.name, found.python_type) == (name, kind)
    for other in (bool, list[int], object, None, Any):
        assert converter_for(other) is None


def test_enumerations_are_choices():
    """An enumeration takes the texts of its values and gives its members."""
    converter = converter_for(Kind)
    assert converter is not None
    assert converter.engine == {"choice": ["news", "blog"]}
    assert converter.to_python is not None
    assert converter.to_python("news") is Kind.NEWS
    assert converter.write(Kind.BLOG) == converter.write("blog") == "blog"
    assert converter.write("sports") is None
    assert converter.write(Level.LOW) is None
    levels = converter_for(Level)
    assert levels is not None
    assert levels.engine == {"choice": ["1", "2"]}
    assert levels.write(Level.HIGH) == "2"


def test_literals_are_choices():
    """`Literal` takes the texts of its values and gives the values."""
    converter = converter_for(Literal["a", 1, True])
    assert converter is not None
    assert converter.engine == {"choice": ["a", "1", "true"]}
    assert converter.to_python is not None
    assert [converter.to_python(text) for text in ("a", "1", "true")] == ["a", 1, True]
    assert [converter.write(value) for value in ("a", 1, True, 2)] == ["a", "1", "true", None]
    texts = converter_for(Literal["a", "b"])
    assert texts is not None
    assert texts.to_python is None


def test_a_converter_of_an_application():
    """A converter in Django's shape is named in paths, knows its type and writes by itself."""
    table = ConverterTable()
    table.register("yyyy", FourDigits())
    converter = table.make("yyyy")
    assert (converter.engine, converter.python_type) == ({"regex": "[0-9]{4}"}, int)
    assert converter.write(7) == "0007"
    assert converter.write(70000) is None
    assert "yyyy" in table.names()


def test_a_class_takes_arguments():
    """A registered class is made of the arguments in the path."""
    table = ConverterTable()
    table.register("digits", Digits)
    assert table.make("digits", "3").engine == {"regex": "[0-9]{3}"}
    assert table.make("digits", "3, plus=2").engine == {"regex": "[0-9]{5}"}
    with pytest.raises(ConverterError, match="cannot be made of") as caught:
        table.make("digits", "3, minus=1")
    assert caught.value.code == "urls.E011"
    with pytest.raises(ConverterError, match="cannot be made of"):
        table.make("digits")


def test_tables_are_apart():
    """A converter of one application is unknown to another."""
    ConverterTable().register("yyyy", FourDigits())
    with pytest.raises(ConverterError, match="unknown converter `yyyy`"):
        ConverterTable().make("yyyy")


@pytest.mark.parametrize(
    ("name", "regex", "words"),
    [
        ("a b", "x", "not a name for a converter"),
        ("int", "x", "there is a converter `int` already"),
        ("regex", "x", "there is a converter `regex` already"),
    ],
)
def test_names_that_are_refused(name: str, regex: str, words: str):
    """A name must be one and not be taken."""
    made = FourDigits()
    made.regex = regex
    with pytest.raises(ConverterError, match=words) as caught:
        ConverterTable().register(name, made)
    assert caught.value.code == "urls.E013"


@pytest.mark.parametrize("regex", ["(?=a)b", "(?!a)b", "(?<=a)b", r"(a)\1", "(?P<x>a)(?P=x)", "(?(1)a)", "[", 7])
def test_expressions_that_the_engine_cannot_read(regex: Any):
    """What the engine's linear matching rules out is told when the converter is named."""
    made = FourDigits()
    made.regex = regex
    table = ConverterTable()
    table.register("x", made)
    with pytest.raises(ConverterError, match="the `regex` of converter `x`") as caught:
        table.make("x")
    assert caught.value.code == "urls.E013"


def test_a_converter_lacks_something():
    """A converter without one of its three parts is told what it lacks."""

    class Half:
        regex = "x"

    with pytest.raises(ConverterError, match="has no `to_python` and no `to_url`"):
        ConverterTable().register("half", Half())  # type: ignore[arg-type]


def test_a_converter_that_writes_no_text():
    """A `to_url` that returns no text does not fit."""

    class Wrong(FourDigits):
        def to_url(self, value: int) -> str:
            return value  # type: ignore[return-value]

    table = ConverterTable()
    table.register("wrong", Wrong())
    assert table.make("wrong").write(2026) is None
