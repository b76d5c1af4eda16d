"""The answer as a test reads it."""

from collections.abc import Sequence
from typing import Any

from pydantic_core import from_json

from vase.http import Headers

__all__ = ["TestResponse"]


class TestResponse:
    """What a request of the test client was answered.

    Args:
        status_code: The status.
        headers: The header fields, in order.
        content: The body.
    """

    __test__ = False  # pytest takes classes with this name for tests

    def __init__(self, status_code: int, headers: Sequence[tuple[str, str]], content: bytes) -> None:
        self.status_code = status_code
        self.headers = Headers.received(headers)
        self.content = content

    @property
    def text(self) -> str:
        """The body as text in UTF-8."""
        return self.content.decode()

    def json(self) -> Any:
        """Return the body read as JSON."""
        return from_json(self.content)

    def __repr__(self) -> str:
        return f"<TestResponse {self.status_code} {self.content[:200]!r}>"
