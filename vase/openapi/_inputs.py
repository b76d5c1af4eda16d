"""What an operation takes, from the inputs of its plan: parameters of path, query, headers, cookies, and the body."""

import contextlib
from collections.abc import Callable, Collection, Mapping, Sequence
from typing import Final

from pydantic_core import PydanticSerializationError, to_jsonable_python

from vase.binding import Input, Plan
from vase.di import EMPTY
from vase.openapi._forms import form_properties, is_file, resolved
from vase.openapi._policies import policy_parameters
from vase.openapi._schemas import Schema, Schemas, without_null
from vase.urls import CompiledRoute, Converter

__all__ = ["body_inputs", "can_refuse", "parameters", "request_body", "sort_parameters"]

_PLACES: Final = ("path", "query", "header", "cookie")
# OpenAPI says these elsewhere, and ignores them as parameters (section 4.8.12.1).
_NO_PARAMETERS: Final = frozenset({"accept", "authorization", "content-type"})
_BODIES: Final = frozenset({"body", "form"})
_FORMS: Final = ("application/x-www-form-urlencoded", "multipart/form-data")


def parameters(plan: Plan, route: CompiledRoute, schemas: Schemas, hidden: Collection[Input]) -> list[Schema]:
    """Return the parameters of an operation; those of a model are added when its fields are known.

    Args:
        plan: The plan of the handler.
        route: The route, which has the parameters of the path and may read headers itself.
        schemas: All schemas.
        hidden: Inputs that prove who the client is: they are told as security.
    """
    found: list[Schema] = []
    for name, converter in route.parameters.items():
        takes = [item for item in plan.inputs if item.source == "path" and item.key == name]
        found.append(_path_parameter(name, converter, takes, schemas))
    for item in plan.inputs:
        if item.source not in {"query", "header", "cookie"} or not item.include_in_schema or item in hidden:
            continue
        if item.source == "header" and item.key.lower() in _NO_PARAMETERS:
            continue
        if item.shape == "group":
            _add_group(item, schemas, found)
        else:
            _add(found, _text_parameter(item, schemas))
    for one in policy_parameters(route.route):
        _add(found, one)
    return found


def sort_parameters(found: list[Schema]) -> None:
    """Put parameters in the order path, query, headers, cookies."""
    found.sort(key=lambda one: _PLACES.index(one["in"]))


def body_inputs(plan: Plan) -> list[Input]:
    """Return the inputs that are read from the body."""
    return [item for item in plan.inputs if item.source in _BODIES]


def can_refuse(plan: Plan) -> bool:
    """Return whether some request does not fit the handler, so that 422 is an answer."""
    return any(_can_refuse(item) for item in plan.inputs)


def request_body(plan: Plan, schemas: Schemas) -> Schema | None:
    """Return what the body is; None when the handler reads none."""
    bodies = body_inputs(plan)
    if not bodies:
        return None
    fields = [item for item in bodies if item.source != "body"]
    if fields:
        return _form(fields, schemas)
    members = [item for item in bodies if item.shape == "member"]
    if members:
        content = {"application/json": {"schema": _members(members, schemas)}}
        return _body(content, members)
    content = {}
    for item in bodies:
        if item.shape == "bytes":
            content["application/octet-stream"] = {}
        elif item.shape == "json":
            content["application/json"] = {"schema": _schema_of(item, schemas)}
    return _body(content, bodies) if content else None


def _body(content: Schema, items: Sequence[Input]) -> Schema:
    made: Schema = {"content": content}
    if any(item.is_required and item.shape != "bytes" for item in items):
        made["required"] = True
    return made


def _form(fields: Sequence[Input], schemas: Schemas) -> Schema:
    """Return a form: its fields and files as one object; one with files cannot be urlencoded."""
    made: dict[str, Schema] = {}
    groups = [_schema_of(item, schemas) for item in fields if item.shape == "group"]
    single = [item for item in fields if item.shape != "group"]
    schema: Schema = {"allOf": groups} if len(groups) > 1 else groups[0] if groups else {}
    if single:
        own = _members(single, schemas)
        schema = {"allOf": [*groups, own]} if groups else own

    def choose(components: Mapping[str, Schema]) -> None:
        properties = form_properties(schema, components)
        has_files = any(is_file(one) for one in properties.values())
        for media_type in _FORMS[1:] if has_files else _FORMS:
            made[media_type] = {"schema": schema}

    schemas.then(choose)
    return _body(made, fields)


def _members(members: Sequence[Input], schemas: Schemas) -> Schema:
    properties: dict[str, Schema] = {}
    for item in members:
        properties.setdefault(item.key, _with_default(_schema_of(item, schemas), item))
    required = list(dict.fromkeys(item.key for item in members if item.is_required))
    return {"type": "object", "properties": properties, **({"required": required} if required else {})}


def _schema_of(item: Input, schemas: Schemas) -> Schema:
    if item.has_codec and item.codec.adapter is None:
        return schemas.want_struct(item.annotation)
    return schemas.want(item.annotation, "validation", item.codec.adapter if item.has_codec else None)


def _text_parameter(item: Input, schemas: Schemas) -> Schema:
    schema = _schema_of(item, schemas)
    made: Schema = {"name": item.key, "in": item.source, "required": item.is_required, "schema": schema}
    schemas.then(_finisher(made, item))
    return made


def _finisher(made: Schema, item: Input | None) -> Callable[[Mapping[str, Schema]], None]:
    def finish(components: Mapping[str, Schema]) -> None:  # noqa: ARG001
        schema = without_null(made["schema"])
        for word in ("description", "deprecated", "examples"):
            if word not in schema or ("$ref" in schema and word == "examples"):
                continue
            # These are said of the parameter; a schema with only a `$ref` left is shown by its name.
            value = schema[word]
            schema = {name: other for name, other in schema.items() if name != word}
            if word == "examples":
                made["examples"] = {str(number): {"value": one} for number, one in enumerate(value, 1)}
            else:
                made[word] = value if word == "description" else bool(value)
        schema = {name: value for name, value in schema.items() if (name, value) != ("default", None)}
        made["schema"] = _with_default(schema, item) if item is not None else schema

    return finish


def _with_default(schema: Schema, item: Input) -> Schema:
    if item.default is EMPTY or item.default is None:
        return schema
    with contextlib.suppress(PydanticSerializationError):  # a default that JSON has no word for is not told
        schema["default"] = to_jsonable_python(item.default)
    return schema


def _path_parameter(name: str, converter: Converter, takes: Sequence[Input], schemas: Schemas) -> Schema:
    item = takes[0] if takes else None
    annotation = item.annotation if item is not None else converter.python_type
    schema = schemas.want(annotation, "validation")
    made: Schema = {"name": name, "in": "path", "required": True, "schema": schema}
    finish = _finisher(made, item)

    def with_pattern(components: Mapping[str, Schema]) -> None:
        finish(components)
        found = made["schema"]
        if isinstance(converter.engine, dict) and "choice" in converter.engine and "$ref" not in found:
            if "enum" not in found and "const" not in found:
                made["schema"] = {"type": "string", "enum": converter.engine["choice"], **found}
        elif found.get("type") == "string" and not {"pattern", "format", "enum", "const"} & set(found):
            shape = _pattern_of(converter)
            made["schema"] = {**found, "pattern": shape} if shape else {**found, "minLength": 1}
        elif not found:
            made["schema"] = {"type": "string"}

    schemas.then(with_pattern)
    return made


def _pattern_of(converter: Converter) -> str | None:
    is_free = converter.engine in {"str", "path"} if isinstance(converter.engine, str) else False
    return None if is_free or converter.python_type is not str else f"^(?:{converter.regex})$"


def _add_group(item: Input, schemas: Schemas, found: list[Schema]) -> None:
    """Add a parameter for each field of a model."""
    schema = _schema_of(item, schemas)

    def expand(components: Mapping[str, Schema]) -> None:
        fields = resolved(without_null(schema), components)
        keys = {name: key for key, (name, _) in item.fields.items()}
        required = fields.get("required", ()) if item.is_required else ()
        for name, field in fields.get("properties", {}).items():
            made = {"name": keys.get(name, name), "in": item.source, "required": name in required, "schema": {**field}}
            made["schema"].pop("title", None)
            if item.source == "header" and made["name"].lower() in _NO_PARAMETERS:
                continue
            _finisher(made, None)(components)
            _add(found, made)

    schemas.then(expand)


def _add(found: list[Schema], made: Schema) -> None:
    if not any((one["in"], one["name"]) == (made["in"], made["name"]) for one in found):
        found.append(made)


def _can_refuse(item: Input) -> bool:
    if item.shape in {"request", "bytes"} or (item.source == "path" and not item.has_codec):
        return False
    is_any_text = item.shape == "one" and item.annotation in (str, str | None)
    return item.is_required or not is_any_text
