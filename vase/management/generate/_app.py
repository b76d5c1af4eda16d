"""`startapp` from its arguments to a plan: the skeleton, the models, the two edits."""

from collections.abc import Sequence
from pathlib import Path

from vase.exceptions import did_you_mean, quote
from vase.management._errors import SpecificationError
from vase.management.generate._fields import ModelSpecification
from vase.management.generate._files import Plan, find_template, read_tree
from vase.management.generate._known_models import KnownModel
from vase.management.generate._names import plural, snake_case
from vase.management.generate._registration import Places, register_app
from vase.management.generate._resource import (
    Reference,
    Resource,
    write_api,
    write_models,
    write_schemas,
    write_urls,
)
from vase.management.generate._tests import Row, write_tests

__all__ = ["plan_app"]


def plan_app(
    name: str,
    directory: Path,
    models: Sequence[ModelSpecification],
    *,
    known: Sequence[KnownModel] = (),
    places: Places | None = None,
) -> Plan:
    """Return everything that a new app writes.

    Args:
        name: The name, checked already.
        directory: The folder of the project.
        models: The models to spell out; none leaves the skeleton.
        known: The models of the apps that are installed, for references.
        places: Settings and URL conf to register the app in; None leaves them alone.

    Raises:
        SpecificationError: When a reference leads nowhere.
        RegistrationError: When settings or URL conf cannot be edited safely.
    """
    files = read_tree(find_template() / "app_name", words={"app_name": name})
    if models:
        resources = _resources(name, models, known)
        rows = _rows(name, models, known, resources)
        texts = {
            "models.py": write_models(resources),
            "schemas.py": write_schemas(resources),
            "api.py": write_api(resources),
            "urls.py": write_urls(resources),
            "tests/test_api.py": write_tests(resources, rows),
        }
        files |= {Path(path): text.encode() for path, text in texts.items()}
    created = {Path(name) / path: content for path, content in files.items()}
    return Plan(directory, created, {} if places is None else register_app(name, places))


def _resources(app: str, models: Sequence[ModelSpecification], known: Sequence[KnownModel]) -> list[Resource]:
    resources = []
    faults: list[str] = []
    for index, model in enumerate(models):
        # A class may be named in the source only after it is defined; the others of the app are named by their table.
        before = {each.name for each in models[:index]}
        own = {
            each.name: Reference(each.name, f"{app}.models", f"{app}_{snake_case(each.name)}", each.name in before)
            for each in models
        }
        references: dict[str, Reference] = {}
        for field in model.fields:
            if field.target is None:
                continue
            if field.target == model.name and not field.is_nullable:
                faults.append(
                    f"field `{field.name}` of `{model.name}` refers to its own model: the first row needs `?`"
                )
            target = own.get(field.target) or _find(field.target, known)
            if target is None:
                names = [*own, *(each.name for each in known)]
                hint = did_you_mean(field.target, names) or (f"there are {', '.join(names)}" if names else "")
                faults.append(
                    f"field `{field.name}` of `{model.name}` refers to no model: {quote(field.target)}; {hint}"
                )
            else:
                references[field.name] = target
        router = "router" if len(models) == 1 else f"{plural(snake_case(model.name))}_router"
        resources.append(Resource(app, model, references, router))
    if faults:
        raise SpecificationError(
            "\n".join(["`--model` has references that lead nowhere", *(f"    {fault}" for fault in faults)]),
            code="management.E007",
        )
    return resources


def _find(target: str, known: Sequence[KnownModel]) -> Reference | None:
    label, _, name = target.rpartition(".")
    for model in known:
        if model.name == name and label in {"", model.label, model.app}:
            return Reference(model.name, model.module, model.table, is_class=True)
    return None


def _rows(
    app: str, models: Sequence[ModelSpecification], known: Sequence[KnownModel], resources: Sequence[Resource]
) -> dict[str, Row]:
    rows: dict[str, Row] = {}
    for model in known:
        references = {
            field.name: found
            for field in model.fields or ()
            if field.target is not None and (found := _find(field.target, known)) is not None
        }
        reference = Reference(model.name, model.module, model.table, is_class=True)
        rows.setdefault(model.name, Row(reference, model.fields, references))
    for specification, resource in zip(models, resources, strict=True):
        reference = Reference(specification.name, f"{app}.models", resource.name, is_class=True)
        rows[specification.name] = Row(reference, specification.fields, resource.references)
    return rows
