"""Exceptions that are answers: raise one anywhere below a handler and the client gets it as problem details.

    HTTPException                   any status
    ├── NotModified 304
    ├── BadRequest 400  Unauthorized 401  PermissionDenied 403  NotFound 404  MethodNotAllowed 405  NotAcceptable 406
    ├── Conflict 409  Gone 410  PreconditionFailed 412  ContentTooLarge 413  UnsupportedMediaType 415
    ├── UnprocessableContent 422
    │   └── RequestValidationError  every fault of a request, with its path (`_validation.py`)
    ├── TooManyRequests 429
    ├── PreconditionRequired 428
    └── ServiceUnavailable 503

They do not hang on `VaseError`: they tell a client what happened, and nobody has to mend them.
"""

from collections.abc import Mapping, Sequence
from typing import TypedDict, Unpack

from vase.http.status import phrase
from vase.types import JSON

__all__ = [
    "BadRequest",
    "Conflict",
    "ContentTooLarge",
    "Gone",
    "HTTPException",
    "MethodNotAllowed",
    "NotAcceptable",
    "NotFound",
    "NotModified",
    "PermissionDenied",
    "PreconditionFailed",
    "PreconditionRequired",
    "ProblemOptions",
    "ServiceUnavailable",
    "TooManyRequests",
    "Unauthorized",
    "UnprocessableContent",
    "UnsupportedMediaType",
]


class ProblemOptions(TypedDict, total=False):
    """What may be said about a problem besides its status and detail.

    Attributes:
        headers: Header fields of the answer.
        type: A URI that names the kind of problem and, best, leads to a page about it.
        title: The kind of problem in words, the same each time; the phrase of the status when left out.
        instance: A URI of this one occurrence.
        members: Further members, for programs.
    """

    headers: Mapping[str, str] | None
    type: str | None
    title: str | None
    instance: str | None
    members: Mapping[str, JSON]


class HTTPException(Exception):  # noqa: N818  # the name that everybody knows
    """An answer that is no success, raised instead of returned.

    Subclasses may set `status_code`, `type` and `title` as class attributes and so name the problems of an application.

    Args:
        status_code: The status of the answer.
        detail: What happened this time, in a sentence for people. It is shown to the client.
        **options: More about the problem.

    Example:
        >>> class ProductNotFound(NotFound):
        ...     type = "https://shop.example/problems/product-not-found"
        ...     title = "No such product"
        >>> ProductNotFound("there is no product 7").status_code
        404
    """

    status_code: int = 500
    type: str = "about:blank"
    title: str | None = None

    def __init__(self, status_code: int, detail: str | None = None, **options: Unpack[ProblemOptions]) -> None:
        super().__init__(status_code, detail)
        self.status_code = status_code
        self.detail = detail
        self.headers = dict(options.get("headers") or {})
        self.type = options.get("type") or self.type
        self.title = options.get("title") or self.title
        self.instance = options.get("instance")
        self.members: dict[str, JSON] = dict(options.get("members", {}))

    def __str__(self) -> str:
        words = f"{self.status_code} {self.title or phrase(self.status_code)}"
        return words if self.detail is None else f"{words}: {self.detail}"


class _NamedException(HTTPException):
    """An exception whose class knows the status."""

    def __init__(self, detail: str | None = None, **options: Unpack[ProblemOptions]) -> None:
        super().__init__(type(self).status_code, detail, **options)


class NotModified(_NamedException):
    """304: the client has what it asks for; the answer has no body."""

    status_code = 304


class BadRequest(_NamedException):
    """400: the request cannot be understood."""

    status_code = 400


class Unauthorized(_NamedException):
    """401: the client has not said who it is; name the way in `www-authenticate`."""

    status_code = 401

    def __init__(
        self, detail: str | None = None, *, authenticate: str = "Bearer", **options: Unpack[ProblemOptions]
    ) -> None:
        # RFC 9110 section 15.5.2: a 401 without this field is no 401.
        options["headers"] = {"www-authenticate": authenticate} | dict(options.get("headers") or {})
        super().__init__(detail, **options)


class PermissionDenied(_NamedException):
    """403: the client is known and may not."""

    status_code = 403


class NotFound(_NamedException):
    """404: there is no such thing, or the client may not know of it."""

    status_code = 404


class MethodNotAllowed(_NamedException):
    """405: the thing is there, the method is not; routes answer this by themselves."""

    status_code = 405

    def __init__(self, allowed: Sequence[str], detail: str | None = None, **options: Unpack[ProblemOptions]) -> None:
        options["headers"] = {"allow": ", ".join(allowed)} | dict(options.get("headers") or {})
        super().__init__(detail, **options)


class NotAcceptable(_NamedException):
    """406: nothing that the client would read."""

    status_code = 406


class Conflict(_NamedException):
    """409: the request does not fit the state of the thing."""

    status_code = 409


class Gone(_NamedException):
    """410: it was there and will not come back."""

    status_code = 410


class PreconditionFailed(_NamedException):
    """412: the thing changed since the client looked."""

    status_code = 412


class ContentTooLarge(_NamedException):
    """413: the body is larger than this server takes."""

    status_code = 413


class UnsupportedMediaType(_NamedException):
    """415: the body is of a kind that this handler does not read."""

    status_code = 415


class UnprocessableContent(_NamedException):
    """422: understood, but wrong in itself."""

    status_code = 422


class PreconditionRequired(_NamedException):
    """428: a change that does not say which version it changes."""

    status_code = 428


class _RetryException(_NamedException):
    def __init__(
        self, detail: str | None = None, *, retry_after: int | None = None, **options: Unpack[ProblemOptions]
    ) -> None:
        if retry_after is not None:
            options["headers"] = {"retry-after": str(retry_after)} | dict(options.get("headers") or {})
        super().__init__(detail, **options)


class TooManyRequests(_RetryException):
    """429: the client asks too often; `retry_after` says in how many seconds it may ask again."""

    status_code = 429


class ServiceUnavailable(_RetryException):
    """503: not now; `retry_after` says in how many seconds it may work."""

    status_code = 503
