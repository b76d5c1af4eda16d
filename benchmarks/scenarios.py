"""What is asked of every contestant, and the one answer that is right, byte for byte."""

import json
from collections.abc import Callable
from dataclasses import dataclass, field

ROWS = 10_000
STATIC_FILE = bytes((index * 31 + 7) % 251 for index in range(16 * 1024))
UPLOAD = b"x" * (1024 * 1024)
TEXT = b"Hello, World!"

ORDER = {
    "name": "Desk lamp",
    "price": 19.5,
    "quantity": 3,
    "tags": ["light", "office", "steel"],
    "address": {"street": "12 Long Row", "city": "Leeds"},
    "express": True,
}


def compact(value: object) -> bytes:
    return json.dumps(value, separators=(",", ":")).encode()


# Another order of keys and spaces between them: whoever sends the body back unread is found out.
ORDER_SENT = json.dumps({name: ORDER[name] for name in reversed(ORDER)}).encode()
ORDER_WRONG = json.dumps({**ORDER, "address": {"street": "12 Long Row"}, "price": "cheap"}).encode()


def item(number: int) -> dict[str, object]:
    return {"id": number, "name": f"Item {number} of the catalogue", "quantity": number * 7919 % 1000}


@dataclass(frozen=True)
class Probe:
    """A request and its only right answer; a status of 4 stands for any 4xx."""

    path: str
    body: bytes = b""
    method: str = "GET"
    sent: bytes | None = None
    headers: tuple[str, ...] = ()
    status: int = 200
    content_type: str | None = None


@dataclass(frozen=True)
class Scenario:
    name: str
    title: str
    probes: Callable[[str], list[Probe]]
    """The requests that are checked before each round; the first one is the one that is measured."""
    note: str = ""
    connections: int = 64
    needs: tuple[str, ...] = ()
    """`postgres`, `sqlite`: what is handed to the servers."""
    random_keys: bool = False
    """Whether the path ends in a key that changes with each request."""
    beside: str = ""
    """A path that is asked for as often as the measured one, in random order."""
    serves: str = ""
    """The scenario that the servers are told, where it is another one's routes that are asked."""
    variants: dict[str, dict[str, str]] = field(default_factory=dict)
    """Contestants that take part with other paths than the usual one: label to path."""


def _get(body: bytes, content_type: str, *headers: str) -> Callable[[str], list[Probe]]:
    return lambda path: [Probe(path, body, headers=headers, content_type=content_type)]


def _orders(path: str) -> list[Probe]:
    wrong = Probe(path, method="POST", sent=ORDER_WRONG, status=4)
    return [Probe(path, compact(ORDER), "POST", ORDER_SENT, content_type="application/json"), wrong]


def _rows(path: str) -> list[Probe]:
    keys = (1, 42, 7777, ROWS)
    return [Probe(f"{path}{key}", compact(item(key)), content_type="application/json") for key in keys]


_FOUND = {"category": 12, "name": "lamp", "price": 19.5, "page": 3, "query": "desk"}
_FOUND_PATH = "/items/12/lamp/19.5?page=3&query=desk"
_VASE_WAYS = {
    "async def": "/text",
    "@inline def": "/text/inline",
    "def in threads": "/text/thread",
    "async def that awaits": "/text/await",
}
_BODIES = {"msgspec": "/orders/msgspec", "Pydantic": "/orders"}
_JSON_TYPES = {"Pydantic": "/json", "msgspec": "/json/msgspec", "TypedDict": "/json/dict"}
_UPLOADS = {
    "a parameter of bytes": "/upload",
    "await request.body()": "/upload/request",
    "request.stream()": "/upload/stream",
}
_SESSIONS_POSTGRES = {
    "async def, AsyncSession": "/postgres/session/",
    "def in threads, Session": "/postgres/session/thread/",
}
_SESSIONS_SQLITE = {
    "def in threads, Session": "/sqlite/session/",
    "@inline def, Session": "/sqlite/session/inline/",
    "async def, AsyncSession": "/sqlite/session/async/",
}
_BOLT_POSTGRES = {"def, Django's ORM": "/postgres/session/", "async def, Django's ORM": "/postgres/session/async/"}
_BOLT_SQLITE = {"def, Django's ORM": "/sqlite/session/", "async def, Django's ORM": "/sqlite/session/async/"}
_FASTAPI_SQLITE = {"def, Session": "/sqlite/session/", "async def, AsyncSession": "/sqlite/session/async/"}

SCENARIOS = {
    scenario.name: scenario
    for scenario in (
        Scenario(
            "text",
            "Text",
            _get(TEXT, "text/plain"),
            "`GET /text` answers 13 bytes of text.",
            variants={"*": {"": "/text"}, "vase*": _VASE_WAYS},
        ),
        Scenario(
            "json",
            "JSON",
            _get(compact({"message": "Hello, World!"}), "application/json"),
            "A typed answer with one field.",
            variants={"*": {"": "/json"}, "vase": _JSON_TYPES},
        ),
        Scenario(
            "parameters",
            "Five parameters",
            _get(compact(_FOUND), "application/json"),
            "An int, a text and a float from the path, an int and a text from the query; answered as JSON.",
            variants={"*": {"": _FOUND_PATH}},
        ),
        Scenario(
            "orders",
            "Validated POST",
            _orders,
            "A nested model of six fields is read, validated and answered. A wrong body must be refused.",
            variants={"*": {"": "/orders"}, "vase*": _BODIES, "django-bolt": {"msgspec": "/orders/msgspec"}},
        ),
        Scenario(
            "middleware",
            "Three middlewares",
            _get(TEXT, "text/plain", "x-first", "x-second", "x-third"),
            "The text again, through three middlewares of the contestant's own language; each adds a header.",
            variants={"*": {"": "/middleware"}},
        ),
        Scenario(
            "static",
            "Static file",
            lambda path: [Probe(path, STATIC_FILE)],
            "A file of 16 KiB, from the directory that the contestant serves.",
            variants={"*": {"": "/static/file.bin"}},
        ),
        Scenario(
            "upload",
            "Upload",
            lambda path: [Probe(path, str(len(UPLOAD)).encode(), "POST", UPLOAD, content_type="text/plain")],
            "A body of 1 MiB; its length is answered.",
            variants={"*": {"": "/upload"}, "vase": _UPLOADS},
        ),
        Scenario(
            "postgres",
            "PostgreSQL, driver",
            _rows,
            "One row by a random key of 10,000, through a pool of 16 connections: asyncpg in Python, tokio-postgres (16 "
            "pipelined connections) under axum, pg under Node. No ORM.",
            needs=("postgres",),
            random_keys=True,
            variants={"*": {"": "/postgres/"}},
        ),
        Scenario(
            "mixed",
            "Mixed load",
            lambda path: [*_rows(path), Probe("/text", TEXT, content_type="text/plain")],
            "Half the requests ask for the text, half for a row of PostgreSQL by the driver, in random order on the same 64 "
            "connections: whether those that need no database wait for those that do.",
            needs=("postgres",),
            random_keys=True,
            beside="/text",
            serves="postgres",
            variants={"*": {"": "/postgres/"}},
        ),
        Scenario(
            "postgres-orm",
            "PostgreSQL, ORM",
            _rows,
            "The same row through a SQLAlchemy session (asyncpg or psycopg, pool of 16), or Django's ORM where it is "
            "Django's house. axum has no ORM here: its row is the driver's, as the measure.",
            needs=("postgres",),
            random_keys=True,
            variants={
                "*": {"": "/postgres/session/"},
                "axum": {"driver, no ORM": "/postgres/"},
                "vase": _SESSIONS_POSTGRES,
                "django-bolt": _BOLT_POSTGRES,
            },
        ),
        Scenario(
            "sqlite-orm",
            "SQLite, ORM",
            _rows,
            "The same row from a SQLite file through a SQLAlchemy session, or Django's ORM. axum: rusqlite in place, no ORM.",
            needs=("sqlite",),
            random_keys=True,
            variants={
                "*": {"": "/sqlite/session/"},
                "axum": {"driver, no ORM": "/sqlite/"},
                "vase": _SESSIONS_SQLITE,
                "django-bolt": _BOLT_SQLITE,
                "fastapi": _FASTAPI_SQLITE,
            },
        ),
        Scenario(
            "latency",
            "One connection",
            _get(compact({"message": "Hello, World!"}), "application/json"),
            "The JSON answer, one connection: what a request costs when nothing else happens.",
            connections=1,
            variants={"*": {"": "/json"}},
        ),
    )
}
