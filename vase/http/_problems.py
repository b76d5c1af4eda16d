"""Errors on the wire: RFC 9457 problem details for programs, a page for browsers, the whole story while debugging."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import cast

from pydantic_core import to_json

from vase.http import _debug
from vase.http._accept import JSON_TYPES, prefers_html, quality_of
from vase.http._exceptions import HTTPException, NotModified
from vase.http._pages import error_page
from vase.http._request import RequestBodyError, RequestView
from vase.http._response import HTMLResponse, PlainTextResponse, Response
from vase.http._validation import RequestValidationError
from vase.http.status import phrase
from vase.types import JSON

__all__ = ["ProblemDetails", "problem_response"]

_STANDARD = ("type", "title", "status", "detail", "instance")


@dataclass(frozen=True, slots=True, kw_only=True)
class ProblemDetails:
    """What went wrong, as RFC 9457 tells it to programs.

    Args:
        status: The status of the answer.
        type: A URI that names the kind of problem; `about:blank` says that the status tells it all.
        title: The kind of problem in words; the phrase of the status when left out.
        detail: What happened this time.
        instance: A URI of this one occurrence.
        members: Further members; none may take the name of one of the five.
    """

    status: int
    type: str = "about:blank"
    title: str | None = None
    detail: str | None = None
    instance: str | None = None
    members: Mapping[str, JSON] = field(default_factory=dict)

    @classmethod
    def of(cls, exception: HTTPException) -> "ProblemDetails":
        """Return what an exception tells the client."""
        return cls(
            status=exception.status_code,
            type=exception.type,
            title=exception.title,
            detail=exception.detail,
            instance=exception.instance,
            members=exception.members,
        )

    def as_json(self) -> dict[str, JSON]:
        """Return the members in the order of the RFC; what is not known is left out."""
        known: dict[str, JSON] = {
            "type": self.type,
            "title": self.title or phrase(self.status),
            "status": self.status,
            "detail": self.detail,
            "instance": self.instance,
        }
        said = {name: value for name, value in known.items() if value is not None}
        return said | {name: value for name, value in self.members.items() if name not in _STANDARD}

    def to_response(self, headers: Mapping[str, str] | None = None) -> Response:
        """Return the answer as `application/problem+json`."""
        body = to_json(self.as_json(), inf_nan_mode="null", serialize_unknown=True)
        return Response(body, self.status, headers, "application/problem+json")


def problem_response(exc: BaseException, request: RequestView | None = None, *, debug: bool = False) -> Response:
    """Return the answer to an exception: JSON or HTML, as `Accept` prefers.

    An `HTTPException` says what the client may know. Everything else is a 500 that says nothing, unless `debug` is set:
    then the answer is the traceback with its source and values, for a browser, a terminal or as problem details.

    Args:
        exc: What was raised.
        request: The request that it was raised for, if there is one.
        debug: Whether the reader is the developer.
    """
    if isinstance(exc, RequestBodyError):
        status, code, detail = exc.args
        exc = HTTPException(status, detail, members={"code": code})
    if isinstance(exc, NotModified):
        return Response(b"", 304, exc.headers)
    if isinstance(exc, HTTPException):
        return _told(exc, request, debug=debug)
    if debug:
        return _explained(exc, request)
    return _told(HTTPException(500), request, debug=False)


def _told(exc: HTTPException, request: RequestView | None, *, debug: bool) -> Response:
    problem = ProblemDetails.of(exc)
    request_id = request.id if request is not None else None
    if prefers_html(_accept(request)):
        faults = [f"{fault['path']}: {fault['msg']}" for fault in getattr(exc, "faults", ())]
        title = problem.title or phrase(problem.status)
        page = error_page(problem.status, title, problem.detail, faults=faults, request_id=request_id)
        return _varied(HTMLResponse(page, problem.status, exc.headers))
    members: dict[str, JSON] = dict(problem.members)
    if isinstance(exc, RequestValidationError):
        members["errors"] = _faults(exc, debug=debug)
    if request_id:
        members.setdefault("request_id", request_id)
    told = ProblemDetails(
        status=problem.status,
        type=problem.type,
        title=problem.title,
        detail=problem.detail,
        instance=problem.instance,
        members=members,
    )
    return _varied(told.to_response(exc.headers))


def _faults(exc: RequestValidationError, *, debug: bool) -> list[JSON]:
    # What was sent may be a password: it is repeated to developers alone.
    hidden = frozenset() if debug else frozenset({"input"})
    return [cast("JSON", {name: value for name, value in fault.items() if name not in hidden}) for fault in exc.faults]


def _explained(exc: BaseException, request: RequestView | None) -> Response:
    accept = _accept(request)
    if prefers_html(accept):
        return _varied(HTMLResponse(_debug.render_html(exc, request), 500))
    if accept and "json" in accept and max(quality_of(accept, name) for name in JSON_TYPES) > 0:
        members: dict[str, JSON] = {"traceback": list(_debug.render_text(exc, request).splitlines())}
        told = ProblemDetails(status=500, detail=_debug.headline(exc), members=members)
        return _varied(told.to_response())
    return _varied(PlainTextResponse(_debug.render_text(exc, request), 500))


def _accept(request: RequestView | None) -> str | None:
    return request.headers.get("accept") if request is not None else None


def _varied(response: Response) -> Response:
    response.headers.vary("accept")
    # An error that a cache keeps outlives its cause.
    response.headers.setdefault("cache-control", "no-store")
    return response
