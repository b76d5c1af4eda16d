"""`test`: pytest, in a process of its own, with the test settings."""

import os
import sys
from typing import Annotated

import typer

from vase.management._project import Project

CONTEXT_SETTINGS = {"allow_extra_args": True, "ignore_unknown_options": True, "allow_interspersed_args": False}


def test(
    project: Project,
    arguments: Annotated[
        list[str] | None, typer.Argument(metavar="[PYTEST ARGUMENTS]", help="Handed to pytest as they are.")
    ] = None,  # noqa: PT028  # a command, not a test
) -> None:
    """Run the tests with pytest and the test settings."""
    if not project.is_chosen:
        project = project.switch("test")
        project.enter()
    environment = {**os.environ, "PYTHONPATH": _join(str(project.directory), os.environ.get("PYTHONPATH"))}
    # Not in this process: pytest rewrites the assertions of its plug-ins while they are imported, and this one is
    # imported already. Replacing the process keeps signals and the exit code pytest's own.
    os.chdir(project.directory)
    sys.stdout.flush()
    os.execve(sys.executable, [sys.executable, "-m", "pytest", *(arguments or [])], environment)  # noqa: S606


def _join(directory: str, path: str | None) -> str:
    return f"{directory}{os.pathsep}{path}" if path else directory
