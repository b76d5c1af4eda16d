"""What an application cannot be told."""

from vase.exceptions import VaseError

__all__ = ["ApplicationError"]


class ApplicationError(VaseError):
    """A hook of an application that could never do its work."""
