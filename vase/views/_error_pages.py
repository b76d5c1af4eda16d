"""Error pages of a site: its own templates where it has them, the built-in page elsewhere."""

import logging

from vase.http import HTMLResponse, HTTPException, RequestView, Response, problem_response, status
from vase.templates import Templates

__all__ = ["error_response"]

logger = logging.getLogger("vase.views")


def error_response(
    exc: BaseException, request: RequestView | None = None, *, debug: bool = False, templates: Templates | None = None
) -> Response:
    """Return the answer to an exception, like `problem_response`, with the pages of the site.

    Where a browser would get the built-in page, `404.html` (the status in digits) is rendered if the site has it, then
    `4xx.html`. They see `status_code`, `title`, `detail`, `request_id` and `request`. A page that itself fails is
    logged and replaced by the built-in one.

    Args:
        exc: What was raised.
        request: The request that it was raised for, if there is one.
        debug: Whether the reader is the developer, who gets the traceback instead of `500.html`.
        templates: The templates of the site.
    """
    response = problem_response(exc, request, debug=debug)
    is_page = isinstance(response, HTMLResponse)
    is_traceback = debug and not isinstance(exc, HTTPException)
    if templates is None or not is_page or is_traceback:
        return response
    code = response.status_code
    name = templates.find(f"{code}.html", f"{code // 100}xx.html")
    if name is None:
        return response
    context = {
        "status_code": code,
        "title": getattr(exc, "title", None) or status.phrase(code),
        "detail": getattr(exc, "detail", None),
        "request_id": request.id if request is not None else None,
        "request": request,
    }
    try:
        response.body = templates.render(name, context)
    except Exception:
        logger.exception("the error page %s failed", name)
    return response
