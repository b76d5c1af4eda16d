"""The error of views that cannot be registered or rendered."""

from vase.exceptions import VaseError

__all__ = ["ViewError"]


class ViewError(VaseError):
    """A router or a page that cannot be what its author meant."""
