"""Mistakes in what an answer is made of: header fields, cookies, redirects, values that nobody can write."""

from vase.exceptions import VaseError

__all__ = ["CookieError", "EventError", "HTTPError", "HeaderError", "RedirectError", "ResponseError"]


class HTTPError(VaseError):
    """The root of the room's own errors; what is told to the client is an `HTTPException` instead."""


class HeaderError(HTTPError, ValueError):
    """A header field that would break the answer apart, such as one with a line break in it."""


class CookieError(HTTPError, ValueError):
    """A cookie that a browser would refuse or misread."""


class RedirectError(HTTPError, ValueError):
    """A redirect to a place where no browser should be sent, such as `javascript:…`."""


class EventError(HTTPError, ValueError):
    """A server-sent event that would break its stream apart."""


class ResponseError(HTTPError, TypeError):
    """A handler returned something that no answer can be made of."""
