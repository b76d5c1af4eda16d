"""Graphs: what fills a parameter, in which order, and every fault with its line."""

import functools
import inspect
from dataclasses import dataclass
from typing import Annotated, Any

import pytest

from vase.di import DependencyError, DependencyErrors, Depends, Graph, Kind, Providers, build

type _Alias = Annotated[int, Depends(lambda: 7)]


def base() -> int:
    return 1


def left(base: Annotated[int, Depends(base)]) -> int:
    return base + 1


async def right(base: int = Depends(base)) -> int:
    return base + 2


def loop_a(b: "Annotated[int, Depends(loop_b)]") -> int:
    return b


def loop_b(c: "Annotated[int, Depends(loop_c)]") -> int:
    return c


def loop_c(a: "Annotated[int, Depends(loop_a)]") -> int:
    return a


class Clock:
    pass


def faults(graph: Graph) -> list[tuple[str, str]]:
    return [(fault.code, str(fault)) for fault in graph.faults]


def line_of(function: Any, text: str) -> int:
    lines, start = inspect.getsourcelines(function)
    return start + next(index for index, line in enumerate(lines) if text in line)


def test_a_shared_dependency_appears_once_before_those_who_need_it():
    def handler(left: Annotated[int, Depends(left)], right: Annotated[int, Depends(right)]) -> None: ...

    graph = build(handler, Providers())
    assert [node.function for node in graph.order] == [base, left, right, handler]
    assert [node.kind for node in graph.order] == [Kind.FUNCTION, Kind.FUNCTION, Kind.COROUTINE, Kind.FUNCTION]
    assert graph.order[1].dependencies == graph.order[2].dependencies == (graph.order[0],)


def test_without_cache_each_parameter_has_a_node_of_its_own():
    def handler(a: int = Depends(base), b: int = Depends(base, use_cache=False)) -> None: ...

    graph = build(handler, Providers())
    assert [node.function for node in graph.order] == [base, base, handler]
    assert [node.is_shared for node in graph.order] == [True, False, False]


def test_a_cycle_is_told_once_with_its_chain():
    graph = build(loop_a, Providers())
    here = __name__
    chain = f"`{here}.loop_a` → `{here}.loop_b` → `{here}.loop_c` → `{here}.loop_a`"
    assert faults(graph) == [("di.E002", f"dependencies form a cycle: {chain}")]
    assert graph.faults[0].place is not None
    assert graph.faults[0].place.line == line_of(loop_c, "def loop_c")


def test_a_function_that_needs_itself_is_a_cycle():
    def again(value: int) -> int:
        return value

    providers = Providers()
    providers[int] = again
    assert [code for code, _ in faults(build(again, providers))] == ["di.E002"]


def test_all_faults_are_told_at_once_with_the_line_of_each_parameter():
    def handler(
        clock: Clock,
        missing: "Nowhere",  # type: ignore[name-defined]  # noqa: F821
        bad: Annotated[int, Depends(3)],
        bare,
    ) -> None: ...

    graph = build(handler, Providers())
    name = f"{__name__}.test_all_faults_are_told_at_once_with_the_line_of_each_parameter.handler"
    reason = "NameError: name 'Nowhere' is not defined"
    assert faults(graph) == [
        ("di.E001", f"nothing fills parameter `clock` of `{name}`"),
        (
            "di.E004",
            f"the annotation of parameter `missing` of `{name}` cannot be resolved: {reason}",
        ),
        ("di.E003", f"`Depends` of parameter `bad` of `{name}` names no function: `3`"),
        ("di.E001", f"nothing fills parameter `bare` of `{name}`"),
    ]
    lines = [fault.place.line for fault in graph.faults if fault.place]
    first = line_of(handler, "clock: Clock")
    assert lines == [first, first + 1, first + 2, first + 3]
    assert "`providers[Clock] = …`" in str(graph.faults[0].hint)
    with pytest.raises(DependencyErrors) as raised:
        graph.checked()
    assert len(raised.value.errors) == 4


def test_a_bare_type_is_made_by_its_provider_and_a_default_is_kept():
    def handler(clock: Clock, *rest: int, page: int = 1, **more: int) -> None: ...

    providers = Providers()
    providers[Clock] = Clock
    graph = build(handler, providers)
    assert not graph.faults
    assert [(edge.name, edge.is_keyword) for edge in graph.root.edges] == [("clock", False)]


def test_parameters_behind_one_that_keeps_its_default_are_passed_by_name():
    def handler(page: int = 1, clock: Clock = Depends(Clock)) -> None: ...

    assert [(edge.name, edge.is_keyword) for edge in build(handler, Providers()).root.edges] == [("clock", True)]


def test_depends_without_a_function_calls_the_annotated_class_or_its_provider():
    def handler(clock: Annotated[Clock, Depends()]) -> None: ...

    assert build(handler, Providers()).order[0].function is Clock
    providers = Providers()
    providers[Clock] = base
    assert build(handler, providers).order[0].function is base


def test_an_alias_carries_its_depends():
    def handler(value: _Alias) -> None: ...

    assert len(build(handler, Providers()).order) == 2


def test_an_override_stands_in_for_a_function_and_for_a_type():
    def handler(value: Annotated[int, Depends(base)], clock: Clock) -> None: ...

    def other() -> int:
        return 9

    providers = Providers()
    providers[Clock] = Clock
    before = providers.revision
    with providers.override(base, other), providers.override(Clock, other):
        assert [node.function for node in build(handler, providers).order] == [other, handler]
        assert providers.revision == before + 2
    assert [node.function for node in build(handler, providers).order] == [base, Clock, handler]


def test_an_override_inside_an_override_gives_the_first_one_back():
    providers = Providers()
    with providers.override(base, left):
        with providers.override(base, right):
            assert providers.replaced(base) is right
        assert providers.replaced(base) is left


def test_classes_partials_methods_and_callable_objects_have_graphs():
    @dataclass
    class Page:
        number: Annotated[int, Depends(base)]

        def __call__(self, left: Annotated[int, Depends(left)]) -> int:
            return self.number + left

        def method(self, right: Annotated[int, Depends(right)]) -> int:
            return right

    def add(left: Annotated[int, Depends(left)], more: int) -> int:
        return left + more

    page = Page(1)
    targets: list[Any] = [Page, page, page.method, functools.partial(add, more=2)]
    graphs = [build(target, Providers()) for target in targets]
    assert [graph.faults for graph in graphs] == [()] * 4
    assert [len(graph.order) for graph in graphs] == [2, 3, 3, 3]


def test_two_depends_on_one_parameter_are_a_fault():
    def handler(value: Annotated[int, Depends(base), Depends(left)]) -> None: ...

    assert [fault.code for fault in build(handler, Providers()).faults] == ["di.E003"]


def test_a_callable_without_a_signature_is_a_fault():
    graph = build(dict, Providers())
    assert [fault.code for fault in graph.faults] == ["di.E005"]


def test_dependencies_without_a_parameter_come_first():
    def handler(value: Annotated[int, Depends(left)]) -> None: ...

    graph = build(handler, Providers(), before=[Depends(right), Depends()])
    assert [node.function for node in graph.order] == [base, right, left, handler]
    assert [fault.code for fault in graph.faults] == ["di.E003"]


def test_a_provider_must_be_callable():
    with pytest.raises(TypeError, match="is not callable"):
        Providers()[int] = 3  # type: ignore[assignment]


def test_an_error_is_a_vase_error_with_code_and_hint():
    error = DependencyError("x", code="di.E001", hint="y")
    assert (error.code, error.hint) == ("di.E001", "y")
