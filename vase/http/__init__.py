"""What HTTP is made of: requests, answers, header fields, cookies, errors.

    from vase.http import HTTPException, JSONResponse, Request

    async def show(request: Request) -> JSONResponse:
        if request.query_params.get("page") == "0":
            raise HTTPException(404, "pages begin with 1")
        return JSONResponse({"path": request.path})

Handlers may return plain values as well; `to_response` says what becomes of them.
The room reads no settings. It raises `HTTPException` and its kin as answers, and `HTTPError` (`http.E001` to
`http.E010`) for answers that cannot be made.
"""

from vase.http import status
from vase.http._conditions import ETag, check_conditions, conditional, etag_of
from vase.http._convert import Encoder, to_response
from vase.http._cookies import CookieOptions, SameSite
from vase.http._errors import CookieError, EventError, HeaderError, HTTPError, RedirectError, ResponseError
from vase.http._events import EventBody, EventSourceResponse, ServerSentEvent
from vase.http._exceptions import (
    BadRequest,
    Conflict,
    ContentTooLarge,
    Gone,
    HTTPException,
    MethodNotAllowed,
    NotAcceptable,
    NotFound,
    NotModified,
    PermissionDenied,
    PreconditionFailed,
    PreconditionRequired,
    ProblemOptions,
    ServiceUnavailable,
    TooManyRequests,
    Unauthorized,
    UnprocessableContent,
    UnsupportedMediaType,
)
from vase.http._files import FileBody
from vase.http._forms import FormData
from vase.http._headers import Headers, HeaderSource, MutableHeaders
from vase.http._json import JSONNumberError, check_json_numbers
from vase.http._late import LateBody
from vase.http._negotiation import accepted_type, choose_type, negotiate
from vase.http._problems import ProblemDetails, problem_response
from vase.http._query import QueryParams
from vase.http._request import Request, RequestView
from vase.http._response import (
    FileResponse,
    HTMLResponse,
    JSONResponse,
    PlainTextResponse,
    RedirectResponse,
    Response,
    StreamingResponse,
)
from vase.http._uploads import UploadFile
from vase.http._validation import RequestValidationError, ValidationFault, validation_fault

__all__ = [
    "BadRequest",
    "Conflict",
    "ContentTooLarge",
    "CookieError",
    "CookieOptions",
    "ETag",
    "Encoder",
    "EventBody",
    "EventError",
    "EventSourceResponse",
    "FileBody",
    "FileResponse",
    "FormData",
    "Gone",
    "HTMLResponse",
    "HTTPError",
    "HTTPException",
    "HeaderError",
    "HeaderSource",
    "Headers",
    "JSONNumberError",
    "JSONResponse",
    "LateBody",
    "MethodNotAllowed",
    "MutableHeaders",
    "NotAcceptable",
    "NotFound",
    "NotModified",
    "PermissionDenied",
    "PlainTextResponse",
    "PreconditionFailed",
    "PreconditionRequired",
    "ProblemDetails",
    "ProblemOptions",
    "QueryParams",
    "RedirectError",
    "RedirectResponse",
    "Request",
    "RequestValidationError",
    "RequestView",
    "Response",
    "ResponseError",
    "SameSite",
    "ServerSentEvent",
    "ServiceUnavailable",
    "StreamingResponse",
    "TooManyRequests",
    "Unauthorized",
    "UnprocessableContent",
    "UnsupportedMediaType",
    "UploadFile",
    "ValidationFault",
    "accepted_type",
    "check_conditions",
    "check_json_numbers",
    "choose_type",
    "conditional",
    "etag_of",
    "negotiate",
    "problem_response",
    "status",
    "to_response",
    "validation_fault",
]
