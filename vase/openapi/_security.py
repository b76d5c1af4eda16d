"""How a client proves who it is: security schemes, read from what the guards take."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

from vase.binding import Input, Plan
from vase.di import Node
from vase.openapi._schemas import Schema
from vase.openapi._text import first_line
from vase.urls import Auth, Guard, Public, guard_info

__all__ = ["Security"]

_ORDER = ("header", "cookie", "query")


@dataclass(slots=True)
class Security:
    """The security schemes of one document, by name."""

    schemes: dict[str, Schema] = field(default_factory=dict)

    def of(self, auth: Auth | None, plan: Plan) -> tuple[list[dict[str, list[str]]] | None, set[Input]]:
        """Return what an operation requires, and the inputs that are the proof.

        Args:
            auth: What the route says; None requires nothing and is not told.
            plan: The plan of the handler, which holds the guard as a dependency.
        """
        if auth is None or isinstance(auth, Public):
            return (None if auth is None else []), set()
        nodes = list(_below(_node_of(auth, plan)))
        for node in nodes:
            info = guard_info(node.function)
            if info.scheme is not None:
                scheme = {"type": "http", "scheme": info.scheme} if isinstance(info.scheme, str) else dict(info.scheme)
                name = self._named(info.name or _name_of(node.function), _described(scheme, node.function))
                return [{name: []}], {item for item in _inputs(nodes) if _is_proof(item, scheme)}
        proof = _proof(nodes)
        owner: Any = auth if proof is None else proof.parameter.owner
        name = guard_info(auth).name or _name_of(owner)
        named = self._named(name, _described(_scheme_of(proof), owner))
        return [{named: []}], set() if proof is None else {proof}

    def _named(self, name: str, scheme: Schema) -> str:
        found, count = name, 2
        while self.schemes.setdefault(found, scheme) != scheme:
            found, count = f"{name}_{count}", count + 1
        return found


def _node_of(guard: Guard, plan: Plan) -> Node | None:
    return next((node for node in plan.parts.graph.order if node.function is guard), None)


def _below(node: Node | None) -> Iterator[Node]:
    if node is not None:
        yield node
        for other in node.dependencies:
            yield from _below(other)


def _inputs(nodes: list[Node]) -> list[Input]:
    return [edge.source for node in nodes for edge in node.edges if isinstance(edge.source, Input)]


def _proof(nodes: list[Node]) -> Input | None:
    """Return the input that proves who the client is: the header made for that, else the first that can."""
    items = [item for item in _inputs(nodes) if item.source in _ORDER and item.shape == "one"]
    items.sort(key=lambda item: (item.key.lower() != "authorization", _ORDER.index(item.source)))
    return items[0] if items else None


def _scheme_of(proof: Input | None) -> Schema:
    if proof is None or proof.key.lower() == "authorization":
        return {"type": "http", "scheme": "bearer"}
    return {"type": "apiKey", "in": proof.source, "name": proof.key}


def _is_proof(item: Input, scheme: Schema) -> bool:
    return scheme.get("type") == "apiKey" and (item.source, item.key) == (scheme.get("in"), scheme.get("name"))


def _described(scheme: Schema, function: Any) -> Schema:
    line = first_line(function)
    return {**scheme, "description": line} if line and "description" not in scheme else scheme


def _name_of(function: Any) -> str:
    return str(getattr(function, "__name__", type(function).__name__)).strip("_<>") or "auth"
