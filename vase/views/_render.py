"""Pages from templates: the answer to a browser."""

from collections.abc import Mapping
from typing import Any

from vase.http import HeaderSource, HTMLResponse, Request
from vase.templates import Templates
from vase.views._errors import ViewError

__all__ = ["render", "templates_of"]


def render(
    request: Request,
    template: str,
    context: Mapping[str, Any] | None = None,
    *,
    status_code: int = 200,
    headers: HeaderSource | None = None,
) -> HTMLResponse:
    """Return a page made of a template; the template sees `request` beside the context.

    Args:
        request: The request, whose application owns the templates.
        template: The name of the template: `catalog/product.html`.
        context: What the template may use.
        status_code: The status of the answer.
        headers: More header fields.

    Raises:
        TemplateMissingError: When no directory has the template.
        TemplateFaultyError: When the template cannot be read.
    """
    page = templates_of(request).render(template, {"request": request} | dict(context or {}))
    return HTMLResponse(page, status_code, headers)


def templates_of(request: Request) -> Templates:
    """Return the templates of the application that a request was made to.

    Raises:
        ViewError: When the application has none.
    """
    templates = getattr(getattr(request, "app", None), "templates", None)
    if not isinstance(templates, Templates):
        raise ViewError(
            "the application of this request has no templates",
            code="views.E002",
            hint="`render` needs a request that an application answers; elsewhere use `Templates.render`",
        )
    return templates
