"""The programs of the quickstarts: loaded from their files, measured, and told as a table."""

import importlib
import io
import tokenize
from collections.abc import Iterator
from pathlib import Path
from types import ModuleType
from typing import Final, NamedTuple

from tests.quickstarts.cases import QUICKSTARTS, Ask, Quickstart

__all__ = ["PAGE", "Length", "length", "load", "original_of", "page", "program_of"]

HERE: Final = Path(__file__).parent
PAGE: Final = HERE.parents[1] / "docs" / "concepts" / "quickstarts.md"

_NO_CODE: Final = frozenset(
    {
        tokenize.COMMENT,
        tokenize.NL,
        tokenize.NEWLINE,
        tokenize.INDENT,
        tokenize.DEDENT,
        tokenize.ENCODING,
        tokenize.ENDMARKER,
    }
)
_NAMES: Final = {
    "flask": "Flask",
    "fastapi": "FastAPI",
    "starlette": "Starlette",
    "litestar": "Litestar",
    "ninja": "Django Ninja",
}


class Length(NamedTuple):
    """How long a program is."""

    lines: int
    tokens: int


def length(text: str) -> Length:
    """Count the lines that hold code and the tokens on them: no blank lines, no comments, no layout."""
    found = [token for token in tokenize.generate_tokens(io.StringIO(text).readline) if token.type not in _NO_CODE]
    lines = {line for token in found for line in range(token.start[0], token.end[0] + 1)}
    return Length(len(lines), len(found))


def program_of(case: Quickstart) -> Path:
    """Return the file of the program on Vase."""
    return HERE / case.framework / f"{case.topic}.py"


def original_of(case: Quickstart) -> Path:
    """Return the file of the program on the other framework."""
    return HERE / case.framework / f"{case.topic}_original.py"


def load(file: Path) -> ModuleType:
    """Import a program."""
    return importlib.import_module(f"tests.quickstarts.{file.parent.name}.{file.stem}")


def page() -> str:
    """Return the page that compares the programs."""
    return "\n".join(_page()) + "\n"


_HEAD: Final = """\
# The quickstarts of others

<!-- Written by `python -m tests.quickstarts` from `tests/quickstarts/`; changes here are lost. -->

What the first pages of five frameworks show, written for each of them and for Vase: two programs that answer the same
requests with the same status, media type and body. A test runs both and compares, and fails when the program on Vase
has more lines.

Lines are those that hold code, without blank lines and comments; tokens are those of Python's own tokenizer.
Both programs of a pair are laid out by one formatter. *Documented* is what the framework's own documentation takes, in
the version and place that are named, where it has a whole program.

| framework | quickstart | lines on Vase | original | tokens on Vase | original | documented: lines, tokens |
|---|---|---|---|---|---|---|"""

_DIFFERENCES: Final = """
## Where the answers differ

A request that is wrong is refused by both; these are refused with another status:

| framework | request | original | Vase | why |
|---|---|---|---|---|"""


def _page() -> Iterator[str]:
    yield _HEAD
    rows = [(case, _length_of(program_of(case)), _length_of(original_of(case))) for case in QUICKSTARTS]
    for case, ours, theirs in rows:
        documented = f"{case.documented[0]}, {case.documented[1]}" if case.documented else "a fragment"
        told = f"{ours.lines} | {theirs.lines} | {ours.tokens} | {theirs.tokens}"
        yield f"| {_NAMES[case.framework]} | {case.topic} | {told} | [{documented}]({case.source}) in {case.version} |"
    lines = f"{sum(ours.lines for _, ours, _ in rows)} | {sum(theirs.lines for _, _, theirs in rows)}"
    tokens = f"{sum(ours.tokens for _, ours, _ in rows)} | {sum(theirs.tokens for _, _, theirs in rows)}"
    yield f"| all | {len(rows)} | {lines} | {tokens} | |"
    longer = [f"{_NAMES[case.framework]} {case.topic}" for case, ours, theirs in rows if ours.tokens > theirs.tokens]
    if longer:
        yield f"\nMore tokens than the original, in no more lines: {', '.join(longer)}."
    yield _DIFFERENCES
    for case in QUICKSTARTS:
        for ask in case.asks:
            if isinstance(ask, Ask) and ask.ours is not None:
                request = f"{case.topic}: `{ask.method} {ask.url}`"
                yield f"| {_NAMES[case.framework]} | {request} | {ask.status} | {ask.ours} | {ask.reason} |"
    yield "\nThe bodies of refusals are each framework's own; Vase's are problem details (RFC 9457)."


def _length_of(file: Path) -> Length:
    return length(file.read_text(encoding="utf-8"))
