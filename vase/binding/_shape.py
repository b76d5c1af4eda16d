"""The shape of an answer as data: what the core writes as JSON by itself when a value is exactly of it.

Read from Pydantic's own schema, which says how it would write a value. A shape is made only where that is plain:
models, dataclasses, typed dictionaries, lists, dictionaries, unions and optional values of text, numbers, booleans and
None, with nothing that changes how they are written. Everything else has no shape, and `Answer.encode` writes it.

The data is `(kind, objects)`. A kind is `("str",)`, `("list", kind)`, `("map", kind)`, `("any", kinds)` or
`("object", n)`; an object is `(class or None for a dictionary, ((name, key, kind), …))`.
"""

from collections.abc import Mapping
from typing import Any, Final

__all__ = ["Shape", "shape_of"]

type Kind = tuple[Any, ...]
type Shape = tuple[Kind, tuple[tuple[type | None, tuple[tuple[str, str, Kind], ...]], ...]]

_SCALARS: Final = {"str": "str", "int": "int", "float": "float", "bool": "bool", "none": "null"}
_WRAPPERS: Final = frozenset({"default", "function-after", "function-before", "function-wrap"})
"""Schemas that only validate: what they hold is written as if they were not there."""
_QUIET_WORDS: Final = """
    title strict frozen from_attributes loc_by_alias populate_by_name validate_by_alias validate_by_name
    validate_default str_max_length str_min_length str_strip_whitespace str_to_lower str_to_upper allow_inf_nan
    coerce_numbers_to_str revalidate_instances hide_input_in_errors regex_engine
"""
_QUIET_CONFIG: Final = frozenset(_QUIET_WORDS.split())
"""What a configuration may say without changing how values are written; `extra_fields_behavior` is asked for apart."""


class _Unfit(Exception):  # noqa: N818  # a way out, not a fault
    """The core cannot write such a value."""


def shape_of(schema: Mapping[str, Any]) -> Shape | None:
    """Return the shape that a schema of Pydantic describes, or None where only Pydantic can write it.

    Args:
        schema: A core schema, as `TypeAdapter.core_schema` has it.
    """
    reader = _Reader()
    try:
        kind = reader.read(schema)
    except _Unfit:
        return None
    # Text and None alone are answers of their own, which are not JSON.
    is_compound = kind[0] in {"list", "map", "object"}
    return (kind, tuple(reader.objects)) if is_compound else None


class _Reader:
    def __init__(self) -> None:
        self.objects: list[Any] = []
        self._definitions: dict[str, Mapping[str, Any]] = {}
        self._places: dict[str, int] = {}

    def read(self, schema: Mapping[str, Any]) -> Kind:
        if schema.get("serialization") or schema.get("computed_fields"):
            raise _Unfit
        kind = schema["type"]
        if kind in _SCALARS:
            return (_SCALARS[kind],)
        if kind in _WRAPPERS:
            return self.read(schema["schema"])
        if kind in {"model", "dataclass", "typed-dict"}:
            return self._object(schema)
        return self._compound(kind, schema)

    def _compound(self, kind: str, schema: Mapping[str, Any]) -> Kind:
        match kind:
            case "definitions":
                self._definitions |= {each["ref"]: each for each in schema["definitions"]}
                return self.read(schema["schema"])
            case "definition-ref":
                return self.read(self._definitions[schema["schema_ref"]])
            case "nullable":
                return ("any", (self.read(schema["schema"]), ("null",)))
            case "union":
                choices = [each[0] if isinstance(each, tuple) else each for each in schema["choices"]]
                return ("any", tuple(map(self.read, choices)))
            case "list" if "items_schema" in schema:
                return ("list", self.read(schema["items_schema"]))
            case "dict" if schema.get("keys_schema", {}).get("type") == "str":
                return ("map", self.read(schema["values_schema"]))
        raise _Unfit

    def _object(self, schema: Mapping[str, Any]) -> Kind:
        known = self._places.get(schema.get("ref", ""))
        if known is not None:
            return ("object", known)
        config = schema.get("config") or {}
        if schema.get("root_model") or schema.get("slots"):
            raise _Unfit
        if not (config.keys() - {"extra_fields_behavior"}) <= _QUIET_CONFIG:
            raise _Unfit
        place = len(self.objects)
        if "ref" in schema:
            self._places[schema["ref"]] = place
        self.objects.append(None)
        is_dictionary = schema["type"] == "typed-dict"
        inner = schema if is_dictionary else _fields_schema(schema["schema"])
        extras = {inner.get("extra_behavior"), schema.get("extra_behavior"), config.get("extra_fields_behavior")}
        if "allow" in extras or inner.get("computed_fields"):
            raise _Unfit
        fields = inner["fields"]
        named = fields.items() if isinstance(fields, dict) else [(field["name"], field) for field in fields]
        read = tuple((name, *self._field(name, field)) for name, field in named)
        self.objects[place] = (None if is_dictionary else schema["cls"], read)
        return ("object", place)

    def _field(self, name: str, field: Mapping[str, Any]) -> tuple[str, Kind]:
        if "serialization_exclude" in field or "serialization_exclude_if" in field or field.get("init_only"):
            raise _Unfit
        return field.get("serialization_alias", name), self.read(field["schema"])


def _fields_schema(schema: Mapping[str, Any]) -> Mapping[str, Any]:
    """Return the schema that lists the fields, behind validators of the whole object."""
    while schema["type"] in _WRAPPERS:
        if schema.get("serialization"):
            raise _Unfit
        schema = schema["schema"]
    return schema
