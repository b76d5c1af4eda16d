"""What the options of a route add to its operation: headers that it reads, statuses that it answers."""

from typing import Final

from vase.openapi._schemas import Schema
from vase.urls import Route, idempotency_of

__all__ = ["add_policy_headers", "policy_parameters", "policy_statuses"]

_KEY: Final = (
    "A text that the client makes up for each operation, best a UUID. The same request with the same key is done once; "
    "its answer is given again."
)


def policy_parameters(route: Route) -> list[Schema]:
    """Return the headers that a route reads besides those of its handler."""
    idempotency = idempotency_of(route.idempotent)
    if idempotency is None:
        return []
    key = {"type": "string", "minLength": 1, "maxLength": 255}
    return [_header("Idempotency-Key", key, _KEY, required=idempotency.required)]


def policy_statuses(route: Route) -> list[int]:
    """Return the statuses of the problems that a route answers besides those of its handler."""
    return [400, 409, 422] if idempotency_of(route.idempotent) is not None else []


def add_policy_headers(route: Route, responses: dict[str, Schema]) -> None:
    """Say which headers the answers of a route have because of its options."""
    if idempotency_of(route.idempotent) is None:
        return
    for code, response in responses.items():
        if code.startswith("2"):
            told = {"schema": {"type": "string", "enum": ["true"]}, "description": "There when the answer is repeated."}
            response.setdefault("headers", {})["Idempotent-Replayed"] = told


def _header(name: str, schema: Schema, description: str, *, required: bool = False) -> Schema:
    return {"name": name, "in": "header", "required": required, "description": description, "schema": schema}
