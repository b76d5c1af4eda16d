"""What a route says about its representations: their versions, and the media types that they may have."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Any, Final, Literal

__all__ = ["Dated", "Produced", "Renderer", "Tagged", "offers_of", "representation_faults", "version_faults"]

type Renderer = Callable[[Any], Any]
"""Writes a value in one media type: what JSON would hold (dicts, lists, texts), to text, bytes or a response."""

type Produced = Sequence[str] | Mapping[str, Renderer | None]
"""What `produces=` takes: media types, the usual one first; with them, what writes each (None: as JSON)."""

type Tagged = bool | Literal["weak"] | Callable[..., Any]
"""What `etag=` takes: whether a tag is made of the body, or a dependency that returns the tag."""

type Dated = Callable[..., Any] | Literal[False]
"""What `last_modified=` takes: a dependency; False for none, whatever is said around."""

_READING: Final = frozenset({"GET", "HEAD"})


def offers_of(produces: Produced | None) -> tuple[str, ...]:
    """Return the media types of `produces=`, the usual one first."""
    return tuple(produces) if isinstance(produces, Sequence | Mapping) and not isinstance(produces, str) else ()


def representation_faults(route: Any) -> Iterator[tuple[str, str, str]]:
    """Yield what is wrong with what a route says of its representations: the option, a reason and a hint."""
    etag, modified = route.etag, route.last_modified
    yield from version_faults(etag, modified)
    if (etag is True or etag == "weak") and not _READING.intersection(route.methods):
        hint = "name a dependency that returns the tag of the thing before it is changed"
        yield f"etag={etag!r}", f"{'/'.join(route.methods)} has no body to compare with", hint
    if route.precondition_required and not (callable(etag) or callable(modified)):
        hint = "name a dependency with `etag=` or `last_modified=`, or say `precondition_required=False`"
        yield "precondition_required=True", "nothing says which version there is", hint
    for reason, hint in _type_faults(route.produces):
        yield f"produces={route.produces!r}", reason, hint


def version_faults(etag: Any, modified: Any) -> Iterator[tuple[str, str, str]]:
    """Yield what is wrong with `etag=` and `last_modified=` by themselves, of a route or of a prefix."""
    if etag not in (None, True, False, "weak") and not callable(etag):
        hint = 'write `etag=True` or `"weak"` for a tag of the body, or a dependency that returns the tag'
        yield f"etag={etag!r}", "it makes no tag", hint
    if modified is not None and modified is not False and not callable(modified):
        yield f"last_modified={modified!r}", "it cannot be called", "name a dependency that returns a `datetime`"


def _type_faults(produces: Any) -> Iterator[tuple[str, str]]:
    if produces is None:
        return
    if isinstance(produces, str) or not isinstance(produces, Sequence | Mapping) or not produces:
        yield "it is no list of media types", 'write `produces=["application/json", "text/csv"]`'
        return
    for offer in produces:
        if not isinstance(offer, str) or "/" not in offer or "*" in offer:
            yield f"`{offer}` is no media type", "write it like `text/csv`"
        elif isinstance(produces, Mapping) and produces[offer] is not None and not callable(produces[offer]):
            yield f"what writes `{offer}` cannot be called", "name a function"
