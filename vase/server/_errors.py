"""What keeps a server from starting, besides the site itself."""

from vase.exceptions import VaseError

__all__ = ["ServerError"]


class ServerError(VaseError):
    """The server cannot listen where it was told to, or not in the way it was told to."""
