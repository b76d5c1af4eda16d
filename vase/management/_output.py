"""How commands speak: data to stdout, talk to stderr, JSON where a script listens."""

import json
import os
import sys
from collections.abc import Iterable, Sequence

from vase.types import JSON

__all__ = ["emit", "emit_json", "emit_table", "say", "wants_color"]


def emit(text: str) -> None:
    """Write a line of data: what a user would pipe into another program."""
    sys.stdout.write(f"{text}\n")


def emit_json(value: JSON) -> None:
    """Write data as JSON, one document, readable for people too."""
    emit(json.dumps(value, indent=2, ensure_ascii=False))


def emit_table(rows: Iterable[Sequence[str]], *, headings: Sequence[str]) -> None:
    """Write rows in aligned columns; the last column is not padded, so that lines end where their text ends."""
    lines = [tuple(headings), *(tuple(row) for row in rows)]
    widths = [max(len(line[column]) for line in lines) for column in range(len(headings) - 1)]
    for line in lines:
        cells = [cell.ljust(width) for cell, width in zip(line, widths, strict=False)]
        emit("  ".join([*cells, line[-1]]).rstrip())


def say(text: str) -> None:
    """Write a line of talk: progress, advice, faults."""
    sys.stdout.flush()
    sys.stderr.write(f"{text}\n")
    sys.stderr.flush()


def wants_color() -> bool:
    """Whether talk may be coloured: stderr is a terminal and the user has not asked for plain text (no-color.org)."""
    return sys.stderr.isatty() and not os.environ.get("NO_COLOR")
