"""Other people's applications: ASGI and WSGI, mounted in a site or served alone.

    hosted = HostedApp(starlette_app, prefix="/legacy/", interface="auto")

The core calls an ASGI application itself, with a scope that it builds from a template and with `receive` and `send` of
its own; a WSGI application is called in the pool of threads with an environ of the core. Here is what happens around
that: which interface it is, its lifespan, its WebSockets, the response of WSGI, and both inside of Python middleware.

Errors: `HostingError`, codes `hosting.E001` (not there) and `hosting.E002` (neither ASGI nor WSGI); `hosting.E003` (it
failed to start) is told by a `ConfigurationError`.
"""

from vase.hosting._errors import HostingError
from vase.hosting._hosted import HostedApp
from vase.hosting._load import load_application
from vase.hosting._sockets import Sockets

__all__ = ["HostedApp", "HostingError", "Sockets", "load_application"]
