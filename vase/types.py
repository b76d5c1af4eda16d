"""Small public types that every room may speak of: the bottom of the house, importing nothing of Vase.

What a lower room must say about an upper one it says with a Protocol from here.
"""

import contextlib
from dataclasses import dataclass
from pathlib import Path
from typing import Literal, Protocol

__all__ = ["JSON", "Fault", "Level", "Place"]

type JSON = bool | int | float | str | list[JSON] | dict[str, JSON] | None
"""Any value that JSON can write."""

type Level = Literal["error", "warning"]
"""How bad a fault is: an error keeps the application from starting, a warning does not."""


@dataclass(frozen=True, slots=True, order=True)
class Place:
    """A line of a file that a user can open.

    Args:
        file: Path of the file, absolute where it is known.
        line: Line in the file, counted from 1; 0 means the file as a whole.
    """

    file: str
    line: int = 0

    def __str__(self) -> str:
        """Return `file:line`, the file relative to the working directory when it lies below it."""
        path = Path(self.file)
        with contextlib.suppress(ValueError, OSError):  # elsewhere on the disk, or the working directory is gone
            path = path.relative_to(Path.cwd())
        return f"{path}:{self.line}" if self.line else str(path)


class Fault(Protocol):
    """One mistake with its place: what `vase.checks.CheckMessage` looks like from below."""

    @property
    def level(self) -> Level:
        """Whether the fault keeps the application from starting."""
        ...

    @property
    def code(self) -> str:
        """The stable code, like `conf.E001`."""
        ...

    @property
    def message(self) -> str:
        """The fact and the value."""
        ...

    @property
    def hint(self) -> str | None:
        """The next step, when there is one."""
        ...

    @property
    def place(self) -> Place | None:
        """The line to mend, when it is known."""
        ...

    def render(self, *, color: bool = False) -> str:
        """Return the fault as it is printed in a terminal."""
        ...

    def as_json(self) -> dict[str, JSON]:
        """Return the fault as data for other programs."""
        ...
