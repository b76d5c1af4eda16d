"""Signatures: text, aliases and type parameters become types; one bad name hides no other."""

import functools
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated, Any, ForwardRef

import pytest

from vase.di import EMPTY, read_signature, unwrap

type Number = int
type Marked = Annotated[Number, "inner"]
type Pair[T] = Annotated[tuple[T, T], "pair"]
type Broken = Nowhere  # type: ignore[name-defined]  # noqa: F821


class Item:
    pass


@pytest.mark.parametrize(
    ("annotation", "kind", "metadata"),
    [
        (int, int, ()),
        (Number, int, ()),
        (Annotated[int, 1, 2], int, (1, 2)),
        (Annotated[Marked, "outer"], int, ("inner", "outer")),
        (Pair[int], tuple[int, int], ("pair",)),
        (Marked | None, Marked | None, ()),
    ],
)
def test_aliases_and_annotated_are_taken_off(annotation: Any, kind: Any, metadata: Any):
    assert unwrap(annotation) == (kind, metadata)


def test_text_annotations_are_evaluated_where_the_function_was_written():
    class Local:
        pass

    def handler(a: "Item", b: "list[Item]", c: Annotated["Item", 1], d: "Local | None", e: None) -> "Local":
        return Local()

    read = read_signature(handler)
    assert [parameter.annotation for parameter in read.parameters[:3]] == [Item, list[Item], Annotated[Item, 1]]
    assert read.parameters[3].annotation == Local | None
    assert read.parameters[4].annotation is type(None)
    assert read.returns is Local


def test_each_annotation_that_fails_says_why_and_the_others_stand():
    def handler(a: "Nowhere", b: int, c: "1 +", d: Broken) -> "Gone":  # type: ignore[name-defined,valid-type]  # noqa: F722, F821
        raise AssertionError

    read = read_signature(handler)
    assert [parameter.annotation for parameter in read.parameters] == [EMPTY, int, EMPTY, EMPTY]
    assert read.parameters[0].unresolved == "NameError: name 'Nowhere' is not defined"
    assert str(read.parameters[2].unresolved).startswith("SyntaxError")
    assert read.parameters[3].unresolved == "name 'Nowhere' is not defined"
    assert read.returns_unresolved == "NameError: name 'Gone' is not defined"


def test_wrappers_partials_classes_and_objects_are_read_like_what_they_wrap():
    def inner(item: "Item", page: int = 1) -> None: ...

    @functools.wraps(inner)
    def outer(*args: Any, **kwargs: Any) -> None: ...

    @dataclass
    class Page:
        item: "Item"

        def __call__(self, item: "Item") -> None: ...

    for target in (outer, functools.partial(inner, page=2), Page, Page(Item()), Page(Item()).__call__):
        assert read_signature(target).parameters[0].annotation is Item


def test_type_parameters_are_known_inside_their_function():
    def handler[T](item: "list[T]") -> None: ...

    (parameter,) = read_signature(handler).parameters
    assert parameter.unresolved is None
    assert not isinstance(parameter.annotation, ForwardRef)


def test_the_line_of_a_parameter_behind_a_decorator_is_its_own():
    def decorate(function: Any) -> Any:
        return function

    @decorate
    def handler(
        first: int,
        second: int,
    ) -> None: ...

    first, second = read_signature(handler).parameters
    assert first.place is not None
    assert second.place is not None
    assert second.place.line == first.place.line + 1
    assert second.place.file == __file__
    assert "second: int" in Path(__file__).read_text(encoding="utf-8").splitlines()[second.place.line - 1]
