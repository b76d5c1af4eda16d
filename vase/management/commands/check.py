"""`check`: every fault at once, like a compiler."""

from typing import Annotated

import typer

from vase.application import Vase
from vase.checks import Report
from vase.management._output import emit_json, say, wants_color
from vase.management._project import Project


def check(
    project: Project,
    *,
    deploy: Annotated[
        bool,
        typer.Option("--deploy", help="Check what matters in production, with its settings unless others are named."),
    ] = False,
    as_json: Annotated[bool, typer.Option("--json", help="Print the faults as a JSON array.")] = False,
) -> None:
    """Find every fault in settings, URLs and handlers without serving."""
    if deploy and not project.is_chosen:
        project = project.switch("prod")
        project.enter()
    app = Vase.from_settings(project.settings_module)
    report = Report(app.check(deploy=deploy))
    if as_json:
        emit_json(report.as_json())
    elif report.messages:
        say(report.render(color=wants_color()))
    if not as_json:
        say(f"{project.settings_module}: {report.summary()}")
    # A site that goes to production has no excuse for a warning.
    if report.errors or (deploy and report.warnings):
        raise typer.Exit(1)
