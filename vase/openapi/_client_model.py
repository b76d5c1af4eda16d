"""A document as the writers of clients see it: operations with arguments and results, schemas with names."""

import re
from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Final, Literal

from vase.openapi._forms import form_properties, form_required, is_file, is_list

__all__ = ["Argument", "ClientOperation", "Result", "component_names", "is_object", "operations_of"]

_FORMS: Final = frozenset({"application/x-www-form-urlencoded", "multipart/form-data"})
_METHODS: Final = ("get", "put", "post", "delete", "options", "head", "patch", "trace")

type ResultKind = Literal["json", "text", "bytes", "stream", "response", "none"]
"""How an answer is read: a document, a text, its bytes, piece by piece, not at all because its type is not known."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Argument:
    """One argument of an operation.

    Args:
        name: Its name on the wire.
        place: `path`, `query`, `header`, `cookie`, `body`, or `form` for a field of one.
        schema: Its type.
        is_required: Whether a call must give it.
        description: What it is.
        media_type: For the body and fields of a form: the type that it is sent as.
        is_file: Whether it is a file of a form.
        is_list: Whether it is several of them.
    """

    name: str
    place: str
    schema: Any
    is_required: bool
    description: str | None = None
    media_type: str = ""
    is_file: bool = False
    is_list: bool = False


@dataclass(frozen=True, slots=True)
class Result:
    """What a successful call gives."""

    kind: ResultKind
    schema: Any = None
    may_be_empty: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class ClientOperation:
    """One operation of the document."""

    name: str
    method: str
    path: str
    summary: str | None
    is_deprecated: bool
    arguments: tuple[Argument, ...]
    result: Result


def operations_of(document: Mapping[str, Any]) -> Iterator[ClientOperation]:
    """Yield the operations of a document in its order."""
    components = document.get("components", {}).get("schemas", {})
    for path, item in document.get("paths", {}).items():
        for method in _METHODS:
            if method in item:
                yield _operation(path, method, item[method], components)


def component_names(document: Mapping[str, Any], taken: Collection[str] = ()) -> dict[str, str]:
    """Return the name of a type for each component: an identifier, and none twice.

    Args:
        document: The document.
        taken: Names that the file uses for something else.
    """
    found: dict[str, str] = {}
    used = set(taken)
    for component in document.get("components", {}).get("schemas", {}):
        words = [word for word in re.split(r"[^A-Za-z0-9]+", component) if word]
        name = "".join(word[0].upper() + word[1:] for word in words) or "Model"
        name = name if not name[0].isdigit() else f"Model{name}"
        free, count = name, 2
        while free in used:
            free, count = f"{name}{count}", count + 1
        used.add(free)
        found[component] = free
    return found


def is_object(schema: Any) -> bool:
    """Return whether a schema is an object with members of known names."""
    return isinstance(schema, dict) and schema.get("type", "object") == "object" and bool(schema.get("properties"))


def _operation(path: str, method: str, operation: Mapping[str, Any], components: Mapping[str, Any]) -> ClientOperation:
    arguments = [
        Argument(
            name=one["name"],
            place=one["in"],
            schema=one.get("schema", True),
            is_required=bool(one.get("required")),
            description=one.get("description"),
        )
        for one in operation.get("parameters", ())
    ]
    body = operation.get("requestBody")
    if body is not None:
        arguments += _body_arguments(body, components)
    return ClientOperation(
        name=operation["operationId"],
        method=method.upper(),
        path=path,
        summary=operation.get("summary"),
        is_deprecated=bool(operation.get("deprecated")),
        arguments=tuple(arguments),
        result=_result(operation["responses"]),
    )


def _body_arguments(body: Mapping[str, Any], components: Mapping[str, Any]) -> list[Argument]:
    media_type, content = _preferred(body["content"])
    schema = content.get("schema", {"type": "string", "format": "binary"})
    if media_type not in _FORMS:
        is_required = bool(body.get("required"))
        return [Argument(name="body", place="body", schema=schema, is_required=is_required, media_type=media_type)]
    required = form_required(schema, components)
    return [
        Argument(
            name=name,
            place="form",
            schema=field,
            is_required=name in required,
            media_type=media_type,
            is_file=is_file(field),
            is_list=is_list(field),
        )
        for name, field in form_properties(schema, components).items()
    ]


def _result(responses: Mapping[str, Any]) -> Result:
    good = [response for code, response in responses.items() if code.startswith("2") and code != "206"]
    contents = [response["content"] for response in good if response.get("content")]
    if not contents:
        return Result("none")
    media_type, content = _preferred(contents[0])
    may_be_empty = len(contents) < len(good)
    # Several versions of one media type have one schema.
    kinds = {name.partition(";")[0] for name in contents[0]}
    if len(kinds) > 1 or len(contents) > 1 or media_type == "*/*":
        return Result("response")
    if _is_json(media_type):
        return Result("json", content.get("schema", True), may_be_empty)
    if media_type == "text/event-stream":
        return Result("stream")
    return Result("text" if media_type.startswith("text/") else "bytes", may_be_empty=may_be_empty)


def _preferred(content: Mapping[str, Any]) -> tuple[str, Mapping[str, Any]]:
    media_type = next(filter(_is_json, content), next(iter(content)))
    return media_type, content[media_type]


def _is_json(media_type: str) -> bool:
    bare = media_type.partition(";")[0].strip()
    return bare == "application/json" or bare.endswith("+json")
