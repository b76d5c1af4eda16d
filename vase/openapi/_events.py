"""Server-sent events in a promise: which handlers send them, and of which types their data are."""

import collections.abc
from collections.abc import Iterator
from types import UnionType
from typing import Any, Final, Literal, Union, get_args, get_origin

from vase.binding import Plan
from vase.di import EMPTY, DependencyError, read_signature, unwrap
from vase.http import EventSourceResponse, ServerSentEvent

__all__ = ["STREAMS", "Event", "event_data", "is_event_stream", "union_members"]

STREAMS: Final = (
    collections.abc.AsyncIterator,
    collections.abc.AsyncIterable,
    collections.abc.AsyncGenerator,
    collections.abc.Iterator,
    collections.abc.Iterable,
    collections.abc.Generator,
)
"""What a handler promises that yields."""


type Event = tuple[Any, str | None]
"""The type of the data of an event, and its name where that is declared."""


def event_data(plan: Plan) -> list[Event] | None:
    """Return what the events of a handler hold, `Any` where it is not told; None without events."""
    try:
        promised = unwrap(read_signature(plan.handler).returns)[0]
    except DependencyError:
        return None
    if isinstance(promised, type) and issubclass(promised, EventSourceResponse):
        return [(Any, None)]
    if promised is EMPTY or not is_event_stream(promised):
        return None
    return [one for event in union_members(get_args(promised)[0]) for one in _told_of(event)]


def is_event_stream(kind: Any) -> bool:
    """Return whether a promise is an iterator of events."""
    if get_origin(kind) not in STREAMS:
        return False
    return all((get_origin(event) or event) is ServerSentEvent for event in union_members(get_args(kind)[0]))


def union_members(annotation: Any) -> Iterator[Any]:
    """Yield the members of a union, also of unions within it, or the type itself."""
    kind, metadata = unwrap(annotation)
    if get_origin(kind) in {Union, UnionType}:
        for part in get_args(kind):
            yield from union_members(part)
    else:
        # What `Annotated` says of a union tells its members apart; what it says of one type belongs to that.
        yield annotation if metadata else kind


def _told_of(event: Any) -> Iterator[Event]:
    data, said = (*get_args(event), None, None)[:2] if get_args(event) else (Any, None)
    names = get_args(said) if get_origin(said) is Literal else (None,)
    for kind in union_members(data):
        if kind is not type(None):
            yield from ((kind, name) for name in names)
