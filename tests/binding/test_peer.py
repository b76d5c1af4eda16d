"""The same signatures in FastAPI: every outcome is the same, or the difference is listed with its reason.

`python -m tests.binding.test_peer` prints every difference with both outcomes.
"""

import asyncio
import json
import tomllib
from functools import cache
from pathlib import Path
from typing import Any
from urllib.parse import unquote

import fastapi
import starlette.datastructures

import vase
from tests.binding._site import Site
from tests.binding.peer_cases import Handler, Sent, handlers

FILE = Path(__file__).with_name("peer_differences.toml")


def function_of(handler: Handler, markers: Any) -> Any:
    """Return the handler as one framework's users write it."""

    async def function(value: Any) -> Any:
        return {"got": repr(shown(value))}

    function.__annotations__ = handler.annotate(lambda name: getattr(markers, name))
    function.__defaults__ = None if handler.default is ... else (handler.default,)
    return function


def shown(value: Any) -> Any:
    """Return a value that both frameworks have; an upload, as what its users ask of it."""
    if isinstance(value, list):
        return [shown(item) for item in value]
    if isinstance(value, vase.UploadFile | starlette.datastructures.UploadFile):
        return [value.filename, value.size, value.content_type, value.file.read()]
    return value


def ours(handler: Handler) -> dict[str, Any]:
    """Return the outcome of each request in Vase."""
    function = function_of(handler, vase)
    with Site(function, handler.route, (handler.method,)) as site:
        found = {}
        for what, sent in handler.sent.items():
            reply = site.send(sent.target, body=sent.body, headers=sent.headers)
            found[what] = outcome(reply.status, reply.body, "errors")
        return found


def theirs(handler: Handler) -> dict[str, Any]:
    """Return the outcome of each request in FastAPI."""
    app = fastapi.FastAPI()
    app.add_api_route(handler.route, function_of(handler, fastapi), methods=[handler.method])
    return {what: asyncio.run(asgi(app, handler.method, sent)) for what, sent in handler.sent.items()}


async def asgi(app: Any, method: str, sent: Sent) -> Any:
    path, _, query = sent.target.partition("?")
    headers = [("host", "testserver"), ("content-length", str(len(sent.body))), *sent.headers]
    scope = {
        "type": "http",
        "asgi": {"version": "3.0"},
        "http_version": "1.1",
        "method": method,
        "path": unquote(path),
        "raw_path": path.encode(),
        "query_string": query.encode(),
        "headers": [(name.lower().encode(), value.encode()) for name, value in headers],
    }
    answered: dict[str, Any] = {"body": b""}

    async def receive() -> dict[str, Any]:
        return {"type": "http.request", "body": sent.body, "more_body": False}

    async def send(message: dict[str, Any]) -> None:
        if message["type"] == "http.response.start":
            answered["status"] = message["status"]
        else:
            answered["body"] += message.get("body", b"")

    try:
        await app(scope, receive, send)
    except ValueError:  # a fault that cannot be written as JSON; a server answers 500
        return 500
    return outcome(answered["status"], answered["body"], "detail")


def outcome(status: int, body: bytes, key: str) -> Any:
    """Return what the handler got; or every fault as place and type; or the status."""
    content: Any = json.loads(body) if body else None
    if status == 200:
        return content["got"]
    if status == 422:
        faults = content[key]
        return sorted((".".join(map(str, fault["loc"])), fault["type"]) for fault in faults)
    return status


def renamed(handler: Handler, found: Any) -> Any:
    """Return an outcome of FastAPI with the one word that differs everywhere: a form's faults are of `form` here."""
    if not (handler.marker == "Form" or handler.is_file) or not isinstance(found, list):
        return found
    return [(f"form{place.removeprefix('body')}", kind) for place, kind in found]


@cache
def compared() -> dict[str, tuple[Any, Any]]:
    """Return both outcomes of every row, by the name of the row."""
    found = {}
    for handler in handlers():
        here, there = ours(handler), theirs(handler)
        for what in handler.sent:
            name = f"{handler.name}: {what}"
            assert name not in found, name
            found[name] = here[what], renamed(handler, there[what])
    return found


def differing() -> dict[str, tuple[Any, Any]]:
    return {name: pair for name, pair in compared().items() if pair[0] != pair[1]}


def listed() -> dict[str, str]:
    """Return the reason of each listed difference."""
    found: dict[str, str] = {}
    for group in tomllib.loads(FILE.read_text(encoding="utf-8"))["difference"]:
        for row in group["rows"]:
            assert row not in found, f"listed twice: {row}"
            found[row] = group["reason"]
    return found


def test_the_table_is_broad():
    """Hundreds of rows, of which more than a third are refused."""
    rows = compared()
    assert len(rows) >= 600
    assert sum(not isinstance(here, str) for here, _ in rows.values()) > len(rows) / 3


def test_no_difference_is_unlisted():
    """Whoever comes from FastAPI finds the same outcome, or the difference in the list."""
    unlisted = {name: pair for name, pair in differing().items() if name not in listed()}
    assert not unlisted


def test_no_listed_difference_is_gone():
    """The list says what is true: a row that no longer differs, or no longer exists, leaves it."""
    assert sorted(set(listed()) - set(differing())) == []


if __name__ == "__main__":
    for row, (here, there) in differing().items():
        print(f"{row}\n    here:  {here}\n    there: {there}")
    print(f"{len(differing())} of {len(compared())} rows differ")
