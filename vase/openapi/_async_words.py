"""Where AsyncAPI has other words than OpenAPI 3.1: schemas are of draft 7, kinds of security have other names."""

from collections.abc import Mapping, Sequence
from typing import Any, Final

from vase.openapi._schemas import REF, Schema

__all__ = ["draft_7", "reachable", "security_scheme"]

_SCHEMES: Final = {"apiKey": "httpApiKey", "mutualTLS": "X509"}
_DATA: Final = frozenset({"default", "const", "enum", "examples"})


def draft_7(schema: Any) -> Any:
    """Return a schema of JSON Schema 2020-12, as Pydantic writes it, in the words of draft 7 and AsyncAPI.

    A discriminator is the name of its field, a tuple has `items`, and nothing stands beside a `$ref`.
    """
    if isinstance(schema, list):
        return [draft_7(one) for one in schema]
    if not isinstance(schema, dict):
        return schema
    made: Schema = {
        # A field may be called like a word of the schema; then it has a schema of its own.
        word: value if word in _DATA and not isinstance(value, dict) else draft_7(value)
        for word, value in schema.items()
    }
    discriminator = schema.get("discriminator")
    if isinstance(discriminator, Mapping) and isinstance(discriminator.get("propertyName"), str):
        made["discriminator"] = discriminator["propertyName"]
    if isinstance(schema.get("prefixItems"), list):
        if "items" in made:
            made["additionalItems"] = made["items"]
        made["items"] = made.pop("prefixItems")
    if isinstance(schema.get("$ref"), str) and len(made) > 1:
        made = {"allOf": [{"$ref": made.pop("$ref")}], **made}
    return made


def security_scheme(scheme: Mapping[str, Any]) -> Schema:
    """Return a security scheme of OpenAPI as AsyncAPI has it."""
    made: Schema = {**scheme, "type": _SCHEMES.get(scheme["type"], scheme["type"])}
    if isinstance(made.get("flows"), Mapping):
        made["flows"] = {
            name: {("availableScopes" if word == "scopes" else word): said for word, said in flow.items()}
            for name, flow in made["flows"].items()
        }
    return made


def reachable(roots: Sequence[Any], schemas: Mapping[str, Schema]) -> set[str]:
    """Return the names of the schemas that something refers to."""
    found: set[str] = set()
    pending: list[Any] = list(roots)
    while pending:
        value = pending.pop()
        if isinstance(value, Mapping):
            reference = value.get("$ref")
            name = reference.removeprefix(REF) if isinstance(reference, str) and reference.startswith(REF) else ""
            if name in schemas and name not in found:
                found.add(name)
                pending.append(schemas[name])
            pending += value.values()
        elif isinstance(value, list | tuple):
            pending += value
    return found
