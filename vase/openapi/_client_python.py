"""A client in Python: one file, on httpx2 and Pydantic, typed throughout, for synchronous and asynchronous code."""

import json
import keyword
import re
from collections.abc import Iterator, Mapping
from typing import Any, Final

from vase.openapi._client_model import Argument, ClientOperation, Result, component_names, is_object, operations_of
from vase.openapi._names import snake_case

__all__ = ["python_client"]

_TAKEN: Final = frozenset(
    {"Any", "ApiError", "AsyncClient", "BaseModel", "Client", "ConfigDict", "Field", "Literal", "Mapping",
     "File", "TypeAdapter"}
)  # fmt: skip
_SIMPLE: Final = {"string": "str", "integer": "int", "number": "float", "boolean": "bool", "null": "None"}
_FORMATS: Final = {
    "date-time": "datetime.datetime",
    "date": "datetime.date",
    "time": "datetime.time",
    "duration": "datetime.timedelta",
    "uuid": "uuid.UUID",
}
# Names that a model of Pydantic uses itself, and what a method of a client may not hide.
_HELD: Final = frozenset(
    {"copy", "dict", "json", "schema", "validate", "construct", "parse_obj", "parse_raw", "parse_file", "from_orm",
     "schema_json", "update_forward_refs", "self", "body", "datetime", "uuid", "close", "aclose",
     "list", "str", "int", "bool", "float", "bytes", "tuple", "object"}
)  # fmt: skip

_HEAD: Final = '''"""The client of {title} {version}, written by `manage.py client py`; changes here are lost."""

# ruff: noqa

from __future__ import annotations

import datetime
import uuid
from collections.abc import Mapping
from types import TracebackType
from typing import Any, Literal, Self
from urllib.parse import quote

import httpx2
from pydantic import BaseModel, ConfigDict, Field, TypeAdapter

__all__ = [{names}]

_ = datetime, uuid, Literal, Field  # which of them the models need depends on the API

type File = bytes | tuple[str, bytes] | tuple[str, bytes, str]
"""The content of a file; or its name and content; or its name, content and type."""


class ApiError(Exception):
    """An answer that is no success; `problem` is what the server tells about it (RFC 9457)."""

    def __init__(self, response: httpx2.Response, problem: Any) -> None:
        super().__init__(f"the server answered {{response.status_code}}")
        self.response = response
        self.status_code = response.status_code
        self.problem = problem


'''
_RUNTIME: Final = """
def _text(value: Any) -> str:
    if isinstance(value, bool):
        return "true" if value else "false"
    return value.isoformat() if hasattr(value, "isoformat") else str(value)


def _segment(value: Any, *, whole: bool = True) -> str:
    return quote(_text(value), safe="" if whole else "/")


def _query(values: Mapping[str, Any]) -> list[tuple[str, str | int | float | bool | None]]:
    return [*_given(values)]


def _given(values: Mapping[str, Any]) -> list[tuple[str, str]]:
    found: list[tuple[str, str]] = []
    for name, value in values.items():
        items = value if isinstance(value, (list, tuple, set, frozenset)) else [value]
        found += [(name, _text(item)) for item in items if item is not None]
    return found


def _checked(response: httpx2.Response) -> httpx2.Response:
    if not response.is_error:
        return response
    try:
        problem = response.json()
    except ValueError:
        problem = None
    raise ApiError(response, problem)


class _Requests:
    def _request(
        self,
        client: httpx2.Client | httpx2.AsyncClient,
        method: str,
        path: str,
        *,
        query: Mapping[str, Any] | None = None,
        headers: Mapping[str, Any] | None = None,
        cookies: Mapping[str, Any] | None = None,
        content: bytes | None = None,
        media_type: str | None = None,
        form: Mapping[str, Any] | None = None,
        files: Mapping[str, Any] | None = None,
    ) -> httpx2.Request:
        fields = _given(headers or {})
        sent = _given(cookies or {})
        if sent:
            fields.append(("cookie", "; ".join(f"{name}={value}" for name, value in sent)))
        if content is not None and media_type is not None:
            fields.append(("content-type", media_type))
        data: dict[str, list[str]] = {}
        for name, text in _given(form or {}):
            data.setdefault(name, []).append(text)
        parts = [
            (name, one)
            for name, value in (files or {}).items()
            for one in (value if isinstance(value, list) else [value])
            if one is not None
        ]
        return client.build_request(
            method,
            path,
            params=_query(query or {}),
            headers=fields,
            content=content,
            data=data or None,
            files=parts or None,
        )

"""
_CLASS: Final = '''
class {name}(_Requests):
    """Calls the API{how}.

    Args:
        base_url: Where the server is.
        **options: More for `httpx2.{name}`: headers, timeout, transport and others.
    """

    def __init__(self, base_url: str, **options: Any) -> None:
        self._client = httpx2.{name}(base_url=base_url, **options)

    {prefix}def {enter}(self) -> Self:
        return self

    {prefix}def {exit}(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        {wait}self.{close}()

    {prefix}def {close}(self) -> None:
        """Close the connections."""
        {wait}self._client.{close}()

    {prefix}def _send(self, request: httpx2.Request, *, stream: bool = False) -> httpx2.Response:
        response = {wait}self._client.send(request, stream=stream)
        if stream and response.is_error:
            {wait}response.{read}()
        return _checked(response)
'''
_SYNC: Final = {
    "name": "Client", "how": "", "prefix": "", "enter": "__enter__", "exit": "__exit__", "wait": "",
    "close": "close", "read": "read",
}  # fmt: skip
_ASYNC: Final = {
    "name": "AsyncClient", "how": ", without blocking", "prefix": "async ", "enter": "__aenter__",
    "exit": "__aexit__", "wait": "await ", "close": "aclose", "read": "aread",
}  # fmt: skip


def python_client(document: Mapping[str, Any]) -> str:
    """Return the text of the client of a document."""
    return "".join(_Writer(document).parts())


class _Writer:
    def __init__(self, document: Mapping[str, Any]) -> None:
        self._document = document
        self._names = component_names(document, _TAKEN)
        self._used = {*_TAKEN, *self._names.values()}
        self._models: list[str] = []
        self._adapters: dict[str, str] = {}

    def parts(self) -> Iterator[str]:
        operations = list(operations_of(self._document))
        for component, name in self._names.items():
            self._declare(name, self._document["components"]["schemas"][component])
        methods = {form["name"]: [self._method(one, form) for one in operations] for form in (_SYNC, _ASYNC)}
        info = self._document["info"]
        names = sorted({"ApiError", "AsyncClient", "Client", *self._names.values()})
        listed = ", ".join(f'"{name}"' for name in names)
        title, version = _plain(info["title"]), _plain(info["version"])
        yield _HEAD.format(title=title, version=version, names=listed)
        yield "\n\n".join(self._models) + "\n" if self._models else ""
        for kind, name in self._adapters.items():
            yield f"\n{name}: TypeAdapter[{kind}] = TypeAdapter({kind})"
        yield "\n" if self._adapters else ""
        yield f"\n{_RUNTIME}"
        for form in (_SYNC, _ASYNC):
            yield _CLASS.format(**form)
            yield from methods[form["name"]]
            yield "\n"

    def _declare(self, name: str, schema: Any) -> None:
        place = len(self._models)
        if is_object(schema):
            self._models.insert(place, self._model(name, schema))
        else:
            self._models.insert(place, f"type {name} = {self.type_of(schema, name)}\n")

    def _model(self, name: str, schema: Mapping[str, Any]) -> str:
        extra = ', extra="allow"' if schema.get("additionalProperties") not in (None, False) else ""
        lines = [f"class {name}(BaseModel):"]
        if schema.get("description"):
            lines += [f'    """{_docstring(schema["description"])}"""', ""]
        lines += [f"    model_config = ConfigDict(populate_by_name=True, protected_namespaces=(){extra})", ""]
        required = schema.get("required", ())
        taken: set[str] = set()
        for key, member in schema["properties"].items():
            attribute = _free(_identifier(key), taken)
            taken.add(attribute)
            kind = self.type_of(member, f"{name}{_pascal(key)}")
            alias = f"alias={json.dumps(key, ensure_ascii=False)}" if attribute != key else ""
            if key in required:
                lines.append(f"    {attribute}: {kind}" + (f" = Field({alias})" if alias else ""))
            else:
                kind = kind if _takes_none(kind) else f"{kind} | None"
                lines.append(f"    {attribute}: {kind} = " + (f"Field(None, {alias})" if alias else "None"))
        return "\n".join(lines) + "\n"

    def type_of(self, schema: Any, name: str) -> str:
        """Return the type of a schema; an object inside of another becomes a class of that name."""
        if not isinstance(schema, dict) or not schema:
            return "Any"
        if "$ref" in schema:
            return self._names.get(schema["$ref"].rpartition("/")[2], "Any")
        if "const" in schema or "enum" in schema:
            return _literal([schema["const"]] if "const" in schema else schema["enum"])
        parts = _alternatives(schema)
        if parts:
            kinds = dict.fromkeys(self.type_of(part, f"{name}{number}") for number, part in enumerate(parts))
            return "Any" if "Any" in kinds else " | ".join(sorted(kinds, key=lambda kind: kind == "None"))
        return self._plain_type(schema, name)

    def _plain_type(self, schema: Mapping[str, Any], name: str) -> str:
        if "allOf" in schema:
            return self.type_of(schema["allOf"][0], name) if len(schema["allOf"]) == 1 else "Any"
        kind = schema.get("type")
        if kind == "array":
            return self._array(schema, name)
        if kind == "object" or "properties" in schema:
            return self._object(schema, name)
        return _FORMATS.get(str(schema.get("format")), "str") if kind == "string" else _SIMPLE.get(str(kind), "Any")

    def _array(self, schema: Mapping[str, Any], name: str) -> str:
        if "prefixItems" in schema and not schema.get("items"):
            parts = [self.type_of(part, f"{name}{number}") for number, part in enumerate(schema["prefixItems"])]
            return f"tuple[{', '.join(parts)}]"
        inner = self.type_of(schema.get("items", True), f"{name}Item")
        return f"set[{inner}]" if schema.get("uniqueItems") and inner in {"str", "int"} else f"list[{inner}]"

    def _object(self, schema: Mapping[str, Any], name: str) -> str:
        if not schema.get("properties"):
            more = schema.get("additionalProperties")
            return f"dict[str, {self.type_of(more, f'{name}Value') if isinstance(more, dict) else 'Any'}]"
        free, count = name, 2
        while free in self._used:
            free, count = f"{name}{count}", count + 1
        self._used.add(free)
        self._models.append(self._model(free, schema))
        return free

    def _method(self, operation: ClientOperation, form: Mapping[str, str]) -> str:
        name = _identifier(operation.name)
        keys = _argument_keys(operation)
        pascal = _pascal(name)
        kinds = {key: self._argument_type(one, f"{pascal}{_pascal(key)}") for key, one in keys.items()}
        required = [f"{key}: {kinds[key]}" for key, one in keys.items() if one.is_required]
        optional = [
            f"{key}: {kinds[key]}{'' if _takes_none(kinds[key]) else ' | None'} = None"
            for key, one in keys.items()
            if not one.is_required
        ]
        taken = ", ".join(["self", *(["*", *required, *optional] if keys else [])])
        result = self._result_type(operation.result, pascal)
        lines = [f"\n    {form['prefix']}def {name}({taken}) -> {result}:"]
        words = [operation.summary or f"{operation.method} {operation.path}"]
        lines.append(f'        """{_docstring(words[0])}.{" Deprecated." if operation.is_deprecated else ""}"""')
        lines.append(f"        request = self._request(self._client, {', '.join(self._call(operation, keys, kinds))})")
        stream = ", stream=True" if operation.result.kind == "stream" else ""
        send = f"{form['wait']}self._send(request{stream})"
        lines += [f"        {line}" for line in self._reading(operation.result, result, send)]
        return "\n".join(lines) + "\n"

    def _argument_type(self, argument: Argument, name: str) -> str:
        if argument.is_file:
            return "list[File]" if argument.is_list else "File"
        if argument.place == "body" and not argument.media_type.endswith("json"):
            return "bytes"
        return self.type_of(argument.schema, name)

    def _result_type(self, result: Result, name: str) -> str:
        kinds = {"text": "str", "bytes": "bytes", "stream": "httpx2.Response", "response": "httpx2.Response"}
        if result.kind == "none":
            return "None"
        found = kinds.get(result.kind)
        if found is None:
            found = self._known(f"{name}Result", result.schema)
        return f"{found} | None" if result.may_be_empty and not _takes_none(found) else found

    def _known(self, name: str, schema: Any) -> str:
        # Both clients ask for the same types: a class is written once.
        key = f"{name}\0{json.dumps(schema, sort_keys=True)}"
        known: dict[str, str] = self.__dict__.setdefault("_inline", {})
        if key not in known:
            known[key] = self.type_of(schema, name)
        return known[key]

    def _call(
        self, operation: ClientOperation, keys: Mapping[str, Argument], kinds: Mapping[str, str]
    ) -> Iterator[str]:
        yield f'"{operation.method}"'
        read = {one.name: key for key, one in keys.items() if one.place == "path"}
        pieces = re.split(r"(\{[^}]+\})", operation.path)
        path = "".join(
            f"{{_segment({read[piece[1:-1]]})}}" if piece[1:-1] in read else piece.replace("{", "{{").replace("}", "}}")
            for piece in pieces
        )
        quoted = json.dumps(path, ensure_ascii=False)
        yield f"f{quoted}" if read else quoted
        for place, word in (("query", "query"), ("header", "headers"), ("cookie", "cookies")):
            values = [f"{json.dumps(one.name)}: {key}" for key, one in keys.items() if one.place == place]
            if values:
                yield f"{word}={{{', '.join(values)}}}"
        for word, is_file in (("form", False), ("files", True)):
            values = [
                f"{json.dumps(one.name)}: {key}"
                for key, one in keys.items()
                if one.place == "form" and one.is_file is is_file
            ]
            if values:
                yield f"{word}={{{', '.join(values)}}}"
        for key, one in keys.items():
            if one.place == "body":
                yield f"content={self._dumped(key, one, kinds[key])}"
                yield f'media_type="{one.media_type}"'

    def _dumped(self, key: str, argument: Argument, kind: str) -> str:
        if not argument.media_type.endswith("json"):
            return key
        dumped = f"{self._adapter(kind)}.dump_json({key}, by_alias=True, exclude_unset=True)"
        return dumped if argument.is_required else f"None if {key} is None else {dumped}"

    def _adapter(self, kind: str) -> str:
        return self._adapters.setdefault(kind, f"_adapter_{len(self._adapters)}")

    def _reading(self, result: Result, kind: str, send: str) -> Iterator[str]:
        if result.kind == "none":
            yield send
            return
        if result.kind in {"stream", "response"}:
            yield f"return {send}"
            return
        yield f"response = {send}"
        if result.may_be_empty:
            yield "if not response.content:"
            yield "    return None"
            kind = kind.removesuffix(" | None")
        if result.kind == "json":
            yield f"return {self._adapter(kind)}.validate_json(response.content)"
        else:
            yield f"return response.{'text' if result.kind == 'text' else 'content'}"


def _alternatives(schema: Mapping[str, Any]) -> list[Any]:
    """Return the schemas of which one must fit, where there are several."""
    kind = schema.get("type")
    if isinstance(kind, list):
        return [{**schema, "type": one} for one in kind]
    return [part for word in ("anyOf", "oneOf") for part in schema.get(word, ())]


def _argument_keys(operation: ClientOperation) -> dict[str, Argument]:
    found: dict[str, Argument] = {}
    for argument in operation.arguments:
        key = "body" if argument.place == "body" else _identifier(argument.name)
        key = key if key not in found else f"{argument.place}_{key}"
        found[key] = argument
    return found


def _identifier(name: str) -> str:
    found = snake_case(name) or "value"
    found = f"_{found}" if found[0].isdigit() else found
    is_held = keyword.iskeyword(found) or keyword.issoftkeyword(found) or found in _HELD or found.startswith("model_")
    found = f"{found}_" if is_held else found
    return f"n{found}" if found.startswith("_") else found


def _free(name: str, taken: set[str]) -> str:
    while name in taken:
        name += "_"
    return name


def _pascal(name: str) -> str:
    return "".join(word.capitalize() for word in snake_case(name).split("_"))


def _literal(values: list[Any]) -> str:
    # `Literal` takes no floats; what else JSON has is written as Python writes it.
    if any(isinstance(value, float | list | dict) for value in values):
        return "Any"
    return f"Literal[{', '.join(repr(value) for value in values)}]"


def _takes_none(kind: str) -> bool:
    return kind in {"Any", "None"} or kind.endswith("| None")


def _plain(text: str) -> str:
    return " ".join(text.split()).replace("\\", "\\\\").replace('"', "'")


def _docstring(text: str) -> str:
    return _plain(text).removesuffix(".")
