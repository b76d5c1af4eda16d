"""Scopes: each dependency once, closed in reverse order, told of errors, usable without HTTP."""

import asyncio
import threading
from collections.abc import AsyncIterator, Callable, Coroutine, Iterator
from typing import Annotated, Any

import pytest

from vase.di import DependencyError, DependencyErrors, Depends, Providers, Scope, call


class Session:
    def __init__(self) -> None:
        self.log: list[str] = []


def run[T](work: Callable[[], Coroutine[Any, Any, T]]) -> T:
    return asyncio.run(work())


def test_a_dependency_is_made_once_a_scope_and_again_in_the_next():
    made: list[int] = []

    def number() -> int:
        made.append(1)
        return len(made)

    def twice(number: Annotated[int, Depends(number)]) -> int:
        return number * 2

    def f(a: Annotated[int, Depends(number)], b: Annotated[int, Depends(twice)]) -> tuple[int, int]:
        return a, b

    async def work() -> list[tuple[int, int]]:
        results = []
        for _ in range(2):
            async with Scope() as scope:
                results.extend([await scope.call(f), await scope.call(f)])
        return results

    assert run(work) == [(1, 2), (1, 2), (2, 4), (2, 4)]


def test_without_cache_each_parameter_gets_its_own_value():
    def f(a: Annotated[Session, Depends(Session)], b: Annotated[Session, Depends(Session, use_cache=False)]) -> bool:
        return a is b

    async def work() -> bool:
        async with Scope() as scope:
            return bool(await scope.call(f))

    assert run(work) is False


def test_teardown_runs_in_reverse_order_after_the_block():
    log: list[str] = []

    async def first() -> AsyncIterator[str]:
        log.append("+first")
        yield "first"
        log.append("-first")

    def second(first: Annotated[str, Depends(first)]) -> Iterator[str]:
        log.append("+second")
        yield f"{first} second"
        log.append("-second")

    async def work() -> None:
        async with Scope() as scope:
            log.append(await scope.call(lambda value: value, value=await scope.call(second)))
            log.append("end")

    run(work)
    assert log == ["+first", "+second", "first second", "end", "-second", "-first"]


def test_teardown_sees_the_error_and_cannot_silence_it():
    log: list[str] = []

    def outer() -> Iterator[None]:
        try:
            yield
        except ValueError as error:
            log.append(f"outer {error}")  # and not raised again

    async def inner(outer: Annotated[None, Depends(outer)]) -> AsyncIterator[None]:
        try:
            yield
        except ValueError as error:
            log.append(f"inner {error}")
            raise
        finally:
            log.append("finally")

    def fail(inner: Annotated[None, Depends(inner)]) -> None:
        raise ValueError("broken")

    async def work() -> None:
        async with Scope() as scope:
            await scope.call(fail)

    with pytest.raises(ValueError, match="broken"):
        run(work)
    assert log == ["inner broken", "finally", "outer broken"]


def test_a_teardown_may_raise_another_error_which_those_before_it_see():
    seen: list[str] = []

    def outer() -> Iterator[None]:
        try:
            yield
        except Exception as error:
            seen.append(type(error).__name__)
            raise

    def inner(outer: Annotated[None, Depends(outer)]) -> Iterator[None]:
        try:
            yield
        except ValueError as error:
            raise LookupError("translated") from error

    def fail(inner: Annotated[None, Depends(inner)]) -> None:
        raise ValueError

    async def work() -> None:
        async with Scope() as scope:
            await scope.call(fail)

    with pytest.raises(LookupError, match="translated"):
        run(work)
    assert seen == ["LookupError"]


def test_an_error_after_success_reaches_the_dependencies_entered_before():
    seen: list[str] = []

    async def transaction() -> AsyncIterator[None]:
        try:
            yield
        except OSError as error:
            seen.append(str(error))
            raise

    def late(transaction: Annotated[None, Depends(transaction)]) -> Iterator[None]:
        yield
        raise OSError("commit failed")

    async def work() -> None:
        async with Scope() as scope:
            await scope.call(late)

    with pytest.raises(OSError, match="commit failed"):
        run(work)
    assert seen == ["commit failed"]


@pytest.mark.parametrize("is_async", [False, True])
def test_a_generator_must_yield_exactly_once(is_async: bool):
    def none() -> Iterator[int]:
        yield from ()

    def two() -> Iterator[int]:
        yield 1
        yield 2

    async def none_async() -> AsyncIterator[int]:
        if repr(1) == "2":
            yield 1

    async def two_async() -> AsyncIterator[int]:
        yield 1
        yield 2

    async def work(function: Any) -> None:
        async with Scope() as scope:
            await scope.call(function)

    with pytest.raises(DependencyError, match="ended without a `yield`") as raised:
        asyncio.run(work(none_async if is_async else none))
    assert raised.value.code == "di.E006"
    with pytest.raises(DependencyError, match="yields more than once") as raised:
        asyncio.run(work(two_async if is_async else two))
    assert raised.value.code == "di.E007"


def test_a_stop_iteration_of_the_caller_comes_through_generators_unchanged():
    def plain() -> Iterator[None]:
        yield

    async def asynchronous() -> AsyncIterator[None]:
        yield

    def f(a: None = Depends(plain), b: None = Depends(asynchronous)) -> None: ...

    async def work() -> None:
        async with Scope() as scope:
            await scope.call(f)
            raise StopAsyncIteration

    with pytest.raises(StopAsyncIteration):
        run(work)


def test_plain_dependencies_run_in_threads_classes_and_inline_ones_in_place():
    main = threading.get_ident()

    def threaded() -> int:
        return threading.get_ident()

    def inline() -> int:
        return threading.get_ident()

    inline.__vase_inline__ = True  # type: ignore[attr-defined]

    class Place:
        def __init__(self) -> None:
            self.thread = threading.get_ident()

    def f(
        a: Annotated[int, Depends(threaded)],
        b: Annotated[int, Depends(inline)],
        c: Annotated[Place, Depends()],
    ) -> list[bool]:
        return [thread == main for thread in (a, b, c.thread, threading.get_ident())]

    async def work() -> list[bool]:
        async with Scope() as scope:
            return list(await scope.call(f))

    assert run(work) == [False, True, True, True]


def test_values_and_arguments_fill_parameters():
    def f(session: Session, number: int, factor: int = 2) -> tuple[Session, int]:
        return session, number * factor

    session = Session()

    async def work() -> Any:
        async with Scope(values={Session: session}) as scope:
            return await scope.call(f, number=3), await scope.call(f, number=3, factor=5)

    assert run(work) == ((session, 6), (session, 15))


def test_get_returns_the_value_of_a_type_once_a_scope():
    providers = Providers()
    providers[Session] = Session

    async def work() -> None:
        async with Scope(providers) as scope:
            assert await scope.get(Session) is await scope.get(Session)
            with pytest.raises(DependencyError, match="nothing provides `int`"):
                await scope.get(int)
        async with Scope(values={int: 3}) as scope:
            assert await scope.get(int) == 3

    run(work)


def test_a_wrong_argument_and_a_faulty_graph_are_told_before_anything_runs():
    def f(session: Session) -> None:
        raise AssertionError

    async def work() -> None:
        async with Scope() as scope:
            with pytest.raises(DependencyErrors, match="nothing fills parameter `session`"):
                await scope.call(f)
            with pytest.raises(DependencyError, match="has no parameter `nmae`"):
                await scope.call(lambda name: name, name="x", nmae="y")

    run(work)


def test_a_closed_scope_says_so():
    async def work() -> None:
        scope = Scope()
        with pytest.raises(DependencyError, match="the scope is closed") as raised:
            await scope.call(Session)
        assert raised.value.code == "di.E008"

    run(work)


def test_an_override_is_used_by_a_new_scope():
    def real() -> str:
        return "real"

    def f(value: Annotated[str, Depends(real)]) -> str:
        return value

    providers = Providers()

    async def work() -> str:
        async with Scope(providers) as scope:
            return str(await scope.call(f))

    with providers.override(real, lambda: "fake"):
        assert run(work) == "fake"
    assert run(work) == "real"


def test_one_call_makes_the_dependencies_and_closes_them_around_a_function():
    log: list[str] = []

    async def session() -> AsyncIterator[Session]:
        made = Session()
        try:
            yield made
        except ValueError:
            log.append("rolled back")
            raise
        else:
            log.append("committed")

    def work(session: Session, text: str) -> str:
        session.log.append(text)
        if text == "bad":
            raise ValueError(text)
        return session.log[0]

    providers = Providers()
    providers[Session] = session
    assert asyncio.run(call(work, providers, text="good")) == "good"
    with pytest.raises(ValueError, match="bad"):
        asyncio.run(call(work, providers, text="bad"))
    with pytest.raises(DependencyErrors, match="nothing fills parameter `session`"):
        asyncio.run(call(work, text="good"))
    assert log == ["committed", "rolled back"]
