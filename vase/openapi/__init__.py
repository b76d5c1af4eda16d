"""The API document: OpenAPI 3.1, made of the same plans that answer requests; the pages that show it; typed clients.

    document = build_document(operations, info=Info(title="Shop", version="1.2"))

Sockets and server-sent events are told in a document of their own, AsyncAPI 3: `build_async_document`.

Nothing here runs before somebody asks: the application imports this room when the document, a page or a client is
wanted. What a handler takes comes from its plan (`vase.binding`), what it returns from its promise, who may call it
from `auth=`; so the document cannot say anything else than the code does.

Settings read by the application for this room: `OPENAPI_URL`, `DOCS_URL`, `REDOC_URL`, `OPENAPI_AUTH`, `API_TITLE`,
`API_VERSION`, `API_DESCRIPTION`, `API_SERVERS`.
"""

from vase.openapi._asyncapi import PlannedSocket, build_async_document
from vase.openapi._client_python import python_client
from vase.openapi._client_typescript import typescript_client
from vase.openapi._document import Info, PlannedRoute, build_document
from vase.openapi._pages import ASSETS, DocumentPages, document_routes

__all__ = [
    "ASSETS",
    "DocumentPages",
    "Info",
    "PlannedRoute",
    "PlannedSocket",
    "build_async_document",
    "build_document",
    "document_routes",
    "python_client",
    "typescript_client",
]
