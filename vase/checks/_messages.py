"""One fault: its level, code, sentence, hint and place. Next door: `_report.py` (many of them)."""

from dataclasses import dataclass
from typing import Final, Self

from vase.exceptions import VaseError
from vase.types import JSON, Fault, Level, Place

__all__ = ["CheckMessage", "error", "warning"]

_COLORS: Final[dict[str, str]] = {
    "error": "\x1b[1;31m",
    "warning": "\x1b[1;33m",
    "hint": "\x1b[36m",
    "place": "\x1b[1m",
}
_RESET: Final = "\x1b[0m"


@dataclass(frozen=True, slots=True)
class CheckMessage:
    """One fault that a check has found.

    Args:
        level: `error` keeps the application from starting, `warning` does not.
        code: The stable code with a page under `docs/errors`, like `conf.E001`.
        message: The fact and the value in backticks, lower-case, without a full stop.
        hint: The next step, when there is one.
        place: The line to mend, when it is known.
    """

    level: Level
    code: str
    message: str
    hint: str | None = None
    place: Place | None = None

    @classmethod
    def from_fault(cls, fault: Fault) -> "CheckMessage":
        """Return a fault of another class as a message; a message is given back as it is."""
        if isinstance(fault, CheckMessage):
            return fault
        return cls(fault.level, fault.code, fault.message, fault.hint, fault.place)

    @classmethod
    def from_error(cls, error: VaseError) -> Self:
        """Return the message that tells the same as a raised error."""
        return cls("error", error.code, error.message, error.hint, error.place)

    def render(self, *, color: bool = False) -> str:
        """Return the fault as it is printed: place, level, code and sentence, the hint below.

        Args:
            color: Whether to colour it for a terminal.
        """
        place = f"{_paint(str(self.place), 'place', color=color)}: " if self.place else ""
        text = f"{place}{_paint(f'{self.level}[{self.code}]', self.level, color=color)}: {self.message}"
        if self.hint is None:
            return text
        hint = self.hint.replace("\n", "\n        ")
        return f"{text}\n  {_paint('hint', 'hint', color=color)}: {hint}"

    def as_json(self) -> dict[str, JSON]:
        """Return the fault as data for editors and other programs."""
        return {
            "level": self.level,
            "code": self.code,
            "message": self.message,
            "hint": self.hint,
            "file": self.place.file if self.place else None,
            "line": self.place.line if self.place else None,
        }

    def __str__(self) -> str:
        """Return the fault without colour."""
        return self.render()


def error(code: str, message: str, *, hint: str | None = None, place: Place | None = None) -> CheckMessage:
    """Return a fault that keeps the application from starting."""
    return CheckMessage("error", code, message, hint, place)


def warning(code: str, message: str, *, hint: str | None = None, place: Place | None = None) -> CheckMessage:
    """Return a fault that is told and does not keep the application from starting."""
    return CheckMessage("warning", code, message, hint, place)


def _paint(text: str, role: str, *, color: bool) -> str:
    return f"{_COLORS[role]}{text}{_RESET}" if color else text
