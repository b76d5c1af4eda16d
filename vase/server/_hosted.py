"""`vase serve module:app`: a site that is one application of somebody else's."""

import logging
import os
from collections.abc import Mapping

from vase.application import Vase
from vase.hosting import load_application
from vase.http import HTTPException, Request, Response
from vase.urls import Interface, public

__all__ = ["hosted_site"]

logger = logging.getLogger("vase.request")

_DEFAULTS: dict[str, object] = {
    # What other servers do for an application, and no more: it has its own headers, checks and limits.
    "MIDDLEWARE": ["vase.middleware.trusted_proxies", "vase.middleware.access_log"],
    "TRUSTED_PROXIES": ["127.0.0.0/8", "::1/128"],
    "ALLOWED_HOSTS": ["*"],
    "WEBSOCKET_ALLOWED_ORIGINS": ["*"],
    "DATA_UPLOAD_MAX_MEMORY_SIZE": 2**62,
    "LIVEZ_URL": None,
    "READYZ_URL": None,
    "METRICS_URL": None,
    "OPENAPI_URL": None,
    "APPEND_SLASH": False,
}


def hosted_site(target: str, *, interface: Interface = "auto", environ: Mapping[str, str] = os.environ) -> Vase:
    """Return the site that serves an application; a Vase application is served as it is.

    Every setting can be set in the environment: `VASE_DATA_UPLOAD_MAX_MEMORY_SIZE=8388608` bounds bodies,
    `VASE_MIDDLEWARE` names the Rust layers.

    Args:
        target: The application, `module:app`.
        interface: How it is called.
        environ: The environment.

    Raises:
        HostingError: The target leads to no application.
    """
    app = load_application(target)
    if isinstance(app, Vase):
        return app
    site = Vase(settings={name: value for name, value in _DEFAULTS.items() if f"VASE_{name}" not in environ})
    site.mount("/", app, interface=interface, auth=public)
    site.exception_handler(Exception)(_failed)
    return site


def _failed(request: Request, exception: Exception) -> Response:
    """Answer for an application that failed: what it would have shown is its own business."""
    status = exception.status_code if isinstance(exception, HTTPException) else 500
    if status == 500:
        logger.error("%s %s failed in the application", request.method, request.path, exc_info=exception)
        text = "Internal Server Error"
    else:
        text = str(exception)
    body = text.encode()
    headers = {"content-length": str(len(body)), "connection": "close"}
    return Response(body, status, headers, "text/plain; charset=utf-8")
