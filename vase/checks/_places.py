"""From a thing of Python to the line of a file where a user wrote it."""

import functools
import inspect
import linecache
import traceback
from types import CodeType, FrameType, ModuleType

from vase.types import Place

__all__ = ["caller_place", "place_of", "place_of_error"]


def place_of(thing: object) -> Place | None:
    """Return the place where a function, class, module, frame or code object was written.

    Decorated functions that keep `__wrapped__`, partials and bound methods lead to the function inside. Return None for
    what was not written in a file, like a built-in function or a class made in the interpreter.
    """
    if isinstance(thing, FrameType):
        return _readable(thing.f_code.co_filename, thing.f_lineno)
    if isinstance(thing, CodeType):
        return _readable(thing.co_filename, thing.co_firstlineno)
    if isinstance(thing, ModuleType):
        file = getattr(thing, "__file__", None)
        return Place(file, 0) if isinstance(file, str) else None
    if isinstance(thing, type):
        return _place_of_class(thing)
    while isinstance(thing, functools.partial):
        thing = thing.func
    code = getattr(inspect.unwrap(thing), "__code__", None) if callable(thing) else None
    if isinstance(code, CodeType):
        return place_of(code)
    return None if inspect.isbuiltin(thing) else place_of(type(thing))


def caller_place(depth: int = 1) -> Place | None:
    """Return the place of the call that led here.

    Args:
        depth: 1 for the line that called the function that calls this one, 2 for the caller of that line, and so on.
    """
    frame = inspect.currentframe()
    for _ in range(depth + 1):
        frame = frame.f_back if frame is not None else None
    return place_of(frame) if frame is not None else None


def place_of_error(error: BaseException) -> Place | None:
    """Return the line that raised an error, or the line that Python could not read when it is a syntax error."""
    if isinstance(error, SyntaxError) and error.filename:
        return Place(error.filename, error.lineno or 0)
    frames = traceback.extract_tb(error.__traceback__)
    return Place(frames[-1].filename, frames[-1].lineno or 0) if frames else None


def _place_of_class(cls: type) -> Place | None:
    if cls.__module__ == "builtins":
        return None
    try:
        file = inspect.getsourcefile(cls)
    except TypeError:  # a class made in the interpreter has no file
        return None
    if file is None:
        return None
    first_line = vars(cls).get("__firstlineno__")  # set by the compiler from 3.13 on
    if isinstance(first_line, int):
        return Place(file, first_line)
    try:
        return Place(file, inspect.findsource(cls)[1] + 1)
    except OSError:  # the file is gone or does not hold the class
        return Place(file, 0)


def _readable(file: str, line: int) -> Place | None:
    """Leave out `<string>` and `<stdin>`, which nobody can open; keep what a notebook or a test gave to `linecache`."""
    if file.startswith("<") and not linecache.getlines(file):
        return None
    return Place(file, line)
