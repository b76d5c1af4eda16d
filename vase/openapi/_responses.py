"""What an operation answers: what its handler promised, the errors it declares, those that the framework adds."""

import collections.abc
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import PurePath
from types import UnionType
from typing import Any, Final, Literal, Union, get_args, get_origin

from vase import http
from vase.binding import Answer, Plan
from vase.di import EMPTY, DependencyError, read_signature, unwrap
from vase.http import FileBody, FileResponse, HTTPException, JSONResponse, RedirectResponse, Response, status
from vase.openapi._events import is_event_stream
from vase.openapi._inputs import body_inputs, can_refuse
from vase.openapi._policies import add_policy_headers, policy_statuses
from vase.openapi._schemas import Schema, Schemas
from vase.openapi._text import first_line
from vase.openapi._versions import add_versions
from vase.urls import Public, Route, guard_info

__all__ = ["responses", "webhook_responses"]

_STREAMS: Final = (
    collections.abc.AsyncIterator,
    collections.abc.AsyncIterable,
    collections.abc.AsyncGenerator,
    collections.abc.Iterator,
    collections.abc.Generator,
)
_ANY: Final = "*/*"

_FAULT: Final[Schema] = {
    "type": "object",
    "title": "ValidationFault",
    "description": "One fault of a request.",
    "properties": {
        "loc": {
            "type": "array",
            "items": {"anyOf": [{"type": "string"}, {"type": "integer"}]},
            "description": "Where, step by step.",
        },
        "path": {"type": "string", "description": "The same as text: `body.items[0].price`."},
        "pointer": {"type": "string", "description": "The JSON pointer to the value, for faults of a body."},
        "msg": {"type": "string", "description": "What is wrong."},
        "type": {"type": "string", "description": "What is wrong, for programs."},
    },
    "required": ["loc", "path", "msg", "type"],
}
_PROBLEM: Final[Schema] = {
    "type": "object",
    "title": "ProblemDetails",
    "description": "What went wrong, as RFC 9457 tells it.",
    "properties": {
        "type": {"type": "string", "format": "uri-reference", "description": "The kind of problem."},
        "title": {"type": "string", "description": "The kind of problem in words."},
        "status": {"type": "integer", "description": "The status of the answer."},
        "detail": {"type": "string", "description": "What happened this time."},
        "instance": {"type": "string", "format": "uri-reference", "description": "This one occurrence."},
        "request_id": {"type": "string", "description": "What the log calls the request."},
    },
    "required": ["type", "title", "status"],
}


def webhook_responses(plan: Plan, route: Route, schemas: Schemas) -> dict[str, Schema]:
    """Return the answers that are expected of others: what the handler promises, and what the route says."""
    found = _Responses(schemas)
    found.promised(plan)
    found.declared(route.errors)
    found.written(route.responses)
    return found.by_status


def responses(plan: Plan, route: Route, schemas: Schemas, *, has_path_parameters: bool) -> dict[str, Schema]:
    """Return the answers of an operation by their status."""
    found = _Responses(schemas)
    found.promised(plan)
    for code in _framework_errors(plan, has_path_parameters=has_path_parameters):
        found.problem(code)
    for code in policy_statuses(route):
        found.problem(code)
    if route.auth is not None and not isinstance(route.auth, Public):
        found.problem(401)
        found.problem(403)
        found.declared(guard_info(route.auth).errors)
    for node in plan.parts.graph.order:
        if isinstance(node.function, type):  # a class that is a dependency says what it may answer
            found.declared(getattr(node.function, "errors", ()))
    found.declared(route.errors)
    found.written(route.responses)
    add_policy_headers(route, found.by_status)
    add_versions(route, found.by_status)
    return {code: found.by_status[code] for code in sorted(found.by_status)}


@dataclass(slots=True)
class _Promise:
    """One member of what a handler promised: its status, its media type and, where there is one, its schema."""

    status: str
    media_type: str | None
    schema: Schema | None = None
    fields: Mapping[str, str] = field(default_factory=dict)


class _Responses:
    def __init__(self, schemas: Schemas) -> None:
        self.by_status: dict[str, Schema] = {}
        self._schemas = schemas

    def promised(self, plan: Plan) -> None:
        for promise in _promises(plan, self._schemas):
            made = self._at(promise.status)
            if promise.media_type is not None:
                content = made.setdefault("content", {})
                content.setdefault(promise.media_type, {} if promise.schema is None else {"schema": promise.schema})
            if promise.fields:
                told = {
                    name: {"schema": {"type": "string"}, "description": what} for name, what in promise.fields.items()
                }
                made["headers"] = told
            if promise.status == "307":
                made["headers"] = {"Location": {"schema": {"type": "string"}, "description": "Where to."}}

    def problem(self, code: int) -> None:
        """Add an error of the framework; the problem of a 422 lists the faults."""
        made = self._at(str(code))
        schema = self._faults() if code == 422 else self._problem()
        made.setdefault("content", {}).setdefault("application/problem+json", {"schema": schema})
        if code == 401:
            made["headers"] = {
                "WWW-Authenticate": {"schema": {"type": "string"}, "description": "How to say who you are."}
            }

    def declared(self, errors: Iterable[type[HTTPException]]) -> None:
        """Add exceptions that a route names: their words, and an example of each."""
        for kind in errors:
            code = kind.status_code
            self.problem(code)
            made = self.by_status[str(code)]
            if kind.__module__.partition(".")[0] != "vase":
                told = kind.title or first_line(kind) or status.phrase(code)
                before = made["description"]
                made["description"] = told if before == status.phrase(code) else f"{before}; {told}"
                example = {"type": kind.type, "title": kind.title or status.phrase(code), "status": code}
                content = made["content"]["application/problem+json"]
                content.setdefault("examples", {})[kind.__name__] = {"value": example}

    def written(self, more: Mapping[int, Any]) -> None:
        """Add what a route says itself: a sentence, a type, or a Response Object with `model`."""
        for code, said in more.items():
            made = self._at(str(code))
            if isinstance(said, str):
                made["description"] = said
            elif isinstance(said, Mapping):
                parts = dict(said)
                model = parts.pop("model", None)
                made.update(parts)
                if model is not None:
                    self._modelled(made, model)
            elif isinstance(said, type) and issubclass(said, HTTPException):
                self.declared([said])
            elif said is not None:
                self._modelled(made, said)

    def _modelled(self, made: Schema, model: Any) -> None:
        schema = self._schemas.want(model, "serialization")
        made.setdefault("content", {})["application/json"] = {"schema": schema}

    def _at(self, code: str) -> Schema:
        known = status.phrase(int(code)) if code.isdigit() else "What the handler answers"
        return self.by_status.setdefault(code, {"description": known})

    def _problem(self) -> Schema:
        return self._schemas.own("ProblemDetails", _PROBLEM)

    def _faults(self) -> Schema:
        fault = self._schemas.own("ValidationFault", _FAULT)
        errors = {"type": "array", "items": fault, "description": "Every fault of the request."}
        properties = {**_PROBLEM["properties"], "errors": errors}
        described = {"title": "ValidationProblem", "description": "What does not fit, all of it."}
        return self._schemas.own("ValidationProblem", {**_PROBLEM, **described, "properties": properties})


def _framework_errors(plan: Plan, *, has_path_parameters: bool) -> Iterator[int]:
    bodies = body_inputs(plan)
    if bodies:
        yield from (400, 413)
        if any(item.shape not in {"bytes", "request"} for item in bodies):
            yield 415
    if has_path_parameters:
        yield 404
    if can_refuse(plan):
        yield 422


def _promises(plan: Plan, schemas: Schemas) -> Iterator[_Promise]:
    answer = plan.answer
    annotation = answer.annotation if answer.annotation is not EMPTY else _streamed(plan)
    usual = "200" if answer.status_code is None else str(answer.status_code)
    json: list[Any] = []
    members = list(_members(annotation))
    for member in members:
        promise = _plain_promise(member, answer, usual)
        if promise is None:
            json.append(member)
        else:
            yield from promise
    if json:
        whole = len(json) == len([member for member in members if member not in (None, type(None))])
        schema = _json_schema(json, answer, schemas, is_whole=whole)
        yield _Promise(usual, "application/json", schema, _fields_of(json))


def _fields_of(members: list[Any]) -> dict[str, str]:
    """Return the header fields that values bring along, and what they say."""
    return {name: what for member in members for name, what in getattr(member, "response_fields", {}).items()}


def _plain_promise(member: Any, answer: Answer, usual: str) -> list[_Promise] | None:
    """Return what a member stands for when it is no JSON."""
    if member is EMPTY or member in (Any, object):
        return [_Promise("2XX" if answer.status_code is None else usual, _ANY)]
    if member in (None, type(None)):
        return [_Promise("204" if answer.status_code is None else usual, None)]
    if get_origin(member) is Literal:
        values = list(get_args(member))
        is_text = all(type(value) is str for value in values)
        return [_Promise(usual, "text/plain", {"type": "string", "enum": values})] if is_text else None
    if is_event_stream(member):
        return [_Promise(usual, "text/event-stream", {"type": "string"})]
    if get_origin(member) in _STREAMS or member in _STREAMS:
        return [_Promise(usual, "application/octet-stream")]
    return _class_promise(member, answer, usual) if isinstance(member, type) else None


def _class_promise(kind: type[Any], answer: Answer, usual: str) -> list[_Promise] | None:
    if issubclass(kind, PurePath | FileBody | FileResponse):
        return [_Promise(code, None if code == "304" else _ANY) for code in ("200", "206", "304", "404", "416")]
    if issubclass(kind, Response):
        return [_response_promise(kind, answer, usual)]
    if kind is str:
        return [_Promise(usual, "text/plain", {"type": "string"})]
    return [_Promise(usual, "application/octet-stream")] if kind is bytes else None


def _response_promise(kind: type[Response], answer: Answer, usual: str) -> _Promise:
    if issubclass(kind, RedirectResponse):
        return _Promise("307" if answer.status_code is None else usual, None)
    events = getattr(http, "EventSourceResponse", None)
    if events is not None and issubclass(kind, events):
        return _Promise(usual, "text/event-stream", {"type": "string"})
    if kind.content_type is None:
        # It says its status itself, so that nothing is known of it.
        return _Promise("2XX" if answer.status_code is None else usual, _ANY)
    media_type = kind.content_type.partition(";")[0]
    return _Promise(usual, media_type, None if issubclass(kind, JSONResponse) else {"type": "string"})


def _json_schema(members: list[Any], answer: Answer, schemas: Schemas, *, is_whole: bool) -> Schema:
    if is_whole and answer.adapter is not None and len(list(_members(answer.kind))) == len(members):
        return schemas.want(answer.kind, "serialization", answer.adapter)
    if len(members) == 1:
        kind = list[get_args(members[0])[0]] if get_origin(members[0]) is collections.abc.Iterable else members[0]  # type: ignore[misc]  # made at runtime
        return schemas.want(kind, "serialization")
    return {"anyOf": [schemas.want(member, "serialization") for member in members]}


def _members(annotation: Any) -> Iterator[Any]:
    kind = unwrap(annotation)[0]
    if get_origin(kind) in {Union, UnionType}:
        for part in get_args(kind):
            yield from _members(part)
    else:
        # What `Annotated` says of a single type belongs to its schema.
        yield annotation if kind is not EMPTY and _is_json(kind) else kind


def _is_json(kind: Any) -> bool:
    return not (isinstance(kind, type) and issubclass(kind, Response | str | bytes | PurePath | FileBody))


def _streamed(plan: Plan) -> Any:
    """Return what a generator promised: binding takes it for a stream, whatever it promised."""
    try:
        return read_signature(plan.handler).returns
    except DependencyError:
        return EMPTY
