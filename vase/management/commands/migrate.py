"""`migrate`: the database room applies, this prints; with `--make` it first writes what is missing."""

import sys
from typing import Annotated

import typer

from vase.application import Vase
from vase.db import make_migrations
from vase.db import migrate as run_migrations
from vase.management._errors import CommandRefusedError
from vase.management._output import emit, say
from vase.management._project import Project
from vase.management.commands.makemigrations import print_new_migrations

__all__ = ["migrate"]


def migrate(
    project: Project,
    app: Vase,
    label: Annotated[str | None, typer.Argument(metavar="[APP]", help="One app, and what it depends on.")] = None,
    target: Annotated[
        str | None, typer.Argument(metavar="[MIGRATION]", help="A number, a name, or `zero`; later ones are reverted.")
    ] = None,
    *,
    plan: Annotated[bool, typer.Option("--plan", help="Show the steps, and do nothing.")] = False,
    make: Annotated[bool, typer.Option("--make", help="First write the migrations that are missing.")] = False,
    yes: Annotated[bool, typer.Option("--yes", help="With `--make`: do not ask.")] = False,
) -> None:
    """Bring the database to the state of the migrations."""
    if make:
        _refuse_in_production(project, app)
        _make(app, label, is_dry=plan, may_ask=not yes)
    run = run_migrations(app, label, target, plan=plan)
    if not run.steps:
        say("the database is up to date")
    for step in run.steps:
        done = (
            f"would {step.direction}"
            if run.was_planned_only
            else {"apply": "applied", "revert": "reverted"}[step.direction]
        )
        emit(f"{done} {step.label}.{step.name}")


def _make(app: Vase, label: str | None, *, is_dry: bool, may_ask: bool) -> None:
    labels = [label] if label else None
    is_asking = may_ask and not is_dry and sys.stdin.isatty()
    if is_asking:
        planned = make_migrations(app, labels, dry_run=True)
        if planned.has_changes:
            print_new_migrations(planned.migrations)
            typer.confirm("write and apply them?", default=True, abort=True, err=True)
    made = make_migrations(app, labels, dry_run=is_dry)
    if not is_asking:
        print_new_migrations(made.migrations)


def _refuse_in_production(project: Project, app: Vase) -> None:
    # A settings module of another name tells by `DEBUG` what it is for.
    if project.environment == "prod" or (project.environment is None and not app.settings.DEBUG):
        raise CommandRefusedError(
            "`migrate --make` writes code, and is refused in production",
            code="management.E011",
            hint="run `./manage.py makemigrations` where you work, commit the files, and run `migrate` here",
        )
