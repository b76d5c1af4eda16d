"""Reading Markdown pages: their fenced blocks, where they stand and what they are."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).parents[2]

_OPENING = re.compile(r"^(?P<indent> *)(?P<fence>`{3,})(?P<info>.*)$")
_TITLE = re.compile(r'title="([^"]+)"')
_REASON = re.compile(r"<!-- norun: \S.* -->")


@dataclass(frozen=True, slots=True)
class Block:
    """One fenced block of a page.

    Args:
        page: The file.
        line: The line of its first content.
        language: The first word of its info string.
        title: The file that it shows, if it says one.
        text: The content.
        runs: Whether it may be run.
        reason: Whether a comment before it says why it is not run.
    """

    page: Path
    line: int
    language: str
    title: str | None
    text: str
    runs: bool
    reason: bool


def pages() -> list[Path]:
    """Return every page that a reader may meet, but for the manuals inside of the Rust and the generated site."""
    top = [ROOT / name for name in ("README.md", "ARCHITECTURE.md", "CONTRIBUTING.md")]
    return [*top, *sorted((ROOT / "docs").rglob("*.md"))]


def name_of(page: Path) -> str:
    """Return the path of a page from the root of the repository, for test ids and messages."""
    return page.relative_to(ROOT).as_posix()


def blocks(page: Path) -> Iterator[Block]:
    """Yield the fenced blocks of a page in order."""
    lines = page.read_text(encoding="utf-8").splitlines()
    number = 0
    while number < len(lines):
        opening = _OPENING.match(lines[number])
        number += 1
        if opening is None:
            continue
        start, indent = number, len(opening["indent"])
        while number < len(lines) and lines[number].strip() != opening["fence"]:
            number += 1
        text = "\n".join(line[indent:] for line in lines[start:number]) + "\n"
        info = opening["info"].strip()
        title = _TITLE.search(info)
        words = re.sub(r'[{}.]|title="[^"]*"', " ", info).split()
        before = [line for line in lines[max(0, start - 3) : start - 1] if line.strip()]
        yield Block(
            page=page,
            line=start + 1,
            language=words[0] if words else "",
            title=title[1] if title else None,
            text=text,
            runs="norun" not in words,
            reason=bool(before) and _REASON.fullmatch(before[-1].strip()) is not None,
        )
        number += 1
