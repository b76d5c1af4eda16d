"""Schemas of forms: their fields, wherever they stand, and which of them are files."""

from collections.abc import Mapping
from typing import Any

from vase.openapi._schemas import REF

__all__ = ["form_properties", "form_required", "is_file", "is_list", "resolved"]


def resolved(schema: Any, components: Mapping[str, Any]) -> Any:
    """Return what a reference leads to, or the schema."""
    while isinstance(schema, dict) and "$ref" in schema:
        schema = components[schema["$ref"].removeprefix(REF)]
    return schema


def form_properties(schema: Any, components: Mapping[str, Any]) -> dict[str, Any]:
    """Return the fields of a form that is an object, several of them together, or a reference to one."""
    found = resolved(schema, components)
    fields: dict[str, Any] = {}
    for part in found.get("allOf", ()):
        fields |= form_properties(part, components)
    return {**fields, **found.get("properties", {})}


def form_required(schema: Any, components: Mapping[str, Any]) -> set[str]:
    """Return the names of the fields that a form must have."""
    found = resolved(schema, components)
    parts = [form_required(part, components) for part in found.get("allOf", ())]
    return set(found.get("required", ())).union(*parts)


def is_file(schema: Any) -> bool:
    """Return whether a field is a file, or a list of files, or may be left out besides."""
    if not isinstance(schema, dict):
        return False
    parts = [*schema.get("anyOf", ()), *([schema["items"]] if "items" in schema else [])]
    is_binary = schema.get("format") == "binary" or "contentMediaType" in schema
    return (schema.get("type") == "string" and is_binary) or any(map(is_file, parts))


def is_list(schema: Any) -> bool:
    """Return whether a field may be there more than once."""
    return isinstance(schema, dict) and (schema.get("type") == "array" or any(map(is_list, schema.get("anyOf", ()))))
