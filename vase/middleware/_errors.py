"""The error of middleware that is none."""

from vase.exceptions import VaseError

__all__ = ["MiddlewareError"]


class MiddlewareError(VaseError):
    """A middleware that cannot be used: it is none, or the setting that it needs is missing."""
