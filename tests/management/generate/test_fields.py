"""The little language of `startapp --model`."""

import contextlib
import string
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from vase.management import SpecificationError
from vase.management.generate._fields import Field, parse_model


def test_every_type():
    """Each type is understood, with its sizes, its question mark and its default."""
    model = parse_model(
        'Product name:str(120) code:str? about:text="a b" stock:int=3 weight:float=1.5 price:decimal(10, 2)=9.90 '
        "sold:bool=true day:date=today made:datetime=now key:uuid=random maker:ref:Company? shop:ref:shops.Shop"
    )
    assert model.name == "Product"
    assert model.fields == (
        Field("name", "str", (120,)),
        Field("code", "str", is_nullable=True),
        Field("about", "text", default='"a b"'),
        Field("stock", "int", default="3"),
        Field("weight", "float", default="1.5"),
        Field("price", "decimal", (10, 2), default='Decimal("9.90")'),
        Field("sold", "bool", default="True"),
        Field("day", "date", default="today"),
        Field("made", "datetime", default="now"),
        Field("key", "uuid", default="random"),
        Field("maker", "ref", target="Company", is_nullable=True),
        Field("shop", "ref", target="shops.Shop"),
    )
    assert model.fields[-1].attribute == "shop_id"


def test_every_fault_is_told_at_once_with_its_position():
    """A specification with many faults is refused once, each fault under the characters it means."""
    with pytest.raises(SpecificationError) as refused:
        parse_model("product nam:strng(3) prce price:decimal(2) id:int a:int=x b:ref c:int:Foo")
    assert (
        str(refused.value)
        == """\
`--model` has 8 faults
    product nam:strng(3) prce price:decimal(2) id:int a:int=x b:ref c:int:Foo
    ^^^^^^^
    column 1: a model is named like a class: `Product`, not `product`
                ^^^^^
    column 13: field `nam` has an unknown type `strng`
      hint: did you mean `str`?
                         ^^^^
    column 22: field `prce` has no type
      hint: a field is `name:type`, then `?` when it may be missing, then `=` and a default
                                            ^
    column 41: type `decimal` does not take `(2)`
      hint: write `decimal(10,2)`: digits in all, digits after the point
                                               ^^
    column 44: field name `id` is there already: every model has it
                                                            ^
    column 57: default `x` of field `a` does not fit: it is no int
                                                                ^^^
    column 61: reference `b` names no model
      hint: write `b:ref:Category`
                                                                          ^^^
    column 71: type `int` points to no model
      hint: a reference is `c:ref:Foo`"""
    )
    assert refused.value.code == "management.E007"


@pytest.mark.parametrize(
    ("field", "fault"),
    [
        ("a:str(0)", "type `str` does not take `(0)`"),
        ("a:str(x)", "type `str` does not take `(x)`"),
        ("a:decimal", "type `decimal` does not take no size"),
        ("a:decimal(2,3)", "3 digits after the point do not fit into 2 digits in all"),
        ("a:int(3)", "type `int` does not take `(3)`"),
        ("a:", "field `a` has an unknown type ``"),
        ("a:str(", "field `a:str(` is not understood"),
        ("A:int", "field name `A` is not in lower case"),
        ("class:int", "field name `class` is not a name that Python accepts"),
        ("_a:int", "field name `_a` starts with a prefix that is kept for the framework"),
        ("model_a:int", "field name `model_a` starts with a prefix that is kept for the framework"),
        ("metadata:int", "field name `metadata` is taken by the classes that the model and its schemas build on"),
        ("a:int a:str", "field `a` is given twice"),
        ('a:str(2)="abc"', "default `abc` of field `a` does not fit: it has 3 characters, 2 are allowed"),
        ("a:decimal(3,2)=12.3", "does not fit: the column holds 3 digits, 2 of them after the point"),
        ("a:decimal(3,2)=1.234", "does not fit: the column holds 3 digits, 2 of them after the point"),
        ("a:decimal(3,2)=NaN", "does not fit: it is not a finite number"),
        ("a:decimal(3,2)=x", "default `x` of field `a` does not fit: it is no decimal"),
        ("a:bool=maybe", "does not fit: write `true` or `false`"),
        ("a:date=2026-13-01", "does not fit: it is no date"),
        ("a:datetime=2026-01-01", "does not fit: the only default of a datetime is `now`"),
        ("a:uuid=1", "does not fit: it is no uuid"),
        ("a:ref:Shop=1", "does not fit: a reference has no default; `?` lets it be missing"),
        ("a:ref:shop", "`shop` is not the name of a model"),
    ],
)
def test_faults(field, fault):
    """A field that cannot be what it says is refused with the value and what would do."""
    with pytest.raises(SpecificationError) as refused:
        parse_model(f"Product {field}")
    assert fault in str(refused.value)


def test_model_without_fields():
    """A model without fields is a slip, not a wish."""
    with pytest.raises(SpecificationError, match="model `Product` has no fields"):
        parse_model("Product")
    with pytest.raises(SpecificationError, match="`--model` is empty"):
        parse_model("  ")


@given(st.text(alphabet=string.printable, max_size=60))
def test_any_text_is_understood_or_refused(text):
    """No text makes the parser fall over."""
    with contextlib.suppress(SpecificationError):
        assert parse_model(text).fields


@given(st.text(max_size=20).filter(lambda text: not set(text) & set("\"'()") and text.strip() == text))
def test_text_default_becomes_the_same_text_in_python(text):
    """A default given as text is written into the source so that Python reads the same text."""
    model = parse_model(f'Product a:text="{text}"')
    assert eval(model.fields[0].default or "") == text  # noqa: S307


def test_decimal_default_keeps_its_digits():
    """`0.10` stays `0.10`: a price's zeros are not lost."""
    default = parse_model("Product a:decimal(4,2)=0.10").fields[0].default or ""
    assert eval(default, {"Decimal": Decimal}).as_tuple() == Decimal("0.10").as_tuple()  # noqa: S307
