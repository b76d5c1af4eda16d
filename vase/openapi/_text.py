"""Docstrings as summaries and descriptions."""

import inspect
import re
from dataclasses import is_dataclass
from typing import Any, Final

__all__ = ["first_line", "summary_and_description"]

# Where a docstring stops to speak of the operation and begins to speak of the function.
_SECTIONS: Final = re.compile(
    r"^(Args|Arguments|Returns|Raises|Yields|Example|Examples|Attributes|Note|:param .*):", re.MULTILINE
)


def summary_and_description(function: Any) -> tuple[str | None, str | None]:
    """Return the first paragraph of a docstring without its full stop, and the rest up to the first section."""
    text = inspect.cleandoc(_docstring(function)).partition("\f")[0]
    section = _SECTIONS.search(text)
    text = (text[: section.start()] if section is not None else text).strip()
    first, _, rest = text.partition("\n\n")
    first = " ".join(first.split())
    return (first.removesuffix(".") or None), (rest.strip() or None)


def first_line(function: Any) -> str | None:
    """Return the first paragraph of a docstring."""
    return summary_and_description(function)[0]


def _docstring(thing: Any) -> str:
    # What an object inherits (`dict`, `functools.partial`) is not said of it.
    own = getattr(thing, "__doc__", None)
    if (
        isinstance(thing, type)
        and is_dataclass(thing)
        and isinstance(own, str)
        and own.startswith(f"{thing.__name__}(")
    ):
        return ""  # a dataclass without a docstring gets its signature for one
    is_inherited = not inspect.isroutine(thing) and not isinstance(thing, type) and own == type(thing).__doc__
    if is_inherited:
        own = getattr(type(thing).__call__, "__doc__", None) if hasattr(type(thing), "__call__") else None  # noqa: B004
    return own if isinstance(own, str) else ""
