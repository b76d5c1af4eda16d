"""Processes: a supervisor that owns the listening sockets, workers that serve, reloads that refuse nobody.

    from vase.server import ServerOptions, run

    run(ServerOptions(settings_module="config.settings.production", port=8000, workers=2))

The supervisor imports the framework but never the site; each worker is a fork of it that imports the site and serves.
So a worker that dies, hangs or is replaced never takes the sockets with it, and a reload costs the site's own imports
only.

Settings read: `SHUTDOWN_TIMEOUT_SECONDS`, `SLOW_HANDLER_SECONDS`, `THREADS_MAX`. Errors: `ServerError`, codes
`server.E001` and `server.E002`.
"""

from vase.server._errors import ServerError
from vase.server._options import ServerOptions
from vase.server._run import run

__all__ = ["ServerError", "ServerOptions", "run"]
