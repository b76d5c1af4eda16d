"""The errors of lists and resources."""

from vase.exceptions import VaseError

__all__ = ["OrderError", "ResourceError"]


class ResourceError(VaseError):
    """A list or a resource that cannot be what its author meant."""


class OrderError(ResourceError):
    """A query whose order no cursor can follow."""
