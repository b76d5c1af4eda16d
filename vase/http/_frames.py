"""A traceback as data: the chain of exceptions, their frames, the source around each line and the values in it."""

import linecache
import sysconfig
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from types import FrameType, TracebackType

from vase.http._values import show_value

__all__ = ["Frame", "Raised", "chain_of"]

_CONTEXT_LINES = 6
_FRAMES_MAX = 60
_LOCALS_MAX = 60
_CHAIN_MAX = 10


@dataclass(frozen=True, slots=True)
class Frame:
    """One step of a traceback.

    Args:
        file: The file.
        line: The line that was running.
        function: The function, qualified by its class.
        source: The lines around it, with their numbers.
        values: Local names and what they held, secrets masked.
        is_library: Whether the code is the standard library's, an installed package's or Vase's.
    """

    file: str
    line: int
    function: str
    source: tuple[tuple[int, str], ...]
    values: tuple[tuple[str, str], ...]
    is_library: bool


@dataclass(frozen=True, slots=True)
class Raised:
    """One exception of a chain.

    Args:
        exception: The exception.
        relation: How it goes with the one before, in words; None for the first.
        frames: Its traceback, the innermost frame last.
        left_out: How many frames in the middle are left out.
    """

    exception: BaseException
    relation: str | None
    frames: tuple[Frame, ...]
    left_out: int


def chain_of(exc: BaseException) -> list[Raised]:
    """Return the exception, then what caused it, then the causes of that; members of a group follow their group."""
    chain, seen = list[Raised](), set[int]()
    for exception, relation in _walk(exc, None):
        if id(exception) in seen or len(chain) == _CHAIN_MAX:
            continue
        seen.add(id(exception))
        frames, left_out = _frames_of(exception.__traceback__)
        chain.append(Raised(exception, relation, frames, left_out))
    return chain


def _walk(exc: BaseException, relation: str | None, depth: int = 0) -> Iterator[tuple[BaseException, str | None]]:
    if depth > _CHAIN_MAX:  # a chain may be a circle
        return
    yield exc, relation
    if isinstance(exc, BaseExceptionGroup):
        for member in exc.exceptions:
            yield from _walk(member, "one of its group", depth + 1)
    if exc.__cause__ is not None:
        yield from _walk(exc.__cause__, "caused by", depth + 1)
    elif exc.__context__ is not None and not exc.__suppress_context__:
        yield from _walk(exc.__context__, "raised while handling", depth + 1)


def _frames_of(traceback: TracebackType | None) -> tuple[tuple[Frame, ...], int]:
    steps = list[tuple[FrameType, int]]()
    while traceback is not None:
        steps.append((traceback.tb_frame, traceback.tb_lineno))
        traceback = traceback.tb_next
    left_out = max(0, len(steps) - _FRAMES_MAX)
    if left_out:  # an endless recursion: its beginning and its end say it all
        half = _FRAMES_MAX // 2
        steps = steps[:half] + steps[-half:]
    return tuple(_frame(frame, line) for frame, line in steps), left_out


def _frame(frame: FrameType, line: int) -> Frame:
    file = frame.f_code.co_filename
    names = list(frame.f_locals.items())[:_LOCALS_MAX]
    return Frame(
        file=file,
        line=line,
        function=frame.f_code.co_qualname,
        source=_source(file, line, frame),
        values=tuple((name, show_value(name, value)) for name, value in names if not name.startswith("__")),
        is_library=_is_library(file),
    )


def _source(file: str, line: int, frame: FrameType) -> tuple[tuple[int, str], ...]:
    lines = linecache.getlines(file, frame.f_globals)
    first = max(1, line - _CONTEXT_LINES)
    last = min(len(lines), line + _CONTEXT_LINES)
    return tuple((number, lines[number - 1].rstrip("\n")) for number in range(first, last + 1))


def _is_library(file: str) -> bool:
    if file.startswith("<"):
        return True
    path = Path(file)
    roots = {sysconfig.get_path("stdlib"), sysconfig.get_path("purelib"), sysconfig.get_path("platlib")}
    own = Path(__file__).parent.parent
    return path.is_relative_to(own) or any(path.is_relative_to(root) for root in roots if root)
