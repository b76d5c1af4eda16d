"""Where the value of a setting came from, and the chain of those that lost."""

from dataclasses import dataclass
from typing import Final, Literal

from vase.types import Place

__all__ = ["DEFAULT", "Explanation", "Origin", "Step"]


@dataclass(frozen=True, slots=True)
class Origin:
    """Where one value was given.

    Args:
        kind: `default` (the schema), `module` (a settings module), `environment`, or `argument` (given in code).
        module: Dotted name of the settings module with the assignment.
        file: Its file.
        line: The line of the assignment.
        variable: The environment variable that gave the value, or that the assignment in the module read.
    """

    kind: Literal["default", "module", "environment", "argument"]
    module: str | None = None
    file: str | None = None
    line: int = 0
    variable: str | None = None

    @property
    def place(self) -> Place | None:
        """The line to open, when the value was written in a file."""
        return Place(self.file, self.line) if self.file else None

    def __str__(self) -> str:
        """Return it as `manage.py settings NAME --why` prints it."""
        if self.kind == "environment":
            return f"environment variable {self.variable}"
        if self.kind == "module":
            through = f" (reads {self.variable})" if self.variable else ""
            return f"{self.place or self.module}{through}"
        return self.kind


DEFAULT: Final = Origin("default")


@dataclass(frozen=True, slots=True)
class Step:
    """One place that gave a setting a value.

    Args:
        origin: The place.
        value: The value as text, secrets masked; `…` when a later line of the same module replaced it.
    """

    origin: Origin
    value: str


@dataclass(frozen=True, slots=True)
class Explanation:
    """Everything that gave one setting a value, in order. The last step won, unless its value was refused.

    Args:
        name: The setting.
        value: The value that holds, as text, secrets masked.
        steps: The chain, beginning with the default of the schema.
        description: What the setting does.
        winner: Which of the steps holds; those after it were refused.
    """

    name: str
    value: str
    steps: tuple[Step, ...]
    description: str
    winner: int

    def render(self) -> str:
        """Return the chain as text, the winner marked with an arrow."""
        origins = [str(step.origin) for step in self.steps]
        width = max(map(len, origins))
        lines = [
            f"{'→' if index == self.winner else ' '} {origin:<{width}}  {step.value}"
            f"{' (refused)' if index > self.winner else ''}"
            for index, (origin, step) in enumerate(zip(origins, self.steps, strict=True))
        ]
        return "\n".join([f"{self.name} = {self.value}", *lines])
