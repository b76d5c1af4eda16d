"""The table that is put to two frameworks: types, places and values, each row one request to one handler."""

import datetime as dt
import decimal
import ipaddress
import json
import uuid
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from typing import Annotated, Any, Literal
from urllib.parse import quote, quote_plus

from pydantic import Field

from tests.binding import _kinds as k

UUID = "7e9c2a0e-3d1c-4a0c-8b0e-5d7d6a5d3b1a"

# What is written in an URL, a header or a form: the same texts in every place.
TEXTS: dict[str, tuple[Any, tuple[str, ...]]] = {
    "int": (int, ("7", "-7", "1.0", "1.5", "x", "", " 7 ", "9" * 30, "1_000", "+5", "0x1")),
    "float": (float, ("1.5", "2", "1e3", "nan", "inf", "1,5", "", "x")),
    "bool": (bool, ("true", "1", "off", "ON", "maybe", "2", "")),
    "str": (str, ("a", "a b", "é€", "")),
    "bytes": (bytes, ("ab",)),
    "decimal": (decimal.Decimal, ("1.10", "-3", "1e2", "x", "NaN")),
    "uuid": (uuid.UUID, (UUID, UUID.replace("-", ""), "12")),
    "date": (dt.date, ("2026-11-21", "2026-13-21", "1700000000", "soon")),
    "datetime": (dt.datetime, ("2026-11-21T10:00:00", "2026-11-21T10:00:00Z", "2026-11-21", "soon")),
    "time": (dt.time, ("10:30", "25:00")),
    "timedelta": (dt.timedelta, ("PT90S", "90", "soon")),
    "ip": (ipaddress.IPv4Address, ("127.0.0.1", "1.2.3")),
    "enum": (k.Color, ("red", "RED", "")),
    "int enum": (k.Level, ("2", "3", "x")),
    "literal": (Literal["a", "b"], ("a", "c")),
    "int literal": (Literal[1, 2], ("1", "3")),
    "int or none": (int | None, ("7", "x", "null")),
    "int or str": (int | str, ("7", "x")),
    "date or int": (dt.date | int, ("2026-11-21", "7", "x")),
    "constrained int": (Annotated[int, Field(ge=1, le=9)], ("1", "0", "10", "x")),
    "constrained str": (Annotated[str, Field(min_length=2, pattern="^a")], ("ab", "a", "bb")),
    "validated": (k.Even, ("4", "3")),
}

# Several values of one name; not for paths.
MANY: dict[str, tuple[Any, tuple[tuple[str, ...], ...]]] = {
    "list of int": (list[int], (("1", "2"), ("1", "x"), ())),
    "list of str": (list[str], (("a", ""), ("a,b",), ())),
    "set of int": (set[int], (("1", "1"), ("x", "y"))),
    "tuple": (tuple[int, str], (("1", "b"), ("1",), ("x", "b"))),
    "list of enum": (list[k.Color], (("red", "blue"), ("red", "green"))),
    "list or none": (list[int] | None, (("1",), ())),
    "short list": (Annotated[list[int], Field(max_length=2)], (("1",), ("1", "2", "3"))),
}

# Groups of fields.
GROUPS: dict[str, tuple[Any, tuple[tuple[tuple[str, str], ...], ...]]] = {
    "model": (
        k.Filters,
        (
            (),
            (("page", "2"), ("tags", "a"), ("tags", "b"), ("sort", "price"), ("by", "me")),
            (("page", "0"), ("sort", "x")),
            (("page", ""),),
            (("unknown", "1"),),
        ),
    ),
    "strict model": (k.Strict, ((("name", "a"),), (("name", "a"), ("more", "1")), ())),
}

DOCUMENTS: dict[str, tuple[Any, tuple[Any, ...]]] = {
    "int": (int, (7, -7, 1.0, 1.5, "7", "x", True, None, 10**30)),
    "float": (float, (1.5, 2, "1.5", "x", None, True)),
    "bool": (bool, (True, 1, 0, "yes", "maybe", 2, None)),
    "str": (str, ("a", "", 7, None, ["a"])),
    "decimal": (decimal.Decimal, ("1.10", 1.5, 3, "x")),
    "uuid": (uuid.UUID, (UUID, "12", 5)),
    "date": (dt.date, ("2026-11-21", "2026-13-21", 0, "x")),
    "datetime": (dt.datetime, ("2026-11-21T10:00:00Z", 0, "x")),
    "enum": (k.Color, ("red", "RED", 1)),
    "int enum": (k.Level, (1, "1", 3)),
    "literal": (Literal["a", 1], ("a", 1, "1", "b")),
    "union": (int | str, (7, "7", 1.5, None)),
    "optional": (int | None, (7, None, "x")),
    "constrained": (Annotated[int, Field(ge=1)], (1, 0)),
    "list": (list[int], ([1, "2"], [1, "x", "y"], {}, "1", [])),
    "dict": (dict[str, int], ({"a": 1}, {"a": "x"}, [])),
    "any": (Any, ({"a": [1]}, None)),
    "model": (
        k.Item,
        ({"name": "a"}, {"name": "a", "price": -1}, {"price": "x", "tags": [{}, {"label": 1}]}, [], None, "x", {}),
    ),
    "models": (list[k.Item], ([{"name": "a"}, {"name": "b", "price": 2}], [{"name": "a"}, {}, []])),
    "dataclass": (k.Point, ({"x": 1}, {"y": 1}, {"x": "1", "y": "z"}, [])),
    "typed dict": (k.Person, ({"name": "a"}, {"name": "a", "age": "x"}, {})),
    "tagged union": (k.Pet, ({"kind": "cat", "lives": 9}, {"kind": "cat"}, {"kind": "cow"}, {})),
    "strict model": (k.Strict, ({"name": "a"}, {"name": "a", "more": 1})),
    "model or none": (k.Item | None, ({"name": "a"}, None, [])),
}


@dataclass(frozen=True, slots=True)
class Sent:
    """A request, ready for either framework."""

    target: str = "/"
    headers: tuple[tuple[str, str], ...] = ()
    body: bytes = b""


@dataclass(frozen=True)
class Handler:
    """A handler with one parameter, `value`, and the requests that are sent to it.

    Args:
        name: Place and type.
        annotation: The annotation.
        marker: The name of the marker, or None for none.
        default: The default; left out, the parameter is required.
        options: What the marker is told.
        sent: The requests by what is in them.
        is_file: Whether the annotation is a function of the framework's `UploadFile`.
    """

    name: str
    annotation: Any
    marker: str | None
    sent: dict[str, Sent]
    default: Any = ...
    options: dict[str, Any] = field(default_factory=dict)
    route: str = "/"
    method: str = "GET"
    is_file: bool = False

    def annotate(self, names: Callable[[str], Any]) -> dict[str, Any]:
        """Return the annotations of the handler in the words of one framework."""
        annotation = self.annotation(names("UploadFile")) if self.is_file else self.annotation
        if self.marker is None:
            return {"value": annotation}
        return {"value": Annotated[annotation, names(self.marker)(**self.options)]}


def query(*pairs: tuple[str, str]) -> Sent:
    return Sent("/?" + "&".join(f"{quote_plus(name)}={quote_plus(value)}" for name, value in pairs))


def header(*pairs: tuple[str, str]) -> Sent:
    return Sent(headers=pairs)


def cookie(*pairs: tuple[str, str]) -> Sent:
    return Sent(headers=(("cookie", "; ".join(f"{name}={value}" for name, value in pairs)),) if pairs else ())


def form(*pairs: tuple[str, str]) -> Sent:
    kind = ("content-type", "application/x-www-form-urlencoded")
    return Sent(headers=(kind,), body=query(*pairs).target[2:].encode())


def multipart(*pairs: tuple[str, str]) -> Sent:
    part = '--B\r\nContent-Disposition: form-data; name="{}"\r\n\r\n{}\r\n'
    body = "".join(part.format(name, value) for name, value in pairs) + "--B--\r\n"
    return Sent(headers=(("content-type", "multipart/form-data; boundary=B"),), body=body.encode())


def files(*parts: tuple[str, str, bytes]) -> Sent:
    body = b""
    for name, filename, content in parts:
        head = f'--B\r\nContent-Disposition: form-data; name="{name}"; filename="{filename}"\r\n'
        body += head.encode() + b"Content-Type: text/plain\r\n\r\n" + content + b"\r\n"
    return Sent(headers=(("content-type", "multipart/form-data; boundary=B"),), body=body + b"--B--\r\n")


def document(value: Any) -> Sent:
    return Sent(headers=(("content-type", "application/json"),), body=json.dumps(value).encode())


PLACES: dict[str, tuple[Callable[..., Sent], str, str]] = {
    "query": (query, "Query", "GET"),
    "header": (header, "Header", "GET"),
    "cookie": (cookie, "Cookie", "GET"),
    "form": (form, "Form", "POST"),
    "multipart": (multipart, "Form", "POST"),
}


def handlers() -> Iterator[Handler]:
    """Yield every handler with its requests."""
    for place, (send, marker, method) in PLACES.items():
        for name, (annotation, texts) in TEXTS.items():
            fitting = [text for text in texts if _can_hold(place, text)]
            sent = {repr(text): send(("value", text)) for text in fitting} | {"missing": send()}
            yield Handler(f"{place} {name}", annotation, marker, sent, method=method)
        for name, (annotation, rows) in MANY.items():
            if place != "cookie":
                sent = {repr(row): send(*(("value", text) for text in row)) for row in rows}
                yield Handler(f"{place} {name}", annotation, marker, sent, method=method)
        for name, (annotation, groups) in GROUPS.items():
            if place in {"query", "form", "multipart"}:
                sent = {repr(row): send(*row) for row in groups}
                yield Handler(f"{place} {name}", annotation, marker, sent, method=method)
        for default in (5, None):
            sent = {"missing": send(), "'x'": send(("value", "x")), "''": send(("value", ""))}
            sent = {what: request for what, request in sent.items() if what != "''" or _can_hold(place, "")}
            yield Handler(f"{place} default {default}", int | None, marker, sent, default, method=method)
        sent = {"alias": send(("other", "1")), "name": send(("value", "1"))}
        yield Handler(f"{place} alias", int, marker, sent, options={"alias": "other"}, method=method)
    for name, (annotation, texts) in TEXTS.items():
        sent = {repr(text): Sent("/" + quote(text, safe="")) for text in texts if text}
        yield Handler(f"path {name}", annotation, None, sent, route="/{value}")
    yield from _bare()
    yield from _documents()
    yield from _files()


def _bare() -> Iterator[Handler]:
    """Parameters that say nothing of their place."""
    yield Handler("bare int", int, None, {"7": query(("value", "7")), "missing": query()})
    yield Handler("bare default", int, None, {"7": query(("value", "7")), "missing": query()}, default=3)
    yield Handler("bare model", k.Item, None, {"good": document({"name": "a"}), "bad": document({})}, method="POST")
    yield Handler("bare list", list[int], None, {"good": document([1]), "bad": document(["x"])}, method="POST")
    yield Handler("bare dict", dict[str, int], None, {"good": document({"a": 1}), "bad": document([])}, method="POST")
    yield Handler("bare dataclass", k.Point, None, {"good": document({"x": 1}), "bad": document({})}, method="POST")
    yield Handler("bare typed dict", k.Person, None, {"good": document({"name": "a"})}, method="POST")


def _documents() -> Iterator[Handler]:
    for name, (annotation, values) in DOCUMENTS.items():
        sent = {json.dumps(value): document(value) for value in values} | {"nothing": Sent()}
        yield Handler(f"body {name}", annotation, "Body", sent, method="POST")
        sent = {json.dumps(value): document({"value": value}) for value in values} | {"absent": document({})}
        yield Handler(f"embedded {name}", annotation, "Body", sent, options={"embed": True}, method="POST")
    json_type = (("content-type", "application/json"),)
    sent = {
        "cut": Sent(headers=json_type, body=b'{"name": '),
        "not UTF-8": Sent(headers=json_type, body=b'{"name": "\xff"}'),
        "NaN": Sent(headers=json_type, body=b'{"name": "a", "price": NaN}'),
        "plain text": Sent(headers=(("content-type", "text/plain"),), body=b'{"name": "a"}'),
        "no type": Sent(body=b'{"name": "a"}'),
        "vendor type": Sent(headers=(("content-type", "application/vnd.api+json"),), body=b'{"name": "a"}'),
        "form": form(("name", "a")),
        "empty with a type": Sent(headers=json_type),
    }
    yield Handler("body broken", k.Item, "Body", sent, method="POST")
    sent = {
        "JSON": document({"value": "a"}),
        "plain text": Sent(headers=(("content-type", "text/plain"),), body=b"value=a"),
        "no type": Sent(body=b"value=a"),
        "nothing": Sent(),
        "cut": Sent(headers=(("content-type", "multipart/form-data; boundary=B"),), body=b"--B\r\n"),
        "no boundary": Sent(headers=(("content-type", "multipart/form-data"),), body=b"--B--\r\n"),
        "not UTF-8": Sent(headers=(("content-type", "application/x-www-form-urlencoded"),), body=b"value=%ff"),
    }
    yield Handler("form broken", str, "Form", sent, method="POST")


def _files() -> Iterator[Handler]:
    one = files(("value", "a.txt", b"abc"))
    sent = {
        "one": one,
        "two": files(("value", "a.txt", b"abc"), ("value", "b.txt", b"de")),
        "text": multipart(("value", "abc")),
        "urlencoded": form(("value", "abc")),
        "left empty": files(("value", "", b"")),
        "no bytes": files(("value", "a.txt", b"")),
        "folders": files(("value", "../../a.txt", b"abc")),
        "other field": files(("other", "a.txt", b"abc")),
        "missing": multipart(),
        "nothing": Sent(),
    }
    kinds: dict[str, tuple[Callable[[Any], Any], str | None, Any]] = {
        "bare": (lambda upload: upload, None, ...),
        "marked": (lambda upload: upload, "File", ...),
        "optional": (lambda upload: upload | None, None, None),
        "list": (list.__class_getitem__, None, ...),
        "bytes": (lambda _: bytes, "File", ...),
        "bytes or none": (lambda _: bytes | None, "File", None),
        "list of bytes": (lambda _: list[bytes], "File", ...),
    }
    for name, (annotation, marker, default) in kinds.items():
        yield Handler(f"file {name}", annotation, marker, sent, default, method="POST", is_file=True)


def _can_hold(place: str, text: str) -> bool:
    if place in {"header", "cookie"}:  # ASCII, and no space at either end
        return text.isascii() and text == text.strip() and (bool(text) or place == "cookie")
    return True
