"""What a route says about how often one client may call it."""

import re
from collections.abc import Callable, Iterator, Sequence
from types import MappingProxyType
from typing import Any, Final, Literal

from vase.exceptions import quote

__all__ = ["Throttle", "Throttled", "throttle_fault", "throttle_of"]

_SECONDS: Final = MappingProxyType({"second": 1, "minute": 60, "hour": 3600, "day": 86400})
_rate = re.compile(r"([1-9][0-9]{0,8})/(second|minute|hour|day)").fullmatch

type Client = Literal["address", "identity"] | Callable[..., Any]
"""Whose requests are counted together: an address's, those of whom the guard knows, or of what a dependency returns."""


class Throttle:
    """How often one client may call a route.

    Args:
        *rates: Rates like `"10/minute"` or `"1000/day"`, in seconds, minutes, hours or days. All of them hold.
        by: Whose requests are counted together: those of one `"address"`, in the core and before any Python runs; those
            of one `"identity"`, as the guard of the route returns it; or of what a dependency returns.
        max_clients: How many clients are remembered at once; of more, the oldest are forgotten.
    """

    __slots__ = ("by", "max_clients", "rates")

    def __init__(self, *rates: str, by: Client = "address", max_clients: int = 65_536) -> None:
        self.rates = rates
        self.by = by
        self.max_clients = max_clients

    def __repr__(self) -> str:
        more = "" if self.by == "address" else f", by={self.by!r}"
        return f"Throttle({', '.join(map(repr, self.rates))}{more})"

    @property
    def pairs(self) -> list[tuple[int, int]]:
        """The rates as pairs of requests and seconds; what is no rate is left out."""
        found = [_rate(str(rate)) for rate in self.rates]
        return [(int(one[1]), _SECONDS[one[2]]) for one in found if one is not None]


type Throttled = str | Throttle | Sequence[str] | Literal[False]
"""What `throttle=` takes: a rate, several, or all of it said; False for none, whatever is said around."""


def throttle_of(said: object) -> Throttle | None:
    """Return what `throttle=` stands for; None for nothing, and for what `throttle_fault` tells of."""
    if isinstance(said, Throttle):
        return said
    if isinstance(said, str):
        return Throttle(said)
    if isinstance(said, Sequence) and said:
        return Throttle(*said)
    return None


def throttle_fault(said: object, *, has_guard: bool) -> tuple[str, str] | None:
    """Return what is wrong with the `throttle=` of a route, as a reason and a hint."""
    return None if said is None or said is False else next(_faults(said, has_guard=has_guard), None)


def _faults(said: object, *, has_guard: bool) -> Iterator[tuple[str, str]]:
    throttle = throttle_of(said)
    hint = 'write it like `throttle="10/minute"`; the periods are second, minute, hour and day'
    if throttle is None or not throttle.rates:
        yield "it has no rate", hint
        return
    for rate in throttle.rates:
        if _rate(str(rate)) is None:
            yield f"{quote(rate)} is no rate", hint
    if throttle.by == "identity" and not has_guard:
        yield (
            "it counts by identity, and the route has no guard",
            "give the route `auth=`, count by a dependency, or say `throttle=False`",
        )
    if throttle.by not in {"address", "identity"} and not callable(throttle.by):
        yield f"nobody is known by {quote(throttle.by)}", 'write `by="address"`, `"identity"` or a dependency'
    if type(throttle.max_clients) is not int or throttle.max_clients < 1:
        yield "`max_clients` is no number above 0", "leave it out, or name a number like 10000"
