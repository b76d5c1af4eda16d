"""The scope of ASGI, made of a request that Python middleware holds; where there is none, the core makes it."""

from typing import Any
from urllib.parse import unquote

from vase.http import Request

__all__ = ["http_scope", "websocket_scope"]


def http_scope(template: dict[str, Any], request: Request) -> dict[str, Any]:
    """Return the scope of a request.

    Args:
        template: What is the same for all requests.
        request: The request.
    """
    return {**_common(template, request), "method": request.method, "scheme": request.scheme}


def websocket_scope(template: dict[str, Any], request: Request, subprotocols: list[str]) -> dict[str, Any]:
    """Return the scope of a handshake.

    Args:
        template: What is the same for all requests.
        request: The handshake.
        subprotocols: The protocols that the client speaks.
    """
    return {
        **_common(template, request),
        "type": "websocket",
        "scheme": "wss" if request.scheme == "https" else "ws",
        "subprotocols": subprotocols,
        "extensions": {"websocket.http.response": {}},
    }


def _common(template: dict[str, Any], request: Request) -> dict[str, Any]:
    names = request.headers.keys()
    headers = [(name.encode(), value.encode("latin-1")) for name in names for value in request.headers.getlist(name)]
    return {
        **template,
        "http_version": request.http_version,
        "path": unquote(request.raw_path),
        "raw_path": request.raw_path.encode(),
        "query_string": request.query_string.encode(),
        "headers": headers,
        "client": request.client,
        "state": dict(template.get("state", {})),
    }
