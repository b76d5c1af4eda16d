"""The messages of an AsyncAPI document: one for each member of a union, named after its type, or after its event."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Final, Literal, TypeVar

from vase.di import unwrap
from vase.openapi._async_words import draft_7
from vase.openapi._events import Event, union_members
from vase.openapi._schemas import REF, Mode, Schema, Schemas
from vase.openapi._text import first_line

__all__ = ["Action", "Direction", "Messages"]

type Action = Literal["receive", "send"]
"""What the application does: it receives what clients send."""

_TEXT: Final = ("text", "text/plain")
_KEY: Final = re.compile(r"[^A-Za-z0-9._-]+")  # what no name of a component has
_BINARY: Final = ("binary", "application/octet-stream")


@dataclass(eq=False, slots=True)
class _Message:
    """One message, before its schema is known."""

    label: str
    media_type: str | None
    payload: Schema | None
    summary: str | None = None
    event: str | None = None
    name: str = ""


@dataclass(frozen=True, slots=True)
class Direction:
    """What is sent on a channel one way."""

    action: Action
    messages: tuple[_Message, ...]


class Messages:
    """All messages of one document.

    Args:
        schemas: The schemas of the document.
    """

    def __init__(self, schemas: Schemas) -> None:
        self._schemas = schemas
        self._all: list[_Message] = []
        self.components: dict[str, Schema] = {}

    def of_socket(self, action: Action, kind: Any) -> Direction:
        """Return what a socket carries one way.

        Args:
            action: The way.
            kind: The type of its messages; `Any` is a text or octets, of which nothing is known.
        """
        mode: Mode = "validation" if action == "receive" else "serialization"
        plain = unwrap(kind)[0]
        if plain is type(None):
            return Direction(action, ())
        if plain in (Any, object, str | bytes) or isinstance(plain, TypeVar):
            return Direction(action, (self._add(_Message("anything", None, None)),))
        if plain in {str, bytes}:
            return Direction(action, (self._plain(plain),))
        return Direction(action, tuple(self._json(member, mode) for member in union_members(kind)))

    def of_events(self, events: Sequence[Event]) -> Direction:
        """Return what a stream of events carries.

        Args:
            events: The types of the data of its events, each with the name of the event where that is declared.
        """
        found = []
        for kind, name in events:
            if kind in (Any, object) or isinstance(kind, TypeVar):
                message = self._add(_Message("anything", None, None))
            else:
                message = self._plain(str) if kind in {str, bytes} else self._json(kind, "serialization")
            message.event = name
            found.append(message)
        return Direction("send", tuple(found))

    def names(self, direction: Direction) -> list[str]:
        """Return the names of messages, when they are known."""
        return list(dict.fromkeys(message.name for message in direction.messages))

    def finish(self) -> None:
        """Name every message and make it a component: equal ones are one, others of the same name get a number."""
        for message in self._all:
            made: Schema = {} if message.payload is None else {"payload": draft_7(message.payload)}
            reference = str(made.get("payload", {}).get("$ref", ""))
            message.label = reference.removeprefix(REF) or message.label
            told = {"name": message.label, "summary": message.summary, "contentType": message.media_type}
            if message.event is not None:
                # What a client listens for is the name of the event; the type of its data is a title beside it.
                told |= {"name": message.event, "title": message.label}
                message.label = _KEY.sub("_", message.event).strip("_") or message.label
            whole = {word: said for word, said in told.items() if said} | made
            name, count = message.label, 2
            while self.components.setdefault(name, whole) != whole:
                name, count = f"{message.label}-{count}", count + 1
            message.name = name

    def _plain(self, kind: type) -> _Message:
        label, media_type = _TEXT if kind is str else _BINARY
        schema = {"type": "string"} if kind is str else {"type": "string", "format": "binary"}
        return self._add(_Message(label, media_type, schema))

    def _json(self, kind: Any, mode: Mode) -> _Message:
        plain = unwrap(kind)[0]
        label = plain.__name__ if isinstance(plain, type) else str(plain).replace("typing.", "")
        label = re.sub(r"[^A-Za-z0-9]+", "_", label).strip("_") or "message"
        summary = first_line(plain) if isinstance(plain, type) and plain.__module__ != "builtins" else None
        return self._add(_Message(label, "application/json", self._schemas.want(kind, mode), summary))

    def _add(self, message: _Message) -> _Message:
        self._all.append(message)
        return message
