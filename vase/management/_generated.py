"""Files that commands write from the code: printed, written, or compared with what is there."""

import difflib
from pathlib import Path
from typing import Annotated

import typer

from vase.management._errors import CommandError
from vase.management._output import emit, say

__all__ = ["Check", "Output", "deliver"]

Output = Annotated[
    Path | None, typer.Option("--output", "-o", metavar="FILE", help="Write it to a file instead of printing it.")
]
"""The option `--output` of a command that writes such a file; `deliver` takes both options as they came."""

Check = Annotated[bool, typer.Option("--check", help="Write nothing; exit with 1 if the file says something else.")]
"""The option `--check` of such a command."""

_LINES_SHOWN = 40


def deliver(text: str, output: Path | None, *, check: bool, again: str) -> None:
    """Print a text, write it to a file, or tell whether the file holds it already.

    Args:
        text: The text.
        output: The file; None prints.
        check: Whether to compare instead of writing; a difference ends the command with exit code 1.
        again: The command that writes the file.

    Raises:
        CommandError: When there is no file to compare with.
    """
    if output is None:
        if check:
            raise CommandError(
                "there is nothing to compare with: `--check` was given without `--output`",
                code="management.E014",
                hint=f"name the file: `{again} --output FILE --check`",
            )
        emit(text.removesuffix("\n"))
        return
    before = output.read_text(encoding="utf-8") if output.exists() else None
    if before == text:
        say(f"{output}: up to date")
        return
    if not check:
        output.parent.mkdir(parents=True, exist_ok=True)
        output.write_text(text, encoding="utf-8")
        say(f"{output}: written")
        return
    changes = list(difflib.unified_diff((before or "").splitlines(), text.splitlines(), str(output), "now", "", "", 1))
    emit("\n".join(line.rstrip("\n") for line in changes[:_LINES_SHOWN]))
    if len(changes) > _LINES_SHOWN:
        emit(f"… and {len(changes) - _LINES_SHOWN} more lines")
    say(f"{output}: {'out of date' if before is not None else 'not there'}; write it with `{again} --output {output}`")
    raise typer.Exit(1)
