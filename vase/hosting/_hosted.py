"""One application of somebody else's, ready to be called."""

import asyncio
import sys
from collections.abc import Callable
from contextlib import AbstractAsyncContextManager
from typing import Any

from vase.hosting._inside import call_inside
from vase.hosting._interface import asgi_entry, interface_of
from vase.hosting._lifespan import lifespan_of
from vase.hosting._sockets import Sockets
from vase.hosting._threads import with_lent_threads
from vase.hosting._wsgi import wsgi_handler
from vase.http import Request, Response
from vase.urls import Interface

__all__ = ["HostedApp"]


class HostedApp:
    """An ASGI or WSGI application under a prefix.

    Args:
        app: The application.
        prefix: Where it lives, with a slash at both ends.
        interface: How it is called; `auto` looks at it.

    Attributes:
        entry: What the core calls: the ASGI application, or a function of a WSGI environ.
        template: The part of the scope or environ that is the same for all requests.
        sockets: Its WebSockets; WSGI knows none.

    Raises:
        HostingError: It is neither.
    """

    def __init__(self, app: Callable[..., Any], *, prefix: str = "/", interface: Interface = "auto") -> None:
        self.prefix = prefix
        self.interface = interface_of(app, interface)
        self.name = f"the application at `{prefix}`"
        self._app = app
        self.state: dict[str, Any] = {}
        self.template: dict[str, Any]
        self.entry: Callable[..., Any]
        if self.interface == "asgi":
            self.entry = with_lent_threads(asgi_entry(app))
            self.template = {
                "type": "http",
                "asgi": {"version": "3.0", "spec_version": "2.4"},
                "http_version": "1.1",
                "scheme": "http",
                "server": None,
                "root_path": prefix.rstrip("/"),
                "state": self.state,
            }
            self.sockets: Sockets | None = Sockets(self.entry, self.template)
        else:
            self.sockets = None
            self.entry = wsgi_handler(app)
            self.template = {
                "SCRIPT_NAME": prefix.rstrip("/").encode().decode("latin-1"),
                "SERVER_SOFTWARE": "vase",
                "wsgi.version": (1, 0),
                "wsgi.errors": sys.stderr,
                "wsgi.multithread": True,
                "wsgi.multiprocess": False,
                "wsgi.run_once": False,
                "wsgi.input_terminated": True,
            }

    def listen_at(self, host: str, port: int, *, workers: int = 1) -> None:
        """Tell where the server listens; requests of the application say so.

        Args:
            host: The address.
            port: The port.
            workers: How many processes serve.
        """
        if self.interface == "asgi":
            self.template["server"] = (host, port)
        else:
            self.template["SERVER_NAME"], self.template["SERVER_PORT"] = host, str(port)
            self.template["wsgi.multiprocess"] = workers > 1

    def lifespan(self) -> AbstractAsyncContextManager[None] | None:
        """Return the life of the application, from its startup to its shutdown; WSGI knows none."""
        return lifespan_of(self.entry, self.state, self.name) if self.interface == "asgi" else None

    async def respond(self, request: Request, environ: Callable[[Request, dict[str, Any]], dict[str, Any]]) -> Response:
        """Return the application's answer, for Python middleware around it.

        Args:
            request: The request.
            environ: Makes the environ of a request.
        """
        if self.interface == "asgi":
            return await call_inside(self.entry, self.template, request)
        response: Response = await asyncio.to_thread(self.entry, environ(request, self.template))
        return response
