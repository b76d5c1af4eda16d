"""The document of what goes on: AsyncAPI 3, sockets and server-sent events, from the plans that serve them.

A path is a channel; what clients send on it the application receives, what it sends is another operation. Each member
of a union of messages is a message of its own. Start reading at `build_async_document`.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Final
from urllib.parse import urlsplit

from vase.binding import Plan
from vase.openapi._async_messages import Direction, Messages
from vase.openapi._async_words import draft_7, reachable, security_scheme
from vase.openapi._document import Info, PlannedRoute
from vase.openapi._events import event_data
from vase.openapi._inputs import parameters
from vase.openapi._names import operation_ids
from vase.openapi._schemas import Schema, Schemas
from vase.openapi._security import Security
from vase.openapi._text import summary_and_description
from vase.types import JSON
from vase.urls import CompiledRoute, LiteralSegment

__all__ = ["PlannedSocket", "build_async_document"]

_SOCKETS: Final = {"http": "ws", "https": "wss", "": "ws"}
_VERSIONS: Final = {"ws": "0.1.0", "http": "0.3.0"}


@dataclass(frozen=True, slots=True)
class PlannedSocket:
    """A route of a socket with the plan of its handler.

    Args:
        route: The route.
        plan: The plan of the handshake.
        incoming: The type of what clients send.
        outgoing: The type of what the handler sends.
    """

    route: CompiledRoute
    plan: Plan
    incoming: Any
    outgoing: Any


def build_async_document(
    sockets: Sequence[PlannedSocket], routes: Sequence[PlannedRoute], *, info: Info, apps: Sequence[str] = ()
) -> dict[str, JSON]:
    """Return the AsyncAPI document of an application.

    Args:
        sockets: The sockets.
        routes: The other routes; those that answer with server-sent events are told.
        info: What the document says about itself.
        apps: The modules of installed apps; a route without tags is told under the app of its handler.
    """
    return _Builder(info, apps).build(sockets, routes)


@dataclass(slots=True)
class _Channel:
    """One path, before the types of its messages are known."""

    name: str
    protocol: str
    route: CompiledRoute
    plan: Plan
    directions: list[Direction]
    taken: list[Schema]
    security: list[dict[str, list[str]]]
    method: str = "GET"


class _Builder:
    def __init__(self, info: Info, apps: Sequence[str]) -> None:
        self._info = info
        self._apps = apps
        self._security = Security()
        self._schemas = Schemas()
        self._messages = Messages(self._schemas)

    def build(self, sockets: Sequence[PlannedSocket], routes: Sequence[PlannedRoute]) -> dict[str, JSON]:
        channels = self._channels(
            [one for one in sockets if one.route.route.include_in_schema],
            [one for one in routes if one.route.route.include_in_schema],
        )
        schemas = {name: draft_7(schema) for name, schema in self._schemas.finish().items()}
        self._messages.finish()
        servers = self._servers()
        told = {channel.name: self._channel(channel, servers) for channel in channels}
        operations = {name: one for channel in channels for name, one in self._operations(channel).items()}
        document: Schema = {"asyncapi": "3.0.0", "info": self._head()}
        if servers:
            document["servers"] = servers
        components: Schema = {}
        if self._messages.components:
            components["messages"] = dict(sorted(self._messages.components.items()))
        used = reachable([told, components], schemas)
        if used:
            components["schemas"] = {name: schemas[name] for name in sorted(used)}
        if self._security.schemes:
            schemes = sorted(self._security.schemes.items())
            components["securitySchemes"] = {name: security_scheme(scheme) for name, scheme in schemes}
        document |= {"channels": told, "operations": operations}
        return {**document, "components": components} if components else document

    def _head(self) -> Schema:
        described = {"description": self._info.description} if self._info.description else {}
        return {"title": self._info.title, "version": self._info.version, **described}

    def _servers(self) -> Schema:
        """Return each server twice: as the one of sockets and as the one of streams."""
        found: Schema = {}
        for number, url in enumerate(self._info.servers, 1):
            parts = urlsplit(url)
            pathname = {"pathname": parts.path} if parts.path.strip("/") else {}
            for protocol in (_SOCKETS.get(parts.scheme, "wss"), parts.scheme or "http"):
                name = protocol if number == 1 else f"{protocol}-{number}"
                found[name] = {"host": parts.netloc or "localhost", **pathname, "protocol": protocol}
        return found

    def _channels(self, sockets: Sequence[PlannedSocket], routes: Sequence[PlannedRoute]) -> list[_Channel]:
        streams = [(one, data) for one in routes if (data := event_data(one.plan)) is not None]
        operations = [(one.route, "WEBSOCKET") for one in sockets]
        operations += [(one.route, one.route.route.methods[0]) for one, _ in streams]
        names = operation_ids(operations)
        channels = []
        for name, socket in zip(names, sockets, strict=False):
            heard = self._messages.of_socket("receive", socket.incoming)
            said = self._messages.of_socket("send", socket.outgoing)
            channels.append(self._planned(name, "ws", socket.route, socket.plan, [heard, said]))
        for name, (stream, data) in zip(names[len(sockets) :], streams, strict=True):
            sent = self._messages.of_events(data)
            channels.append(self._planned(name, "http", stream.route, stream.plan, [sent]))
        return channels

    def _planned(
        self, name: str, protocol: str, route: CompiledRoute, plan: Plan, directions: list[Direction]
    ) -> _Channel:
        security, proof = self._security.of(route.route.auth, plan)
        taken = parameters(plan, route, self._schemas, proof)
        method = "GET" if protocol == "ws" else route.route.methods[0]
        used = [direction for direction in directions if direction.messages]
        return _Channel(name, protocol, route, plan, used, taken, security or [], method)

    def _channel(self, channel: _Channel, servers: Schema) -> Schema:
        route = channel.route.route
        summary, description = summary_and_description(route.handler)
        names = [name for direction in channel.directions for name in self._messages.names(direction)]
        made: Schema = {
            "address": _address(channel.route),
            "summary": route.summary or summary,
            "description": route.description or description,
            "tags": [{"name": tag} for tag in route.tags or self._app_of(route.handler)],
            "parameters": {one["name"]: _parameter(one) for one in channel.taken if one["in"] == "path"},
            "messages": {name: {"$ref": f"#/components/messages/{name}"} for name in dict.fromkeys(names)},
            "servers": [
                {"$ref": f"#/servers/{name}"}
                for name, server in servers.items()
                if server["protocol"].startswith(channel.protocol)
            ],
        }
        if channel.protocol == "ws":
            made["bindings"] = {"ws": _binding(channel, "query", "headers")}
        return {word: said for word, said in made.items() if said}

    def _operations(self, channel: _Channel) -> Schema:
        found: Schema = {}
        for direction in channel.directions:
            at = f"#/channels/{channel.name}"
            made: Schema = {"action": direction.action, "channel": {"$ref": at}}
            if channel.security:
                made["security"] = [
                    {"$ref": f"#/components/securitySchemes/{name}"} for one in channel.security for name in one
                ]
            if channel.protocol == "http":
                made["bindings"] = {"http": _binding(channel, "query")}
            made["messages"] = [{"$ref": f"{at}/messages/{name}"} for name in self._messages.names(direction)]
            found[f"{direction.action}_{channel.name}"] = made
        return found

    def _app_of(self, handler: Any) -> list[str]:
        module = f"{getattr(handler, '__module__', '')}."
        return [app.rpartition(".")[2] for app in self._apps if module.startswith(f"{app}.")][:1]


def _address(route: CompiledRoute) -> str:
    return "".join(
        segment.text if isinstance(segment, LiteralSegment) else f"{{{segment.name}}}"
        for segment in route.pattern.segments
    )


def _parameter(taken: Schema) -> Schema:
    """Return a parameter of a path; here it is a text, and all that can be said is which texts there are."""
    schema = taken["schema"]
    made: Schema = {"description": taken["description"]} if "description" in taken else {}
    if isinstance(schema.get("enum"), list):
        made["enum"] = [str(value) for value in schema["enum"]]
    return made


def _binding(channel: _Channel, *places: str) -> Schema:
    """Return how the protocol begins: its method, and what it takes besides the path, as objects."""
    made: Schema = {"method": channel.method}
    for place in places:
        taken = [one for one in channel.taken if one["in"] == place.removesuffix("s")]
        if taken:
            properties = {one["name"]: draft_7(_described(one)) for one in taken}
            required = [one["name"] for one in taken if one["required"]]
            made[place] = {"type": "object", "properties": properties, **({"required": required} if required else {})}
    return {**made, "bindingVersion": _VERSIONS[channel.protocol]}


def _described(taken: Schema) -> Schema:
    return {**taken["schema"], **({"description": taken["description"]} if "description" in taken else {})}
