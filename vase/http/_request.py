"""Requests: the engine's class, and the little of it that error pages need."""

from collections.abc import Iterable
from typing import Any, Protocol

from vase._core import Request, RequestBodyError

__all__ = ["HeadersView", "Request", "RequestBodyError", "RequestView"]


class HeadersView(Protocol):
    """As much of a request's headers as an error page needs."""

    def get(self, name: str, default: Any = None) -> Any:
        """Return the first field of a name, or the default."""
        ...

    def items(self) -> Iterable[tuple[str, str]]:
        """Return all fields."""
        ...


class RequestView(Protocol):
    """As much of a request as an error page needs."""

    @property
    def method(self) -> str:
        """The method."""
        ...

    @property
    def path(self) -> str:
        """The path, decoded."""
        ...

    @property
    def query_string(self) -> str:
        """The query, as it was sent."""
        ...

    @property
    def headers(self) -> HeadersView:
        """The header fields."""
        ...

    @property
    def id(self) -> str:
        """The id that the log knows the request by."""
        ...
