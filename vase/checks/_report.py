"""Many faults together, in the order in which they were found. Next door: `_messages.py` (one of them)."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Self

from vase.checks._messages import CheckMessage
from vase.exceptions import ConfigurationError
from vase.types import JSON, Fault

__all__ = ["Report"]


@dataclass(frozen=True, slots=True, init=False)
class Report:
    """The faults of one look at an application; the same fault told twice is kept once.

    Args:
        messages: The faults, in the order in which they are to be printed.
        silenced: How many faults were left out because the user silenced their code.
    """

    messages: tuple[CheckMessage, ...]
    silenced: int

    def __init__(self, messages: Iterable[Fault] = (), *, silenced: int = 0) -> None:
        object.__setattr__(self, "messages", tuple(dict.fromkeys(map(CheckMessage.from_fault, messages))))
        object.__setattr__(self, "silenced", silenced)

    def __iter__(self) -> Iterator[CheckMessage]:
        return iter(self.messages)

    def __len__(self) -> int:
        return len(self.messages)

    def __add__(self, other: Iterable[Fault]) -> Self:
        """Return the faults of both, these first."""
        silenced = self.silenced + (other.silenced if isinstance(other, Report) else 0)
        return type(self)([*self.messages, *other], silenced=silenced)

    @property
    def errors(self) -> tuple[CheckMessage, ...]:
        """The faults that keep the application from starting."""
        return tuple(message for message in self.messages if message.level == "error")

    @property
    def warnings(self) -> tuple[CheckMessage, ...]:
        """The faults that are only told."""
        return tuple(message for message in self.messages if message.level == "warning")

    def silence(self, codes: Iterable[str]) -> Self:
        """Return the report without the faults of these codes.

        Args:
            codes: The value of the setting `SILENCED_CHECKS`.
        """
        unwanted = frozenset(codes)
        kept = [message for message in self.messages if message.code not in unwanted]
        return type(self)(kept, silenced=self.silenced + len(self.messages) - len(kept))

    def render(self, *, color: bool = False) -> str:
        """Return all faults as they are printed, one below the other.

        Args:
            color: Whether to colour them for a terminal.
        """
        return "\n".join(message.render(color=color) for message in self.messages)

    def summary(self) -> str:
        """Return the counts in one line, like `2 errors, 1 warning (1 silenced)`."""
        counts = [(len(self.errors), "error"), (len(self.warnings), "warning")]
        told = ", ".join(f"{count} {word}{'' if count == 1 else 's'}" for count, word in counts if count) or "no faults"
        return f"{told} ({self.silenced} silenced)" if self.silenced else told

    def as_json(self) -> list[JSON]:
        """Return all faults as data for editors and other programs."""
        return [message.as_json() for message in self.messages]

    def raise_errors(self) -> None:
        """Raise everything at once when at least one fault keeps the application from starting.

        Raises:
            ConfigurationError: With all messages of the report, warnings among them.
        """
        if self.errors:
            raise ConfigurationError(self.messages)
