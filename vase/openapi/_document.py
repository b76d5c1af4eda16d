"""The whole document: paths, webhooks, components. Start reading here."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Final

from vase.binding import Plan
from vase.openapi._inputs import parameters, request_body, sort_parameters
from vase.openapi._names import operation_ids
from vase.openapi._responses import responses, webhook_responses
from vase.openapi._schemas import Schema, Schemas
from vase.openapi._security import Security
from vase.openapi._text import summary_and_description
from vase.types import JSON
from vase.urls import CompiledRoute, LiteralSegment

__all__ = ["Info", "PlannedRoute", "build_document"]

_METHODS: Final = frozenset({"GET", "PUT", "POST", "DELETE", "OPTIONS", "HEAD", "PATCH", "TRACE"})


@dataclass(frozen=True, slots=True, kw_only=True)
class Info:
    """What the document says about itself.

    Args:
        title: The name of the API.
        version: The version of the API.
        description: What it is for, in Markdown.
        servers: The URLs under which it is served.
    """

    title: str
    version: str
    description: str | None = None
    servers: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class PlannedRoute:
    """A route with the plan of its handler."""

    route: CompiledRoute
    plan: Plan


def build_document(
    routes: Sequence[PlannedRoute],
    *,
    info: Info,
    webhooks: Sequence[PlannedRoute] = (),
    apps: Sequence[str] = (),
) -> dict[str, JSON]:
    """Return the OpenAPI document of an application.

    Args:
        routes: The routes in the order in which they are tried.
        info: What the document says about itself.
        webhooks: What the application sends to others: the path is the name of the webhook.
        apps: The modules of installed apps; a route without tags is told under the app of its handler.
    """
    return _Builder(info, apps).build(routes, webhooks)


class _Builder:
    def __init__(self, info: Info, apps: Sequence[str]) -> None:
        self._info = info
        self._apps = apps
        self._security = Security()
        self._tags: dict[str, None] = {}
        self._schemas = Schemas()

    def build(self, routes: Sequence[PlannedRoute], webhooks: Sequence[PlannedRoute]) -> dict[str, JSON]:
        shown = [planned for planned in routes if planned.route.route.include_in_schema]
        options = [planned.plan.answer.options for planned in shown]
        leaves_out = any(one.exclude_unset or one.exclude_defaults or one.exclude_none for one in options)
        self._schemas = Schemas(leaves_out=leaves_out)
        answered, sent = _operations(shown), _operations(webhooks)
        names = operation_ids([(planned.route, method) for planned, method in (*answered, *sent)])
        paths = self._paths(list(zip(answered, names[: len(answered)], strict=True)))
        told = self._paths(list(zip(sent, names[len(answered) :], strict=True)), is_sent=True)
        hooks = {_hook_name(path): item for path, item in told.items()}
        schemas = self._schemas.finish()
        for item in (*paths.values(), *hooks.values()):
            for operation in item.values():
                _tidy(operation)
        return self._document(paths, hooks, schemas)

    def _document(self, paths: Schema, webhooks: Schema, schemas: Schema) -> dict[str, JSON]:
        info: Schema = {"title": self._info.title, "version": self._info.version}
        if self._info.description:
            info["description"] = self._info.description
        document: Schema = {"openapi": "3.1.0", "info": info}
        if self._info.servers:
            document["servers"] = [{"url": url} for url in self._info.servers]
        document["paths"] = paths
        if webhooks:
            document["webhooks"] = webhooks
        components: Schema = {}
        used = _reachable([paths, webhooks], schemas)
        if used:
            components["schemas"] = {name: schemas[name] for name in sorted(used)}
        if self._security.schemes:
            components["securitySchemes"] = dict(sorted(self._security.schemes.items()))
        if components:
            document["components"] = components
        if self._tags:
            document["tags"] = [{"name": name} for name in self._tags]
        return document

    def _paths(self, named: Sequence[tuple[tuple[PlannedRoute, str], str]], *, is_sent: bool = False) -> Schema:
        paths: Schema = {}
        first: dict[tuple[str, ...], list[str]] = {}
        for (planned, method), name in named:
            route = planned.route
            # Two templates that differ in the names of their parameters alone are one path (section 4.8.8.1).
            shape = tuple(
                segment.text if isinstance(segment, LiteralSegment) else "\0" for segment in route.pattern.segments
            )
            keys = first.setdefault(shape, list(route.parameters))
            path = _path(route, keys)
            item = paths.setdefault(path, {})
            if method.lower() not in item:
                renamed = dict(zip(route.parameters, keys, strict=True))
                item[method.lower()] = self._operation(planned, name, renamed, is_sent=is_sent)
        return paths

    def _operation(self, planned: PlannedRoute, name: str, keys: dict[str, str], *, is_sent: bool) -> Schema:
        compiled, plan = planned.route, planned.plan
        route = compiled.route
        summary, description = summary_and_description(route.handler)
        tags = list(route.tags) or self._app_of(route.handler)
        self._tags |= dict.fromkeys(tags)
        security, proof = self._security.of(route.auth, plan)
        taken = parameters(plan, compiled, self._schemas, proof)
        operation: Schema = {
            "operationId": name,
            "tags": tags,
            "summary": route.summary or summary,
            "description": route.description or description,
            "deprecated": bool(route.deprecated),
            "parameters": taken,
            "requestBody": request_body(plan, self._schemas),
            "responses": webhook_responses(plan, route, self._schemas)
            if is_sent
            else responses(plan, route, self._schemas, has_path_parameters=bool(keys)),
            "security": security,
        }
        for one in taken:
            if one["in"] == "path":
                one["name"] = keys[one["name"]]
        return operation

    def _app_of(self, handler: Any) -> list[str]:
        module = f"{getattr(handler, '__module__', '')}."
        return [app.rpartition(".")[2] for app in self._apps if module.startswith(f"{app}.")][:1]


def _operations(routes: Sequence[PlannedRoute]) -> list[tuple[PlannedRoute, str]]:
    return [(planned, method) for planned in routes for method in planned.route.route.methods if method in _METHODS]


def _path(route: CompiledRoute, keys: Sequence[str]) -> str:
    names = iter(keys)
    return "".join(
        segment.text if isinstance(segment, LiteralSegment) else f"{{{next(names)}}}"
        for segment in route.pattern.segments
    )


def _hook_name(path: str) -> str:
    return path.strip("/") or "webhook"


def _tidy(operation: Schema) -> None:
    """Drop what was not said; `security: []` is something said."""
    sort_parameters(operation["parameters"])
    for word in list(operation):
        if operation[word] in (None, False) or (operation[word] == [] and word != "security"):
            del operation[word]


def _reachable(roots: Sequence[Any], schemas: Schema) -> set[str]:
    """Return the components that something refers to: a model whose fields became parameters is none."""
    found: set[str] = set()
    pending: list[Any] = list(roots)
    while pending:
        value = pending.pop()
        if isinstance(value, dict):
            name = str(value.get("$ref", "")).rpartition("/")[2]
            if name in schemas and name not in found:
                found.add(name)
                pending.append(schemas[name])
            # A discriminator refers to its schemas by a mapping.
            mapping = value.get("mapping") if isinstance(value.get("mapping"), dict) else {}
            pending += [{"$ref": item} for item in mapping.values()] if mapping else []
            pending += value.values()
        elif isinstance(value, list | tuple):
            pending += value
    return found
