"""What a route says about `Idempotency-Key`: a client that repeats a request must not repeat its effect."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta
from typing import Any, Final, Literal

__all__ = ["SAFE_METHODS", "Idempotency", "Idempotent", "idempotency_fault", "idempotency_of"]

SAFE_METHODS: Final = frozenset({"GET", "HEAD", "OPTIONS", "TRACE", "QUERY"})
"""Methods that change nothing, so that to repeat them is harmless (RFC 9110 section 9.2.1)."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Idempotency:
    """How a route treats the header `Idempotency-Key`.

    Args:
        required: Whether a request without a key is refused, with 400.
        keep: How long an answer is kept, and so for how long a repetition is recognised.
        lease: How long a handler may take. When a process dies in the middle of one, its key is free again after that.
        identity: A dependency that says whose keys these are; the guard of the route when left out.
    """

    required: bool = False
    keep: timedelta = timedelta(hours=24)
    lease: timedelta = timedelta(minutes=1)
    identity: Callable[..., Any] | None = None


type Idempotent = bool | Literal["required"] | Idempotency
"""What `idempotent=` takes: `True`, `"required"`, or all of it said."""


def idempotency_of(said: object) -> Idempotency | None:
    """Return what `idempotent=` stands for; None for nothing, and for what `idempotency_fault` tells of."""
    if isinstance(said, Idempotency):
        return said
    if said == "required":
        return Idempotency(required=True)
    return Idempotency() if said is True else None


def idempotency_fault(said: object, methods: tuple[str, ...]) -> tuple[str, str] | None:
    """Return what is wrong with the `idempotent=` of a route, as a reason and a hint."""
    if said is False:
        return None
    options = idempotency_of(said)
    if options is None:
        return "it is no such option", 'write `idempotent=True`, `"required"` or `Idempotency(…)`'
    safe = [method for method in methods if method in SAFE_METHODS or method not in _UNSAFE_METHODS]
    if safe:
        return f"{'/'.join(safe)} has no effect to repeat", "give it to routes of POST and PATCH"
    if options.keep <= timedelta() or options.lease <= timedelta():
        return "`keep` and `lease` are times above 0", "write them like `timedelta(hours=24)`"
    if options.identity is not None and not callable(options.identity):
        return "its `identity` cannot be called", "pass a dependency that returns who the client is"
    return None


_UNSAFE_METHODS: Final = frozenset({"POST", "PUT", "PATCH", "DELETE"})
