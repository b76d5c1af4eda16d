"""Kinds of callables, and the proof that some coroutines cannot suspend."""

import asyncio
import contextlib
import functools
from collections.abc import AsyncIterator, Callable, Iterator
from typing import Any

import pytest

from vase.di import Kind, awaits_only, cannot_suspend, is_in_place, kind_of


async def plain() -> int:
    return 1


async def with_try() -> int:
    try:
        return int("1")
    except ValueError:
        return 0
    finally:
        repr(1)


async def with_loop() -> list[int]:
    with contextlib.suppress(KeyError):
        return [number for number in range(3) if number]
    return []


async def with_inner() -> Callable[[], Any]:
    async def inner() -> None:
        await asyncio.sleep(0)

    def numbers() -> Iterator[int]:
        yield 1

    return inner if repr(1) == "1" else numbers


async def with_generator_expression() -> int:
    return sum(number for number in range(3))


async def makes_a_task() -> object:
    return asyncio.ensure_future(plain())


async def awaits() -> None:
    await plain()


async def awaits_in_a_branch() -> None:
    if repr(1) == "2":
        await plain()


async def iterates(source: AsyncIterator[int]) -> None:
    async for _ in source:
        pass


async def comprehends(source: AsyncIterator[int]) -> list[int]:
    return [number async for number in source]


async def awaits_in_a_comprehension() -> list[int]:
    return [await plain() for _ in range(2)]


async def enters(lock: asyncio.Lock) -> None:
    async with lock:
        pass


async def yields() -> AsyncIterator[int]:
    yield 1


def generator() -> Iterator[int]:
    yield 1


def function() -> int:
    return 1


@functools.wraps(awaits)
def wrapped() -> Any:
    return awaits()


@contextlib.contextmanager
def manager() -> Iterator[int]:
    yield 1


class Caller:
    async def __call__(self) -> int:
        return 1

    async def method(self) -> int:
        return 1


@pytest.mark.parametrize(
    "sample",
    [plain, with_try, with_loop, with_inner, with_generator_expression, makes_a_task, Caller(), Caller().method,
     functools.partial(plain)],
)  # fmt: skip
def test_code_without_a_suspend_instruction_cannot_suspend(sample: Any):
    assert cannot_suspend(sample)


@pytest.mark.parametrize(
    "sample",
    [awaits, awaits_in_a_branch, iterates, comprehends, awaits_in_a_comprehension, enters, yields, generator, function,
     wrapped, manager, len, Caller, functools.partial(awaits)],
)  # fmt: skip
def test_everything_else_may_suspend(sample: Any):
    assert not cannot_suspend(sample)


def test_what_cannot_suspend_is_over_after_one_step():
    for sample in (plain, with_try, with_loop, with_inner, with_generator_expression):
        with pytest.raises(StopIteration):
            sample().send(None)


@pytest.mark.parametrize(
    ("sample", "kind"),
    [
        (function, Kind.FUNCTION), (plain, Kind.COROUTINE), (generator, Kind.GENERATOR), (yields, Kind.ASYNC_GENERATOR),
        (wrapped, Kind.COROUTINE), (manager, Kind.FUNCTION), (Caller, Kind.FUNCTION), (Caller(), Kind.COROUTINE),
        (Caller().method, Kind.COROUTINE), (functools.partial(generator), Kind.GENERATOR), (len, Kind.FUNCTION),
    ],
)  # fmt: skip
def test_kinds(sample: Any, kind: Kind):
    assert kind_of(sample) is kind


def test_a_function_that_only_looks_something_up_runs_in_place():
    config = {"a": Caller()}

    def subscript() -> object:
        return config["a"].method

    def calls() -> object:
        return config.get("a")

    def iterates() -> object:
        return [*config]

    def formats() -> str:
        return f"{config['a']}" + "x"

    def imports() -> object:
        import json

        return json

    def enters() -> None:
        with contextlib.nullcontext():
            pass

    samples: list[Any] = [lambda: config, subscript, formats, calls, iterates, imports, enters, generator]
    assert [is_in_place(sample) for sample in samples] == [True, True, True] + [False] * 5


def test_classes_and_marked_functions_run_in_place():
    def marked() -> None: ...

    marked.__vase_inline__ = True  # type: ignore[attr-defined]

    def unmarked() -> None:
        marked()

    samples: list[Any] = [Caller, marked, functools.partial(marked), unmarked]
    assert [is_in_place(sample) for sample in samples] == [True, True, True, False]


async def passes(request: Any, call_next: Any) -> Any:
    return await call_next(request)


async def changes(request: Any, call_next: Any) -> Any:
    if request is None:
        return "early"
    response = await call_next(request)
    response.headers["x"] = str(len("x"))
    return response


async def twice(request: Any, call_next: Any) -> Any:
    await call_next(request)
    return await call_next(request)


async def caught(request: Any, call_next: Any) -> Any:
    try:
        return await call_next(request)
    except ValueError:
        return None


async def replaced(request: Any, call_next: Any) -> Any:
    call_next = asyncio.sleep
    return await call_next(request)


async def deleted(request: Any, call_next: Any) -> Any:
    response = await call_next(request)
    del call_next
    return response


async def sleeps(request: Any, call_next: Any) -> Any:
    await asyncio.sleep(0)
    return await call_next(request)


async def of_an_argument(request: Any, call_next: Any) -> Any:
    return await request(call_next)


async def keeps(request: Any, call_next: Any) -> Any:
    waiting = call_next(request)
    return await waiting


async def chooses(request: Any, call_next: Any) -> Any:
    return await (call_next if request else asyncio.sleep)(request)


async def lends(request: Any, call_next: Any) -> Any:
    def change() -> None:
        nonlocal call_next
        call_next = asyncio.sleep

    change()
    return await call_next(request)


async def within(request: Any, call_next: Any) -> Any:
    with contextlib.nullcontext():
        return await call_next(request)


async def in_time(request: Any, call_next: Any) -> Any:
    async with asyncio.timeout(1):
        return await call_next(request)


async def asks_for_its_task(request: Any, call_next: Any) -> Any:
    request.task = asyncio.current_task()
    return await call_next(request)


async def yields_pieces(request: Any, call_next: Any) -> Any:
    yield await call_next(request)


@pytest.mark.parametrize("sample", [passes, changes, twice, caught])
def test_what_awaits_only_the_rest_of_a_chain(sample: Any):
    assert awaits_only(sample, 1)


@pytest.mark.parametrize(
    "sample",
    [
        replaced, deleted, sleeps, of_an_argument, keeps, chooses, lends, within, in_time, asks_for_its_task,
        yields_pieces, len, Caller(), functools.partial(passes, None),
    ],
)  # fmt: skip
def test_every_doubt_about_an_await_counts(sample: Any):
    assert not awaits_only(sample, 1)


def test_a_chain_that_awaits_only_its_rest_is_over_after_one_step():
    async def rest(request: Any) -> Any:
        return request

    for sample in (passes, twice, caught):
        with pytest.raises(StopIteration) as ended:
            sample("x", rest).send(None)
        assert ended.value.value == "x"
