"""A client in TypeScript: one file, on `fetch` alone, that compiles under `tsc --strict`."""

import json
import re
from collections.abc import Iterator, Mapping
from typing import Any, Final

from vase.openapi._client_model import Argument, ClientOperation, Result, component_names, is_object, operations_of
from vase.openapi._names import snake_case

__all__ = ["typescript_client"]

_TAKEN: Final = frozenset(
    {"ApiError", "Client", "ClientOptions", "Response", "Request", "Headers", "Blob", "Date", "Error", "FormData",
     "Promise", "Record", "Array", "Object", "String", "Number", "Boolean", "Symbol", "URLSearchParams"}
)  # fmt: skip
_RESERVED: Final = frozenset({"constructor", "request", "delete"})
_SIMPLE: Final = {"string": "string", "integer": "number", "number": "number", "boolean": "boolean", "null": "null"}

_HEAD: Final = """// The client of {title} {version}, written by `manage.py client ts`; changes here are lost.
/* eslint-disable */

"""
_RUNTIME: Final = """
/** Says where the server is and what every request carries. */
export interface ClientOptions {
  /** Stands before every path; empty for the site that the page came from. */
  baseUrl?: string;
  /** Header fields of every request. */
  headers?: Record<string, string>;
  /** Stands in for `fetch`. */
  fetch?: (url: string, init: RequestInit) => Promise<Response>;
}

/** An answer that is no success; `problem` is what the server tells about it (RFC 9457). */
export class ApiError extends Error {
  constructor(
    readonly status: number,
    readonly problem: unknown,
    readonly response: Response,
  ) {
    super(`the server answered ${status}`);
    this.name = "ApiError";
  }
}

interface Call {
  method: string;
  path: string;
  query?: Record<string, unknown>;
  headers?: Record<string, unknown>;
  body?: { type: string; value: BodyInit | undefined };
}

function formOf(values: Record<string, unknown>, form: FormData | URLSearchParams): FormData | URLSearchParams {
  for (const [name, value] of Object.entries(values)) {
    for (const one of Array.isArray(value) ? value : [value]) {
      if (!isGiven(one)) continue;
      if (form instanceof FormData && one instanceof Blob) form.append(name, one);
      else form.append(name, String(one));
    }
  }
  return form;
}

function isGiven(value: unknown): boolean {
  return value !== undefined && value !== null;
}

function queryOf(values: Record<string, unknown>): string {
  const query = new URLSearchParams();
  for (const [name, value] of Object.entries(values)) {
    for (const one of Array.isArray(value) ? value : [value]) {
      if (isGiven(one)) query.append(name, String(one));
    }
  }
  const text = query.toString();
  return text === "" ? "" : `?${text}`;
}
"""
_CLASS: Final = """
export class Client {
  constructor(private readonly options: ClientOptions = {}) {}
"""
_SEND: Final = """
  private async request(call: Call, init: RequestInit): Promise<Response> {
    const headers = new Headers(this.options.headers);
    for (const [name, value] of Object.entries(call.headers ?? {})) {
      if (isGiven(value)) headers.set(name, String(value));
    }
    // The type of a form has words of its own, which `fetch` adds.
    if (call.body?.value !== undefined && call.body.type !== "") headers.set("content-type", call.body.type);
    new Headers(init.headers).forEach((value, name) => headers.set(name, value));
    const url = (this.options.baseUrl ?? "") + call.path + queryOf(call.query ?? {});
    const send = this.options.fetch ?? ((target: string, given: RequestInit) => fetch(target, given));
    const response = await send(url, { ...init, method: call.method, headers, body: call.body?.value });
    if (response.ok) return response;
    let problem: unknown = null;
    try {
      problem = await response.clone().json();
    } catch {
      // Not every answer on the way is one of the server's.
    }
    throw new ApiError(response.status, problem, response);
  }
}
"""


def typescript_client(document: Mapping[str, Any]) -> str:
    """Return the text of the client of a document."""
    return "".join(_Writer(document).parts())


class _Writer:
    def __init__(self, document: Mapping[str, Any]) -> None:
        self._document = document
        self._names = component_names(document, _TAKEN)

    def parts(self) -> Iterator[str]:
        info = self._document["info"]
        yield _HEAD.format(title=_line(info["title"]), version=_line(info["version"]))
        for component, name in self._names.items():
            yield self._declaration(name, self._document["components"]["schemas"][component])
        yield _RUNTIME.lstrip("\n")
        yield _CLASS
        for operation in operations_of(self._document):
            yield self._method(operation)
        yield _SEND

    def _declaration(self, name: str, schema: Any) -> str:
        comment = _comment(schema.get("description") if isinstance(schema, dict) else None)
        if is_object(schema) and not schema.get("additionalProperties"):
            return f"{comment}export interface {name} {self._members(schema, '')}\n\n"
        return f"{comment}export type {name} = {self.type_of(schema)};\n\n"

    def _members(self, schema: Mapping[str, Any], indent: str) -> str:
        required = schema.get("required", ())
        lines = []
        for name, member in schema["properties"].items():
            comment = _comment(member.get("description") if isinstance(member, dict) else None, f"{indent}  ")
            mark = "" if name in required else "?"
            lines.append(f"{comment}{indent}  {_key(name)}{mark}: {self.type_of(member, f'{indent}  ')};\n")
        return "{\n" + "".join(lines) + f"{indent}}}"

    def type_of(self, schema: Any, indent: str = "") -> str:
        """Return the type of a schema."""
        if not isinstance(schema, dict) or not schema:
            return "unknown"
        if "$ref" in schema:
            return self._names.get(schema["$ref"].rpartition("/")[2], "unknown")
        if "const" in schema or "enum" in schema:
            values = [schema["const"]] if "const" in schema else schema["enum"]
            return " | ".join(json.dumps(value, ensure_ascii=False) for value in values)
        return self._joined(schema, indent) or self._plain_type(schema, indent)

    def _joined(self, schema: Mapping[str, Any], indent: str) -> str | None:
        kind = schema.get("type")
        if isinstance(kind, list):
            return " | ".join(self.type_of({**schema, "type": one}, indent) for one in kind)
        for word, sign in (("anyOf", " | "), ("oneOf", " | "), ("allOf", " & ")):
            if word in schema:
                parts = dict.fromkeys(self.type_of(part, indent) for part in schema[word])
                return sign.join(f"({part})" if sign == " & " and "|" in part else part for part in parts)
        return None

    def _plain_type(self, schema: Mapping[str, Any], indent: str) -> str:
        kind = schema.get("type")
        if kind == "array":
            return self._array(schema, indent)
        if kind == "object" or "properties" in schema:
            return self._object(schema, indent)
        return _SIMPLE.get(str(kind), "unknown")

    def _array(self, schema: Mapping[str, Any], indent: str) -> str:
        if "prefixItems" in schema:
            parts = [self.type_of(part, indent) for part in schema["prefixItems"]]
            rest = schema.get("items")
            return f"[{', '.join([*parts, *([f'...({self.type_of(rest, indent)})[]'] if rest else [])])}]"
        inner = self.type_of(schema.get("items", True), indent)
        return f"({inner})[]" if re.search(r"[|&]", inner) else f"{inner}[]"

    def _object(self, schema: Mapping[str, Any], indent: str) -> str:
        more = schema.get("additionalProperties")
        if not schema.get("properties"):
            return f"Record<string, {self.type_of(more, indent) if isinstance(more, dict) else 'unknown'}>"
        members = self._members(schema, indent)
        return f"{members} & Record<string, unknown>" if more else members

    def _method(self, operation: ClientOperation) -> str:
        keys = _argument_keys(operation)
        lines = [operation.summary or "", *(["@deprecated"] if operation.is_deprecated else [])]
        comment = _comment("\n".join(filter(None, lines)) or None, "  ")
        name = _camel(operation.name)
        name = f"{name}_" if name in _RESERVED else name
        members = [
            f"{_key(key)}{'' if argument.is_required else '?'}: {self._argument_type(argument)}"
            for key, argument in keys.items()
        ]
        default = "" if any(argument.is_required for argument in keys.values()) else " = {}"
        taken = f"args: {{ {'; '.join(members)} }}{default}, " if members else ""
        result = self._result_type(operation.result)
        call = ", ".join(_call(operation, keys))
        send = f"this.request({{ {call} }}, init)"
        head = f"\n{comment}  async {name}({taken}init: RequestInit = {{}}): Promise<{result}> {{\n"
        return head + "".join(f"    {line}\n" for line in _body(operation.result, result, send)) + "  }\n"

    def _argument_type(self, argument: Argument) -> str:
        if argument.is_file:
            return "Blob[]" if argument.is_list else "Blob"
        if argument.place == "body" and not argument.media_type.endswith("json"):
            return "BodyInit"
        return self.type_of(argument.schema, "  ")

    def _result_type(self, result: Result) -> str:
        kinds = {"text": "string", "bytes": "Blob", "stream": "Response", "response": "Response", "none": "void"}
        found = self.type_of(result.schema, "  ") if result.kind == "json" else kinds[result.kind]
        return f"{found} | undefined" if result.may_be_empty else found


def _body(result: Result, kind: str, send: str) -> Iterator[str]:
    if result.kind == "none":
        yield f"await {send};"
        return
    if result.kind in {"stream", "response"}:
        yield f"return {send};"
        return
    yield f"const response = await {send};"
    if result.may_be_empty:
        yield "if (response.status === 204) return undefined;"
    if result.kind == "json":
        yield f"return (await response.json()) as {kind};"
    else:
        yield f"return response.{'text' if result.kind == 'text' else 'blob'}();"


def _call(operation: ClientOperation, keys: Mapping[str, Argument]) -> Iterator[str]:
    yield f'method: "{operation.method}"'
    read = {argument.name: _read(key) for key, argument in keys.items() if argument.place == "path"}
    # Of a text of the document nothing may end the template that it stands in.
    pieces = re.split(r"(\{[^}]+\})", operation.path)
    path = "".join(
        f"${{encodeURIComponent(String({read[piece[1:-1]]}))}}" if piece[1:-1] in read else _in_template(piece)
        for piece in pieces
    )
    yield f"path: `{path}`"
    for place, word in (("query", "query"), ("header", "headers")):
        values = [f"{_key(one.name)}: {_read(key)}" for key, one in keys.items() if one.place == place]
        if values:
            yield f"{word}: {{ {', '.join(values)} }}"
    fields = {key: argument for key, argument in keys.items() if argument.place == "form"}
    if fields:
        made = "FormData" if "multipart/form-data" in {one.media_type for one in fields.values()} else "URLSearchParams"
        written = ", ".join(f"{_key(one.name)}: {_read(key)}" for key, one in fields.items())
        yield f'body: {{ type: "", value: formOf({{ {written} }}, new {made}()) }}'
    for key, argument in keys.items():
        if argument.place == "body":
            value = f"JSON.stringify({_read(key)})" if argument.media_type.endswith("json") else _read(key)
            if argument.media_type.endswith("json") and not argument.is_required:
                value = f"{_read(key)} === undefined ? undefined : {value}"
            yield f"body: {{ type: {json.dumps(argument.media_type)}, value: {value} }}"


def _argument_keys(operation: ClientOperation) -> dict[str, Argument]:
    """Return the arguments by the names that a caller writes; browsers keep cookies themselves."""
    found: dict[str, Argument] = {}
    for argument in operation.arguments:
        if argument.place != "cookie":
            key = argument.name if argument.name not in found else f"{argument.place}_{argument.name}"
            found[key] = argument
    return found


def _camel(name: str) -> str:
    first, *rest = snake_case(name).split("_")
    found = first + "".join(word.capitalize() for word in rest)
    return found if not found[:1].isdigit() else f"_{found}"


def _key(name: str) -> str:
    return name if re.fullmatch(r"[A-Za-z_$][A-Za-z0-9_$]*", name) else json.dumps(name, ensure_ascii=False)


def _read(key: str) -> str:
    return f"args.{key}" if _key(key) == key else f"args[{json.dumps(key, ensure_ascii=False)}]"


def _in_template(text: str) -> str:
    return text.replace("\\", "\\\\").replace("`", "\\`").replace("$", "\\$")


def _line(text: str) -> str:
    return " ".join(text.split())


def _comment(text: str | None, indent: str = "") -> str:
    if not text:
        return ""
    lines = text.replace("*/", "*\\/").splitlines()
    if len(lines) == 1:
        return f"{indent}/** {lines[0]} */\n"
    inside = "".join(f"{f'{indent} * {line}'.rstrip()}\n" for line in lines)
    return f"{indent}/**\n{inside}{indent} */\n"
