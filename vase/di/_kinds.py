"""How a callable runs: at once, awaited, or as a generator; and whether awaiting it can ever suspend."""

import dis
import functools
import inspect
from collections.abc import Callable
from enum import Enum
from types import CodeType, FunctionType, MethodType
from typing import Any, Final

__all__ = ["Kind", "cannot_suspend", "is_in_place", "is_inline", "kind_of"]

_INLINE: Final = "__vase_inline__"
# Every `await`, `async for`, `async with` and `yield` of a function compiles to a YIELD_VALUE of its own; the others
# are named so that an interpreter which splits them differently is still read on the careful side.
_SUSPENDS: Final = frozenset(
    {
        "ASYNC_GEN_WRAP",
        "BEFORE_ASYNC_WITH",
        "END_ASYNC_FOR",
        "GET_AITER",
        "GET_ANEXT",
        "GET_AWAITABLE",
        "GET_YIELD_FROM_ITER",
        "SEND",
        "YIELD_VALUE",
    }
)
# What a function does that may take long: it calls, imports, iterates or enters something. Names, attributes, items and
# arithmetic are left.
_WORKS: Final = (
    "CALL",
    "PRECALL",
    "IMPORT",
    "GET_ITER",
    "FOR_ITER",
    "GET_LEN",
    "UNPACK",
    "BEFORE_WITH",
    "LOAD_SPECIAL",
)
_EXTENDS: Final = ("_EXTEND", "_UPDATE", "_MERGE")
_GENERATES: Final = inspect.CO_GENERATOR | inspect.CO_COROUTINE | inspect.CO_ASYNC_GENERATOR
_IS_READABLE: Final = {"SEND", "YIELD_VALUE"} <= set(dis.opmap)


class Kind(Enum):
    """How the value of a callable is had."""

    FUNCTION = "function"
    COROUTINE = "coroutine"
    GENERATOR = "generator"
    ASYNC_GENERATOR = "async generator"


def kind_of(function: Callable[..., Any]) -> Kind:
    """Return how a callable runs.

    A plain wrapper around an `async def` that keeps `__wrapped__` counts as awaited. A wrapper around a generator does
    not count as one: `@contextmanager` is such a wrapper, and calling it gives no generator.
    """
    target = _function_of(function)
    if inspect.isasyncgenfunction(target):
        return Kind.ASYNC_GENERATOR
    if inspect.isgeneratorfunction(target):
        return Kind.GENERATOR
    if inspect.iscoroutinefunction(target):
        return Kind.COROUTINE
    if isinstance(target, FunctionType) and inspect.iscoroutinefunction(inspect.unwrap(target)):
        return Kind.COROUTINE
    return Kind.FUNCTION


def is_inline(function: Callable[..., Any]) -> bool:
    """Return whether a function is marked as one that never blocks."""
    return bool(getattr(function, _INLINE, False) or getattr(_function_of(function), _INLINE, False))


def is_in_place(function: Callable[..., Any]) -> bool:
    """Return whether a plain callable may run on the loop's own thread.

    It may when it is marked inline, when it is a class, or when it is a function that only looks something up, like
    `lambda: settings.CACHE`: a hop to a thread would cost a hundred times what it does.
    """
    while isinstance(function, functools.partial):
        function = function.func
    return isinstance(function, type) or is_inline(function) or _only_looks_up(function)


def cannot_suspend(function: Callable[..., Any]) -> bool:
    """Return whether an `async def` provably finishes in one step.

    Read from its compiled code: without an instruction that suspends, nothing the function calls can suspend it. False
    for everything that is not itself a coroutine function, and wherever the code cannot be read.
    """
    target = _function_of(function)
    code = getattr(target, "__code__", None)
    if not _IS_READABLE or not isinstance(target, FunctionType) or not isinstance(code, CodeType):
        return False
    if not code.co_flags & inspect.CO_COROUTINE:
        return False
    return _SUSPENDS.isdisjoint(_operations(code))


def _only_looks_up(function: object) -> bool:
    target = _function_of(function)
    if not _IS_READABLE or not isinstance(target, FunctionType) or target.__code__.co_flags & _GENERATES:
        return False
    names = _operations(target.__code__)
    return not any(name.startswith(_WORKS) or name.endswith(_EXTENDS) or name in _SUSPENDS for name in names)


def _operations(code: CodeType) -> set[str]:
    """Return the names of the instructions in a compiled function."""
    # Two bytes an instruction, the first of which names it. `co_code` is what the compiler wrote: neither what the
    # interpreter specialised while running nor what a tracer or coverage put into it.
    return {dis.opname[number] for number in set(code.co_code[::2])}


def _function_of(function: object) -> object:
    """Return the function that a partial, a bound method or an object with `__call__` runs."""
    while True:
        if isinstance(function, functools.partial):
            function = function.func
        elif isinstance(function, MethodType):
            function = function.__func__
        elif isinstance(function, (FunctionType, type)) or not callable(function):
            return function
        else:
            inner = getattr(type(function), "__call__", None)  # noqa: B004  # the method itself is wanted
            if not isinstance(inner, FunctionType):
                return function
            function = inner
