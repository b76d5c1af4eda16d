"""The errors of URLs: a reverse that names no route, a converter that is none."""

from vase.exceptions import VaseError

__all__ = ["ConverterError", "NoReverseMatch", "URLError"]


class URLError(VaseError):
    """The root of the room's errors; faults of a URL conf are messages of `vase.checks` instead."""


class NoReverseMatch(URLError):  # noqa: N818  # Django's name for it
    """No URL can be made of this name and these parameters."""


class ConverterError(URLError):
    """A converter that cannot be used: unknown, wrongly made, or given arguments that it does not take."""
