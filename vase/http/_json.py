"""Numbers of JSON that no float holds: refused with their place, before a reader makes an infinity of them.

`NaN` and `Infinity` are no JSON (RFC 8259 section 6); `1e999` is, and becomes an infinity that is none on its way back.
"""

import json
import re
from typing import Final

from vase._core import find_unfit_number

__all__ = ["JSONNumberError", "check_json_numbers"]

_SEARCHED_BYTES: Final = 65_536
"""How far into a text the path to a number is looked for: every sign before it is read again for that."""

_SHOWN_LENGTH: Final = 40
_TOKEN: Final = re.compile(rb'"(?:[^"\\]|\\.)*"|[][{},:]', re.DOTALL)
_NUMBER: Final = re.compile(rb"-?(?:NaN|Infinity|[0-9.eE+-]+)")


class JSONNumberError(ValueError):
    """A number that is no JSON, or more than a float holds.

    Args:
        text: The JSON text.
        place: Where the number stands in it.

    Attributes:
        is_json: Whether it is JSON at all.
        path: The names and indexes that lead to it; None far into a large text.
        message: What is wrong, and in which line and column.
    """

    def __init__(self, text: bytes, place: int) -> None:
        found = _NUMBER.match(text, place)
        number = found[0].decode() if found else chr(text[place])
        shown = number if len(number) <= _SHOWN_LENGTH else f"{number[:_SHOWN_LENGTH]}…"
        line, column = text.count(b"\n", 0, place) + 1, place - text.rfind(b"\n", 0, place)
        self.is_json = number.strip("-0123456789.eE+") == ""
        self.path = _path_to(text, place) if place <= _SEARCHED_BYTES else None
        what = f"`{shown}` is more than a float holds" if self.is_json else f"`{shown}` is no number of JSON"
        self.message = f"{what}, at line {line} column {column}"
        super().__init__(self.message)


def check_json_numbers(text: bytes, *, integers: bool = False) -> None:
    """Refuse a JSON text with a number that no float holds.

    Args:
        text: The text; that it is JSON otherwise is the business of who reads it.
        integers: Whether floats are made of integers as well, so that they count too.

    Raises:
        JSONNumberError: With the first such number.
    """
    place = find_unfit_number(text, integers=integers)
    if place is not None:
        raise JSONNumberError(text, place)


def _path_to(text: bytes, place: int) -> list[str | int]:
    """Return the names and indexes of the values around a place."""
    steps: list[str | int] = []
    name = b""
    for found in _TOKEN.finditer(text, 0, place):
        token = found[0]
        if token == b"[":
            steps.append(0)
        elif token == b"{":
            steps.append("")
        elif token in {b"]", b"}"}:
            del steps[-1:]
        elif token == b":" and steps:
            steps[-1] = _name_of(name)
        elif token == b"," and steps and isinstance(steps[-1], int):
            steps[-1] += 1
        else:
            name = token
    return steps


def _name_of(token: bytes) -> str:
    try:
        return str(json.loads(token))
    except ValueError:
        return token.decode(errors="replace")
