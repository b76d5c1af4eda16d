"""`startapp`: a skeleton, or a model with its API and tests; registered either way."""

from typing import Annotated

import typer

from vase.exceptions import quote
from vase.management._discovery import installed_apps
from vase.management._errors import SpecificationError
from vase.management._output import emit, say
from vase.management._project import Project
from vase.management.generate._app import plan_app
from vase.management.generate._fields import ModelSpecification, parse_model
from vase.management.generate._known_models import read_models
from vase.management.generate._names import check_app_name
from vase.management.generate._registration import find_places

__all__ = ["startapp"]


def startapp(
    project: Project,
    name: Annotated[str, typer.Argument(help="The name of the app, a plain Python name like `catalog`.")],
    *,
    model: Annotated[
        list[str] | None,
        typer.Option(help="A model, like `Product name:str(120) price:decimal(10,2) note:text?`; may be repeated."),
    ] = None,
    register: Annotated[
        bool, typer.Option("--register/--no-register", help="Add the app to `INSTALLED_APPS` and `urlpatterns`.")
    ] = True,
) -> None:
    """Create an app, register it and, with `--model`, write its API and tests."""
    check_app_name(name, project.directory)
    models = _parse(model or [])
    apps = installed_apps(project.settings_module, load=lambda: list(project.settings().INSTALLED_APPS))
    places = find_places(project.settings_module) if register else None
    plan = plan_app(name, project.directory, models, known=list(read_models(apps)), places=places)
    plan.write()
    for path in plan.created:
        emit(f"created {path}")
    for path in plan.edited:
        emit(f"edited  {path.relative_to(project.directory) if path.is_relative_to(project.directory) else path}")
    say("next: ./manage.py migrate --make" if models else f"next: write {name}/models.py and {name}/api.py")


def _parse(texts: list[str]) -> list[ModelSpecification]:
    # The faults of all models are told together, like those of one.
    models: list[ModelSpecification] = []
    faults: list[str] = []
    for text in texts:
        try:
            models.append(parse_model(text))
        except SpecificationError as error:
            faults.append(error.message)
    names = [each.name for each in models]
    faults += [f"`--model` names {quote(each)} twice" for each in dict.fromkeys(names) if names.count(each) > 1]
    if faults:
        raise SpecificationError("\n".join(faults), code="management.E007")
    return models
