"""The document and the pages that show it, as routes; what they load comes from this package alone.

The pages run no inline script and no inline style, and say so: their policy allows what this site serves, and nothing
else.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

from pydantic_core import to_json

from vase.http import FileResponse, HTMLResponse, NotFound, Request, Response
from vase.urls import Auth, Route, public

__all__ = ["ASSETS", "DocumentPages", "document_routes"]

ASSETS: Final = Path(__file__).parent / "assets"
"""The folder of what the pages load; `MANIFEST.json` in it says where each file came from."""

# Styles: both make elements at runtime that hold their styles. Images: both draw icons that stand in the style sheet.
_POLICY: Final = (
    "default-src 'none'; script-src 'self'; style-src 'self' 'unsafe-inline'; img-src 'self' data:; font-src 'self'; "
    "connect-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
)
_PAGE: Final = """<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>{title}</title>
<link rel="icon" href="data:,">
{styles}
</head>
<body>
<div id="api"></div>
{scripts}
</body>
</html>
"""
_SWAGGER: Final = (("page.css", "swagger-ui.css"), ("swagger-ui-bundle.js", "swagger-ui.start.js"))
_REDOC: Final = (("page.css",), ("redoc.standalone.js", "redoc.start.js"))


@dataclass(frozen=True, slots=True, kw_only=True)
class DocumentPages:
    """Where the document and its pages are served.

    Args:
        document: The path of the document; without it there are no pages.
        swagger: The path of the page of Swagger UI.
        redoc: The path of the page of Redoc.
        auth: Who may read all of them.
    """

    document: str | None
    swagger: str | None = None
    redoc: str | None = None
    auth: Auth = public


def document_routes(pages: DocumentPages, build: Callable[[], Any], title: str) -> Iterator[Route]:
    """Yield the routes of the document and its pages.

    Args:
        pages: Where they are.
        build: Returns the document; called at the first request for it, in a thread.
        title: The name of the API.
    """
    if pages.document is None:
        return
    yield _route(pages.document, _document(build), pages)
    for path, (styles, scripts) in ((pages.swagger, _SWAGGER), (pages.redoc, _REDOC)):
        if path is None:
            continue
        folder = f"{path.rstrip('/')}/assets/"
        yield _route(path, _page(title, pages.document, folder, styles, scripts), pages)
        yield _route(f"{folder}{{file}}", _assets({*styles, *scripts}), pages)


def _route(path: str, handler: Callable[..., Any], pages: DocumentPages) -> Route:
    return Route(path=path, handler=handler, auth=pages.auth, include_in_schema=False)


def _document(build: Callable[[], Any]) -> Callable[..., Any]:
    made: list[bytes] = []

    # A plain `def`: it runs in a thread, so that a large document does not hold up other requests.
    def openapi_document() -> Response:
        """Return the OpenAPI document of this site; it is made once, for the first who asks."""
        if not made:
            made.append(to_json(build()))
        return Response(made[0], media_type="application/json", headers={"cache-control": "no-cache"})

    return _named(openapi_document)


def _named(handler: Callable[..., Any]) -> Callable[..., Any]:
    # Listings show where a handler is written; inside of which function says nothing there.
    handler.__qualname__ = handler.__name__
    return handler


def _page(
    title: str, document: str, folder: str, styles: tuple[str, ...], scripts: tuple[str, ...]
) -> Callable[..., Any]:
    text = _PAGE.format(
        title=_escaped(title),
        styles="\n".join(f'<link rel="stylesheet" href="{folder}{name}">' for name in styles),
        scripts="\n".join(f'<script src="{folder}{name}" data-document="{document}"></script>' for name in scripts),
    )

    async def api_document_page() -> HTMLResponse:
        """Show the API document."""
        return HTMLResponse(text, headers={"content-security-policy": _POLICY})

    return _named(api_document_page)


def _assets(names: set[str]) -> Callable[..., Any]:
    async def api_document_asset(request: Request) -> FileResponse:
        """Send a file that a page loads."""
        name = request.path_params["file"]
        if name not in names:
            raise NotFound
        # What a page loads changes with the version of Vase alone; a browser asks again after an hour.
        return FileResponse(ASSETS / name, headers={"cache-control": "max-age=3600"})

    return _named(api_document_asset)


def _escaped(text: str) -> str:
    return text.replace("&", "&amp;").replace("<", "&lt;").replace('"', "&quot;")
