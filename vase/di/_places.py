"""From a parameter to the line on which it is written; read from the source only when a fault is told."""

import ast
import functools
import inspect
import textwrap
from collections.abc import Callable
from types import FunctionType
from typing import Any

from vase.types import Place

__all__ = ["parameter_place", "return_place"]

type _Definition = ast.FunctionDef | ast.AsyncFunctionDef | ast.Lambda


def parameter_place(function: Callable[..., Any], name: str | None = None) -> Place | None:
    """Return the line of a parameter, or of the `def` when no name is given or its line is not found."""
    found = _definition(function)
    if found is None:
        return _first_line(function)
    file, offset, node = found
    line = node.lineno
    arguments = node.args
    every = [*arguments.posonlyargs, *arguments.args, *arguments.kwonlyargs, arguments.vararg, arguments.kwarg]
    for argument in every:
        if argument is not None and argument.arg == name:
            line = argument.lineno
    return Place(file, line + offset)


def return_place(function: Callable[..., Any]) -> Place | None:
    """Return the line of the return annotation, or of the `def` when there is none."""
    found = _definition(function)
    if found is None:
        return _first_line(function)
    file, offset, node = found
    returns = None if isinstance(node, ast.Lambda) else node.returns
    return Place(file, (returns or node).lineno + offset)


def _definition(function: Callable[..., Any]) -> tuple[str, int, _Definition] | None:
    """Return the file, the number to add to a line, and the parsed definition."""
    target = _written(function)
    if target is None:
        return None
    try:
        file = inspect.getsourcefile(target)
        lines, start = inspect.getsourcelines(target)
        tree = ast.parse(textwrap.dedent("".join(lines)))
    except (OSError, TypeError, SyntaxError):  # typed into an interpreter, or a lambda in the middle of an expression
        return None
    for node in ast.walk(tree):
        if isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef, ast.Lambda)) and file is not None:
            return file, start - 1, node
    return None


def _written(function: object) -> FunctionType | None:
    """Return the function a user wrote behind a partial, method, wrapper, class or callable object."""
    while isinstance(function, functools.partial):
        function = function.func
    if isinstance(function, type):
        function = vars(function).get("__init__")
    elif not inspect.isroutine(function):
        function = getattr(type(function), "__call__", None)  # noqa: B004  # the method itself is wanted
    function = inspect.unwrap(function) if callable(function) else None
    function = getattr(function, "__func__", function)
    return function if isinstance(function, FunctionType) else None


def _first_line(function: object) -> Place | None:
    while isinstance(function, functools.partial):
        function = function.func
    target = _written(function)
    if target is not None and not target.__code__.co_filename.startswith("<"):
        return Place(target.__code__.co_filename, target.__code__.co_firstlineno)
    if isinstance(function, type):  # a dataclass writes its own `__init__`
        try:
            return Place(inspect.getfile(function), inspect.findsource(function)[1] + 1)
        except (OSError, TypeError):
            return None
    return None
