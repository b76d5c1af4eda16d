"""How a callable runs: at once, awaited, or as a generator; and whether awaiting it can ever suspend."""

import dis
import functools
import inspect
from collections.abc import Callable
from enum import Enum
from types import CodeType, FunctionType, MethodType
from typing import Any, Final

__all__ = ["Kind", "awaits_only", "cannot_suspend", "is_in_place", "is_inline", "kind_of"]

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
# In a coroutine that is proved not to suspend by what it awaits: what else may suspend, or may need a task around it.
_UNPROVEN: Final = (_SUSPENDS - {"GET_AWAITABLE", "SEND", "YIELD_VALUE"}) | {"BEFORE_WITH", "LOAD_SPECIAL"}
_READS: Final = frozenset({"LOAD_FAST", "LOAD_FAST_BORROW", "LOAD_FAST_CHECK"})
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


def awaits_only(function: Callable[..., Any], position: int) -> bool:
    """Return whether all that an `async def` awaits is `parameter(x)`, for the parameter at a position and a local `x`.

    Such a function suspends only where what it was given suspends. Read from its compiled code, with every doubt on the
    careful side: another `await`, a `with` (it may ask for the task that runs it), an assignment to the parameter, its
    use in an inner function, or an await of anything but the call itself all give False.
    """
    if not _IS_READABLE or not isinstance(function, FunctionType) or hasattr(function, "__wrapped__"):
        return False
    code = function.__code__
    if not code.co_flags & inspect.CO_COROUTINE or code.co_argcount <= position or "current_task" in code.co_names:
        return False
    parameter = code.co_varnames[position]
    steps = list(dis.get_instructions(code))
    awaits = 0
    for index, step in enumerate(steps):
        if step.opname == "GET_AWAITABLE":
            awaits += 1
            if not _is_call_of(parameter, steps[index - 4 : index]) or step.is_jump_target:
                return False
        elif step.opname in _UNPROVEN or (step.opname not in _READS and _names(step, parameter)):
            return False
    # One for each await, and nothing else that yields.
    return sum(step.opname == "YIELD_VALUE" for step in steps) == awaits


def _is_call_of(parameter: str, steps: list[dis.Instruction]) -> bool:
    """Return whether four instructions in a row are `parameter(x)` with a local variable `x`."""
    if len(steps) != 4 or any(step.is_jump_target for step in steps[1:]):
        return False
    # Python 3.12 pushes the null below the callable, 3.13 above it.
    callee, null = (steps[1], steps[0]) if steps[0].opname == "PUSH_NULL" else (steps[0], steps[1])
    return (
        callee.opname in _READS
        and callee.argval == parameter
        and null.opname == "PUSH_NULL"
        and steps[2].opname in _READS
        and steps[3].opname == "CALL"
        and steps[3].arg == 1
    )


def _names(step: dis.Instruction, parameter: str) -> bool:
    return step.argval == parameter or (isinstance(step.argval, tuple) and parameter in step.argval)


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
