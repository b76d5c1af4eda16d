"""The errors of this room."""

from vase.exceptions import VaseError

__all__ = ["HostingError"]


class HostingError(VaseError):
    """An application of somebody else's that cannot be found, called or started."""
