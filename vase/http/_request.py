"""Requests: the engine's class, and the little of it that error pages need."""

from collections.abc import Mapping
from typing import Protocol

__all__ = ["RequestView"]


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
    def headers(self) -> Mapping[str, str]:
        """The header fields."""
        ...

    @property
    def id(self) -> str | None:
        """The id that the log knows the request by."""
        ...
