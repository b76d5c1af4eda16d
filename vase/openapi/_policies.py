"""What the options of a route add to its operation: headers that it reads, statuses that it answers."""

from typing import Final

from vase.openapi._schemas import Schema
from vase.urls import Route, idempotency_of, offers_of, throttle_of

__all__ = ["add_policy_headers", "policy_parameters", "policy_statuses"]

_KEY: Final = (
    "A text that the client makes up for each operation, best a UUID. The same request with the same key is done once; "
    "its answer is given again."
)
_READING: Final = frozenset({"GET", "HEAD"})
_TEXT: Final[Schema] = {"type": "string"}


def policy_parameters(route: Route) -> list[Schema]:
    """Return the headers that a route reads besides those of its handler."""
    found = []
    idempotency = idempotency_of(route.idempotent)
    if idempotency is not None:
        key = {"type": "string", "minLength": 1, "maxLength": 255}
        found.append(_header("Idempotency-Key", key, _KEY, required=idempotency.required))
    if _has_versions(route) and _reads(route):
        found.append(_header("If-None-Match", _TEXT, "The `ETag` of what the client has; 304 when it is the same."))
    elif _has_versions(route):
        told = "The `ETag` of what is to be changed; 412 when it is another by now."
        # `If-Unmodified-Since` says it as well, so that neither is required by itself.
        found.append(_header("If-Match", _TEXT, told))
    return found


def policy_statuses(route: Route) -> list[int]:
    """Return the statuses of the problems that a route answers besides those of its handler."""
    found = []
    if idempotency_of(route.idempotent) is not None:
        found += [400, 409, 422]
    if throttle_of(route.throttle) is not None:
        found.append(429)
    if route.produces:
        found.append(406)
    if callable(route.etag) or route.last_modified is not None:
        found.append(412)
    if route.precondition_required and not _reads(route):
        found.append(428)
    return found


def add_policy_headers(route: Route, responses: dict[str, Schema]) -> None:
    """Say what the answers of a route are because of its options: their headers, and the types to choose from."""
    if _has_versions(route) and _reads(route):
        responses.setdefault("304", {"description": "Not Modified"})
    for code, response in responses.items():
        headers: Schema = {}
        if code.startswith("2") and idempotency_of(route.idempotent) is not None:
            once = {"type": "string", "enum": ["true"]}
            headers["Idempotent-Replayed"] = {"schema": once, "description": "There when the answer is repeated."}
        if code in {"200", "2XX", "304"} and _reads(route) and route.etag:
            headers["ETag"] = {"schema": _TEXT, "description": "Names the version of the answer."}
        if code == "429" and throttle_of(route.throttle) is not None:
            wait = {"type": "integer", "minimum": 0}
            headers["Retry-After"] = {"schema": wait, "description": "The seconds to wait."}
            limit = "The rates that refused it: `r` requests are left, and `t` seconds until the next."
            headers["RateLimit"] = {"schema": _TEXT, "description": limit}
            policy = "All rates: `q` requests in `w` seconds."
            headers["RateLimit-Policy"] = {"schema": _TEXT, "description": policy}
        if headers:
            response.setdefault("headers", {}).update(headers)
        if code.startswith("2") and route.produces and response.get("content"):
            schema = next(iter(response["content"].values()))
            usual = offers_of(route.produces)
            response["content"] = {offer: schema if offer.endswith("json") else {} for offer in usual}


def _has_versions(route: Route) -> bool:
    return bool(route.etag) or route.last_modified is not None


def _reads(route: Route) -> bool:
    return bool(_READING & set(route.methods))


def _header(name: str, schema: Schema, description: str, *, required: bool = False) -> Schema:
    return {"name": name, "in": "header", "required": required, "description": description, "schema": schema}
