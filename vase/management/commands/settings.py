"""`settings`: what is in force, and the chain of files and variables that led to it."""

from typing import Annotated

import typer

from vase.conf import Settings, load_settings
from vase.exceptions import did_you_mean, quote
from vase.management._errors import CommandError
from vase.management._output import emit, emit_json, emit_table
from vase.management._project import Project
from vase.types import JSON


def settings(
    project: Project,
    name: Annotated[
        str | None, typer.Argument(metavar="[NAME]", help="One setting instead of all that are set.")
    ] = None,
    *,
    why: Annotated[bool, typer.Option("--why", help="Show every place that gave a value; the last one won.")] = False,
    everything: Annotated[bool, typer.Option("--all", help="Show the settings that keep their default too.")] = False,
    as_json: Annotated[bool, typer.Option("--json", help="Print a JSON object.")] = False,
) -> None:
    """Show the settings in force, and where each one came from."""
    # Faults are `check`'s affair: this command is what helps to find them, so it works in spite of them.
    found, _faults = load_settings(project.settings_module)
    known = list(found.names())
    if name is not None and name not in known:
        raise CommandError(
            f"unknown setting {quote(name)}",
            code="management.E010",
            hint=did_you_mean(name, known) or "`settings --all` lists them",
        )
    names = (
        [name] if name is not None else [each for each in known if everything or found.origin(each).kind != "default"]
    )
    if as_json:
        emit_json({each: _as_json(found, each, why=why) for each in names})
    elif why:
        emit("\n\n".join(found.explain(each).render() for each in names))
    elif name is not None:
        emit(found.shown(name))
    else:
        emit_table(
            [(each, str(found.origin(each)), found.shown(each)) for each in names],
            headings=("setting", "from", "value"),
        )


def _as_json(found: Settings, name: str, *, why: bool) -> JSON:
    origin = found.origin(name)
    shown: dict[str, JSON] = {
        "value": found.shown(name),
        "from": origin.kind,
        "file": origin.file,
        "line": origin.line or None,
        "variable": origin.variable,
    }
    if why:
        steps = found.explain(name).steps
        shown["steps"] = [{"from": str(step.origin), "value": step.value} for step in steps]
    return shown
