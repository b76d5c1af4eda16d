"""Faults of handlers: every one at once, each with its code, sentence, hint and line."""

import inspect
from collections.abc import Callable
from enum import Enum
from typing import TYPE_CHECKING, Annotated, Any, Literal

import msgspec
import pytest
from pydantic import BaseModel

from vase.binding import BindingErrors, Body, Cookie, Header, Path, Query, plan
from vase.di import Depends, Providers
from vase.http import Request
from vase.types import Fault
from vase.urls import ConverterTable, parse_pattern

if TYPE_CHECKING:
    from decimal import Decimal as OnlyForCheckers


class Item(BaseModel):
    name: str


class Struct(msgspec.Struct):
    name: str


class Color(Enum):
    RED = "red"


class Engine:
    pass


class Pending(BaseModel):
    other: "NotYet"  # type: ignore[name-defined]  # noqa: F821


def faults(handler: Callable[..., Any], route: str = "/", **options: Any) -> list[Fault]:
    pattern, wrong = parse_pattern(route, ConverterTable())
    assert not wrong
    with pytest.raises(BindingErrors) as raised:
        plan(handler, path_parameters=pattern.parameters, open_parameters=pattern.open_parameters, **options)
    return list(raised.value.messages)


def told(handler: Callable[..., Any], route: str = "/", **options: Any) -> tuple[str, str, str | None, str]:
    """Return code, message without the names of modules, hint, and the text of the line of the one fault."""
    (fault,) = faults(handler, route, **options)
    name = f"`{handler.__module__}.{handler.__qualname__.replace('<locals>.', '')}`"
    assert fault.place is not None
    lines, start = inspect.getsourcelines(handler)
    line = lines[fault.place.line - start].strip()
    return fault.code, fault.message.replace(name, "`handler`"), fault.hint, line


def test_every_fault_of_a_handler_is_told_at_once_in_the_order_of_the_lines():
    def handler(  # noqa: PLR0917
        bare,
        unknown: "Nowhere",  # type: ignore[name-defined]  # noqa: F821
        checkers: "OnlyForCheckers",
        engine: Engine,
        body: Item,
        bad: Annotated[int, Depends(3)],
        two: Annotated[int, Query(), Header()],
        missing: Annotated[int, Path()],
        day: Annotated[Item, Cookie()],
        *rest: int,
        **more: int,
    ) -> "Gone": ...  # type: ignore[name-defined]  # noqa: F821

    found = faults(handler, methods=["GET"])
    codes = ["E001", "E002", "E002", "E008", "E010", "di.E003", "E011", "E005", "E003", "E003", "E002"]
    assert [fault.code.removeprefix("binding.") for fault in found] == codes
    lines = [fault.place.line for fault in found if fault.place]
    assert lines == sorted(lines)
    assert len(set(lines)) == len(lines)


def test_missing_annotations():
    def first(request) -> None: ...

    def second(slug) -> None: ...

    def third(page=1) -> None: ...

    message = "parameter `{}` of `handler` has no annotation"
    assert told(first)[:3] == ("binding.E001", message.format("request"), "write `request: Request`")
    assert told(second, "/{slug:slug}")[:3] == ("binding.E001", message.format("slug"), "write `slug: str`")
    assert told(third)[:3] == ("binding.E001", message.format("page"), "write its type, like `page: str`")


def test_an_unresolvable_annotation_says_why():
    def handler(
        a: int,
        b: "OnlyForCheckers",
    ) -> None: ...

    reason = "NameError: name 'OnlyForCheckers' is not defined"
    assert told(handler) == (
        "binding.E002",
        f"the annotation of parameter `b` of `handler` cannot be resolved: {reason}",
        "define or import the name in the module of the handler, not only under `TYPE_CHECKING`",
        'b: "OnlyForCheckers",',
    )


def test_variadic_parameters():
    def handler(*args: int) -> None: ...

    def named(**options: int) -> None: ...

    assert told(handler)[:3] == ("binding.E003", "nothing fills `*args` of `handler`", "name each parameter")
    assert told(named)[:2] == ("binding.E003", "nothing fills `**options` of `handler`")


def test_a_parameter_of_the_route_that_nobody_takes():
    def handler(slig: str) -> None: ...

    def empty() -> None: ...

    message = "the route has a parameter `slug` that `handler` does not take"
    assert told(handler, "/{slug}")[:3] == ("binding.E004", message, "did you mean `slig`?")
    assert told(empty, "/{slug:int}")[:3] == ("binding.E004", message, "add `slug: int`")


def test_a_dependency_or_the_request_may_take_the_parameter_of_the_route():
    def find(slug: str) -> str:
        return slug

    def handler(found: Annotated[str, Depends(find)]) -> None: ...

    def reads(request: Request) -> None: ...

    pattern, _ = parse_pattern("/{slug}", ConverterTable())
    for function in (handler, reads):
        plan(function, path_parameters=pattern.parameters)


def test_a_path_marker_without_a_parameter_in_the_route():
    def handler(ident: Annotated[int, Path()]) -> None: ...

    code, message, hint, _ = told(handler, "/")
    assert (code, hint) == ("binding.E005", "add `{ident}` to the route")
    assert message == "parameter `ident` of `handler` is marked `Path`, and the route has no parameter `ident`"


def test_a_default_of_a_path_parameter():
    def handler(ident: int = 1) -> None: ...

    assert told(handler, "/{ident}")[:2] == (
        "binding.E006",
        "parameter `ident` of `handler` comes from the path and has a default, which is never used",
    )


@pytest.mark.parametrize(
    ("annotation", "converter", "message"),
    [
        (str, "int", "converter `int` makes `int`, the annotation says `str`"),
        (int, "float", "converter `float` makes `float`, the annotation says `int`"),
        (int, "uuid", "converter `uuid` makes `UUID`, the annotation says `int`"),
        (Literal["a"], "literal(a,b)", "converter `literal(a,b)` lets `b` pass, which is no `Literal['a']`"),
        (Color, "enum(red,blue)", "converter `enum(red,blue)` lets `blue` pass, which is no `Color`"),
    ],
)
def test_a_converter_that_never_gives_the_annotated_type(annotation: Any, converter: str, message: str):
    def handler(ident: Any) -> None: ...

    handler.__annotations__["ident"] = annotation
    code, text, _, _ = told(handler, f"/{{ident:{converter}}}")
    assert (code, text) == ("binding.E007", f"parameter `ident` of `handler`: {message}")


def test_a_type_that_nobody_makes():
    def handler(engine: Engine) -> None: ...

    code, message, hint, _ = told(handler)
    assert code == "binding.E008"
    assert message.startswith("parameter `engine` of `handler`: a `Engine` cannot be made of a request: ")
    assert hint == "register a provider, `providers[Engine] = …`, or write `Annotated[Engine, Depends(function)]`"
    providers = Providers()
    providers[Engine] = Engine
    plan(handler, providers=providers)


def test_a_model_with_a_forward_reference_that_is_never_defined():
    def handler(item: Pending) -> None: ...

    code, message, _, _ = told(handler, methods=["POST"])
    assert code == "binding.E008"
    assert message.endswith("its definition names `NotYet`, which is not defined")


def test_a_bare_model_in_a_get():
    def handler(item: Item) -> None: ...

    code, message, hint, _ = told(handler, methods=["GET"])
    assert (code, hint) == (
        "binding.E010",
        "write `Annotated[…, Query()]` to read its fields from the query, or answer POST",
    )
    assert "is the body, and a GET request has none" in message
    plan(handler, methods=["GET", "POST"])
    plan(handler, methods=["DELETE"])


def test_a_body_that_is_marked_is_taken_in_a_get():
    def handler(item: Annotated[Item, Body()]) -> None: ...

    plan(handler, methods=["GET"])


def test_two_markers():
    def handler(a: Annotated[int, Query()] = Header()) -> None: ...

    assert told(handler)[:2] == ("binding.E011", "parameter `a` of `handler` has 2 markers")


def test_a_return_annotation_that_cannot_be_written():
    def handler() -> Engine: ...  # type: ignore[empty-body]

    code, message, _, line = told(handler)
    assert code == "binding.E012"
    assert message.startswith("`handler` returns `Engine`, which cannot be written as JSON: ")
    assert line == "def handler() -> Engine: ...  # type: ignore[empty-body]"


def test_a_query_of_documents():
    def handler(a: Annotated[list[Item], Query()], b: Annotated[dict[str, int], Header()]) -> None: ...

    found = faults(handler)
    assert [fault.code for fault in found] == ["binding.E013", "binding.E013"]
    assert ": no query holds a `list[" in found[0].message
    assert found[1].message.endswith(": no header holds a `dict[str, int]`")


def test_several_cookies_of_one_name():
    def handler(a: Annotated[list[str], Cookie()]) -> None: ...

    assert told(handler)[0] == "binding.E013"


def test_raw_bodies_and_structs_do_not_share():
    def handler(a: Annotated[bytes, Body()], b: Item) -> None: ...

    def structs(a: Struct, b: Item) -> None: ...

    message = "parameter `a` of `handler` is {} and shares the body with others"
    assert told(handler, methods=["POST"])[:2] == ("binding.E015", message.format("the raw body"))
    assert told(structs, methods=["POST"])[:2] == ("binding.E015", message.format("a struct of msgspec"))


def test_faults_of_dependencies_point_to_the_dependency():
    def inner(item: Engine) -> None: ...

    def handler(a: Annotated[None, Depends(inner)]) -> None: ...

    (fault,) = faults(handler)
    assert fault.place is not None
    assert fault.place.line == inspect.getsourcelines(inner)[1]
    assert "`item` of " in fault.message
    assert "inner`" in fault.message


def test_a_cycle_of_providers_is_told():
    def make(engine: Engine) -> Engine:
        return engine

    def handler(engine: Engine) -> None: ...

    providers = Providers()
    providers[Engine] = make
    assert [fault.code for fault in faults(handler, providers=providers)] == ["di.E002"]


def test_options_of_somebody_elses_class_keep_their_defaults():
    class Pager:
        def __init__(self, page: int = 1, style=None, *extra, **options) -> None: ...

    def handler(pager: Annotated[Pager, Depends()]) -> None: ...

    assert [item.name for item in plan(handler).inputs] == ["page"]


def test_a_callable_without_a_signature():
    assert [fault.code for fault in faults(dict)] == ["di.E005"]


def test_all_faults_print_with_file_and_line():
    def handler(bare) -> None: ...

    with pytest.raises(BindingErrors) as raised:
        plan(handler)
    assert "test_classify.py:" in str(raised.value)
    assert "error[binding.E001]" in str(raised.value)
