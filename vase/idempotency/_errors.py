"""The error of idempotent routes: their keys cannot be kept."""

from vase.exceptions import VaseError

__all__ = ["IdempotencyError"]


class IdempotencyError(VaseError):
    """The table of keys is not there and cannot be made."""
