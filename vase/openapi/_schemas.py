"""The types of all operations in one pass, so that each has one name and equal names of different types are kept apart.

A schema is asked for before it is known: `want` returns an empty object that `finish` fills. Pydantic describes its
models, dataclasses and TypedDicts; structs of msgspec are described by msgspec.
"""

import re
from collections.abc import Callable, Mapping
from importlib import import_module
from typing import Any, Final, Literal

from pydantic import TypeAdapter
from pydantic.errors import PydanticUserError
from pydantic.json_schema import GenerateJsonSchema
from pydantic_core import SchemaError, core_schema

__all__ = ["REF", "Mode", "Schema", "Schemas", "without_null"]

type Schema = dict[str, Any]
type Mode = Literal["validation", "serialization"]

REF: Final = "#/components/schemas/"


class _Generator(GenerateJsonSchema):
    """Pydantic's generator, with the defaults of answers as members that are always there, and without warnings."""

    leaves_out = False
    """Whether some route leaves out members that have their default."""

    def field_is_required(
        self,
        field: core_schema.ModelField | core_schema.DataclassField | core_schema.TypedDictField,
        total: bool,  # noqa: FBT001  # the signature is Pydantic's
    ) -> bool:
        if self.mode == "serialization" and field["type"] != "typed-dict-field" and not self.leaves_out:
            return field.get("serialization_exclude_if") is None
        return super().field_is_required(field, total)

    def handle_invalid_for_json_schema(self, schema: Any, error_info: str) -> Schema:  # noqa: ARG002
        return {}  # what JSON Schema has no word for may be anything

    def emit_warning(self, kind: Any, detail: str) -> None:
        """Say nothing: a default that cannot be written is left out."""


class Schemas:
    """All schemas of one document.

    Args:
        leaves_out: Whether some route leaves out members of its answer that have their default.
    """

    def __init__(self, *, leaves_out: bool = False) -> None:
        self._leaves_out = leaves_out
        self._wanted: list[tuple[Schema, TypeAdapter[Any], Mode]] = []
        self._structs: list[tuple[Schema, Any]] = []
        self._own: dict[str, tuple[Schema, list[Schema]]] = {}
        self._later: list[Callable[[Mapping[str, Schema]], None]] = []

    def want(self, annotation: Any, mode: Mode, adapter: TypeAdapter[Any] | None = None) -> Schema:
        """Return a schema that is filled when the document is finished.

        Args:
            annotation: The type.
            mode: Whether a client sends it (`validation`) or gets it (`serialization`).
            adapter: Pydantic's view of the type, where there is one already.
        """
        made: Schema = {}
        if adapter is None:
            try:
                adapter = TypeAdapter(annotation)
            except (PydanticUserError, SchemaError, TypeError):
                self._structs.append((made, annotation))
                return made
        self._wanted.append((made, adapter, mode))
        return made

    def want_struct(self, annotation: Any) -> Schema:
        """Return a schema of a type in which structs of msgspec occur."""
        made: Schema = {}
        self._structs.append((made, annotation))
        return made

    def own(self, name: str, schema: Schema) -> Schema:
        """Return a reference to a component of ours; a type of the user with its name pushes it aside."""
        made: Schema = {}
        self._own.setdefault(name, (schema, []))[1].append(made)
        return made

    def then(self, change: Callable[[Mapping[str, Schema]], None]) -> None:
        """Run a function when all schemas are known; it is given the components."""
        self._later.append(change)

    def finish(self) -> dict[str, Schema]:
        """Fill every schema that was asked for, and return the components."""
        generator = _Generator(ref_template=f"{REF}{{model}}")
        generator.leaves_out = self._leaves_out
        inputs = [(index, mode, adapter.core_schema) for index, (_, adapter, mode) in enumerate(self._wanted)]
        found, definitions = generator.generate_definitions(inputs)
        components: dict[str, Schema] = {str(name): schema for name, schema in definitions.items()}
        for index, (made, _, mode) in enumerate(self._wanted):
            made.update(found[index, mode])
        self._add_structs(components)
        for name, (schema, places) in self._own.items():
            free = _free(name, components)
            components[free] = schema
            for made in places:
                made["$ref"] = f"{REF}{free}"
        for change in self._later:
            change(components)
        return components

    def _add_structs(self, components: dict[str, Schema]) -> None:
        if not self._structs:
            return
        msgspec: Any = import_module("msgspec")  # the user's struct has imported it already
        for made, annotation in self._structs:
            try:
                (schema,), parts = msgspec.json.schema_components([annotation], ref_template=f"{REF}{{name}}")
            except TypeError:
                continue  # nothing describes it: it may be anything
            names = {name: re.sub(r"[^A-Za-z0-9._-]", "_", name) for name in parts}
            for name, part in parts.items():
                names[name] = _free(names[name], components, _renamed(part, names))
            for name, part in parts.items():
                components[names[name]] = _renamed(part, names)
            made.update(_renamed(schema, names))


def without_null(schema: Schema) -> Schema:
    """Return the schema without `null`, which no text of a query, header or cookie stands for."""
    for word in ("anyOf", "oneOf"):
        members = schema.get(word)
        if isinstance(members, list):
            rest = [member for member in members if member != {"type": "null"}]
            kept = {name: value for name, value in schema.items() if name != word}
            if len(rest) == 1:
                return {**rest[0], **kept}
            return {word: rest, **kept}
    return schema


def _free(name: str, components: Mapping[str, Schema], same: Schema | None = None) -> str:
    found, count = name, 2
    while found in components and components[found] != same:
        found, count = f"{name}{count}", count + 1
    return found


def _renamed(value: Any, names: Mapping[str, str]) -> Any:
    if isinstance(value, dict):
        return {
            key: f"{REF}{names.get(item.removeprefix(REF), item.removeprefix(REF))}"
            if key == "$ref" and isinstance(item, str)
            else _renamed(item, names)
            for key, item in value.items()
        }
    return [_renamed(item, names) for item in value] if isinstance(value, list) else value
