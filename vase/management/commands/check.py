"""`check`: every fault at once, like a compiler."""

from typing import Annotated

import typer

from vase.application import Vase
from vase.checks import Report
from vase.db import check_migrations
from vase.exceptions import quote
from vase.management._errors import CommandError
from vase.management._output import emit_json, say, wants_color
from vase.management._project import Project


def check(
    project: Project,
    *,
    deploy: Annotated[
        bool,
        typer.Option("--deploy", help="Check what matters in production, with its settings unless others are named."),
    ] = False,
    databases: Annotated[
        list[str] | None,
        typer.Option("--database", metavar="ALIAS", help="Ask this database which migrations it lacks: `default`."),
    ] = None,
    as_json: Annotated[bool, typer.Option("--json", help="Print the faults as a JSON array.")] = False,
) -> None:
    """Find every fault in settings, URLs and handlers; no server, and no database unless named."""
    if deploy and not project.is_chosen:
        project = project.switch("prod")
        project.enter()
    app = Vase.from_settings(project.settings_module)
    messages = app.check(deploy=deploy)
    for alias in databases or ():
        if alias != "default" or alias not in app.databases:
            raise CommandError(
                f"no migrations go to a database {quote(alias)}",
                code="management.E015",
                hint="they go to `default`, if `DATABASES` has it: `check --database default`",
            )
        messages += check_migrations(app)
    report = Report(messages)
    if as_json:
        emit_json(report.as_json())
    elif report.messages:
        say(report.render(color=wants_color()))
    if not as_json:
        say(f"{project.settings_module}: {report.summary()}")
    # A site that goes to production has no excuse for a warning.
    if report.errors or (deploy and report.warnings):
        raise typer.Exit(1)
