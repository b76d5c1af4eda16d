"""The tests that come with a generated API; next door, in `_resource.py`, is what they test."""

import datetime as dt
import json
import uuid
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal

from vase.management.generate._fields import Field
from vase.management.generate._lines import wrap
from vase.management.generate._names import snake_case
from vase.management.generate._resource import Imports, Reference, Resource

__all__ = ["Row", "python_sample", "write_tests"]

_DAY = dt.date(2026, 1, 31)


@dataclass(frozen=True, slots=True)
class Row:
    """A model that a test needs a row of, because something must refer to it.

    Args:
        reference: The model.
        fields: Its columns, or None where only a person can tell how a row is made.
        references: The targets of its own `ref` fields.
    """

    reference: Reference
    fields: tuple[Field, ...] | None
    references: Mapping[str, Reference]


def write_tests(resources: Sequence[Resource], rows: Mapping[str, Row]) -> str:
    """Return `tests/test_api.py`.

    Args:
        resources: What is tested.
        rows: The models that required references lead to, directly or through others, by the name of the class.
    """
    imports = Imports(resources[0].app)
    imports.name("typing", "Any")
    imports.name("vase.testing", "Client")
    imports.plain("import pytest")
    blocks: list[str] = []
    for resource in resources:
        blocks += ["\n".join(lines) for lines in [_fixture(resource, imports, rows), *_tests(resource)]]
    title = " and ".join(resource.words for resource in resources)
    return "\n".join([f'"""The {title} API, from outside."""', "", imports.render(), "", "", "\n\n\n".join(blocks), ""])


def _fixture(resource: Resource, imports: Imports, rows: Mapping[str, Row]) -> list[str]:
    links = [field for field in resource.links if not field.is_nullable]
    head = [
        "@pytest.fixture",
        f"def {resource.name}_body({'db: Session' if links else ''}) -> dict[str, Any]:",
        f'    """What a client sends to create {resource.article}."""',
    ]
    if links:
        imports.name("vase.db", "Session")
    maker = _RowMaker(rows, imports)
    values = {link.attribute: f"{maker.make(resource.references[link.name].model)}.id" for link in links}
    if maker.unknown is not None:
        return [*head, f'    pytest.skip("a row of {maker.unknown} is needed here: say how one is made")']
    values |= {field.attribute: _json_sample(field) for field in resource.given if field.kind != "ref"}
    pairs = [f'"{field.attribute}": {values[field.attribute]}' for field in resource.given if field.attribute in values]
    return [*head, *maker.lines, *(["    db.commit()"] if links else []), *wrap("    return {", pairs, "}")]


class _RowMaker:
    """Writes the lines that make rows, each after those that it refers to."""

    def __init__(self, rows: Mapping[str, Row], imports: Imports) -> None:
        self.lines: list[str] = []
        self.unknown: str | None = None
        self._rows = rows
        self._imports = imports
        self._made: dict[str, str] = {}
        self._open: list[str] = []

    def make(self, model: str) -> str:
        """Return the variable that holds a row of a model, after writing the lines that make it."""
        if model in self._made:
            return self._made[model]
        variable = f"{snake_case(model)}_row"
        row = self._rows.get(model)
        if row is None or row.fields is None or model in self._open:
            self.unknown = self.unknown or model
            return variable
        self._open.append(model)
        values = []
        for field in row.fields:
            if field.is_nullable or field.default is not None:
                continue
            if field.kind == "ref":
                target = row.references.get(field.name)
                values.append(f"{field.attribute}={self.make(target.model if target else field.name)}.id")
            else:
                values.append(f"{field.attribute}={python_sample(field, self._imports)}")
        self._open.pop()
        self._made[model] = variable
        if self.unknown is None:
            self._imports.own(row.reference.module, model)
        self.lines += [*wrap(f"    {variable} = {model}(", values, ")"), f"    db.add({variable})", "    db.flush()"]
        return variable


def _tests(resource: Resource) -> list[list[str]]:
    name, names, words, prefix = resource.name, resource.names, resource.words, resource.prefix
    sent = f"{name}_body"
    create = f'client.post("{prefix}/", json={sent})'
    path = [f"    created = {create}.json()", f"    path = f\"{prefix}/{{created['id']}}\""]

    def head(test: str) -> list[str]:
        return wrap(f"def {test}(", ["client: Client", f"{sent}: dict[str, Any]"], ") -> None:")

    changed = next((field for field in resource.given if field.kind not in {"ref", "bool"}), None)
    body = sent if changed is None else f'{sent} | {{"{changed.attribute}": {_json_sample(changed, is_other=True)}}}'
    return [
        [
            *head(f"test_created_{name}_can_be_retrieved"),
            f'    """{resource.article.capitalize()} comes back as it was sent, with an id."""',
            f"    created = {create}",
            "    assert created.status_code == 201",
            f"    assert {sent}.items() <= created.json().items()",
            f"    retrieved = client.get(f\"{prefix}/{{created.json()['id']}}\")",
            "    assert retrieved.status_code == 200",
            "    assert retrieved.json() == created.json()",
        ],
        [
            *head(f"test_{names}_are_listed_by_page"),
            '    """The list is in the order of creation, and a part of it can be asked for."""',
            *wrap("    created = [", [f"{create} for _ in range(3)"], "]"),
            f'    listed = client.get("{prefix}/", params={{"offset": 1, "limit": 2}})',
            "    assert listed.status_code == 200",
            "    assert listed.json() == [answer.json() for answer in created[1:]]",
        ],
        [
            *head(f"test_updated_{name}_keeps_the_change"),
            f'    """A PUT replaces the {words}, and the change stays."""',
            *path,
            f"    changed = {body}",
            "    updated = client.put(path, json=changed)",
            "    assert updated.status_code == 200",
            "    assert changed.items() <= client.get(path).json().items()",
        ],
        [
            *head(f"test_deleted_{name}_is_gone"),
            f'    """After a DELETE there is no such {words}."""',
            *path,
            "    assert client.delete(path).status_code == 204",
            "    assert client.get(path).status_code == 404",
        ],
        [
            *head(f"test_{name}_with_an_unknown_field_is_refused"),
            '    """A misspelt field is told, not ignored."""',
            f'    misspelt = {sent} | {{"unknown": 1}}',
            f'    assert client.post("{prefix}/", json=misspelt).status_code == 422',
        ],
    ]


def _json_sample(field: Field, *, is_other: bool = False) -> str:
    """Return a value as a test writes it into a JSON body, the same text that the API answers."""
    if field.kind in {"str", "text"}:
        text = "other" if is_other else field.name.replace("_", " ")
        return json.dumps(text[: field.sizes[0]] if field.sizes else text)
    if field.kind == "decimal":
        return f'"{_decimal(field, is_other=is_other)}"'
    samples = {
        "int": ("7", "8"),
        "float": ("1.5", "2.5"),
        "bool": ("True", "False"),
        "date": (f'"{_DAY}"', f'"{_DAY + dt.timedelta(days=1)}"'),
        "datetime": (f'"{_DAY}T12:00:00Z"', f'"{_DAY}T13:00:00Z"'),
        "uuid": (f'"{uuid.UUID(int=1)}"', f'"{uuid.UUID(int=2)}"'),
    }
    return samples[field.kind][is_other]


def python_sample(field: Field, imports: Imports) -> str:
    """Return a value as a test hands it to a model, its imports noted."""
    if field.kind == "decimal":
        imports.name("decimal", "Decimal")
        return f'Decimal("{_decimal(field, is_other=False)}")'
    if field.kind == "date":
        imports.plain("import datetime as dt")
        return f"dt.date({_DAY.year}, {_DAY.month}, {_DAY.day})"
    if field.kind == "datetime":
        imports.plain("import datetime as dt")
        return f"dt.datetime({_DAY.year}, {_DAY.month}, {_DAY.day}, tzinfo=dt.UTC)"
    if field.kind == "uuid":
        imports.name("uuid", "UUID")
        return f'UUID("{uuid.UUID(int=1)}")'
    return _json_sample(field)


def _decimal(field: Field, *, is_other: bool) -> Decimal:
    digits, places = field.sizes
    whole = digits - places
    text = ("2" if is_other else "1") + "2" * (whole - 1) if whole else "0"
    fraction = "5" * places
    return Decimal(f"{text[:3]}.{fraction}" if places else text[:3])
