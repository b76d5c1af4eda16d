"""Throttles and versions that routers say for all their routes: a route's own word wins, and False is one."""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import Final

from vase.urls._representations import Dated, Tagged, version_faults
from vase.urls._route import Mount, Route
from vase.urls._sockets import SOCKET_METHOD
from vase.urls._throttle import Throttled, throttle_fault

__all__ = ["Inherited"]

_READING: Final = frozenset({"GET", "HEAD"})
_SAFE: Final = _READING | {"OPTIONS", "TRACE", "QUERY", "PROPFIND", "REPORT", SOCKET_METHOD}


@dataclass(frozen=True, slots=True)
class Inherited:
    """What is said around a route.

    Args:
        throttle: How often one client may call each route.
        etag: Names the version of what is answered.
        last_modified: Returns when the thing was changed.
        precondition_required: Whether a change must say which version it changes.
    """

    throttle: Throttled | None = None
    etag: Tagged | None = None
    last_modified: Dated | None = None
    precondition_required: bool | None = None

    def within(self, mount: Mount) -> "Inherited":
        """Return what is said around the routes of a mount; what cannot be meant is left out, `faults` tells of it."""
        wrong = {option.partition("=")[0] for option, _, _ in self.faults(mount)}
        names = [name for name in self.__slots__ if name not in wrong and getattr(mount, name) is not None]
        return replace(self, **{name: getattr(mount, name) for name in names})

    @staticmethod
    def faults(mount: Mount) -> Iterator[tuple[str, str, str]]:
        """Yield what is wrong with what a mount says, whatever its routes are: the option, a reason and a hint."""
        throttled = throttle_fault(mount.throttle, has_guard=True)
        if throttled is not None:
            yield (f"throttle={mount.throttle!r}", *throttled)
        yield from version_faults(mount.etag, mount.last_modified)

    def over(self, route: Route) -> Route:
        """Return a route with what it does not say itself, as far as its methods have a use for that."""
        methods = set(route.methods)
        throttle = self.throttle if route.throttle is None else route.throttle
        etag, modified, required = route.etag, route.last_modified, route.precondition_required
        if SOCKET_METHOD not in methods:
            # A tag of the body is for those who read it; a dependency knows the version for all.
            if etag is None and (callable(self.etag) or methods & _READING):
                etag = self.etag
            modified = self.last_modified if modified is None else modified
        if required is None:
            required = self.precondition_required and not methods <= _SAFE
        return replace(
            route,
            throttle=None if throttle is False else throttle,
            etag=False if etag is None else etag,
            last_modified=None if modified is False else modified,
            precondition_required=bool(required),
        )
