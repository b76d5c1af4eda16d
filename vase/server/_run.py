"""`run`: from options to a served site."""

import importlib
import logging
import sys

from vase.application import Vase
from vase.server._broken import broken_site
from vase.server._errors import ServerError
from vase.server._options import ServerOptions
from vase.server._sockets import listen
from vase.server._supervisor import Supervisor
from vase.server._worker import Worker

__all__ = ["run"]

_PRELOADED = ("vase.application", "vase.db", "vase.testing", "sqlalchemy.orm", "sqlalchemy.dialects.sqlite", "jinja2")
"""What nearly every site imports: loaded once here, so that a reload costs the site's own modules only."""


def run(options: ServerOptions) -> None:
    """Serve a site until SIGINT or SIGTERM; exits the process with the status.

    SIGHUP replaces all workers without refusing a request.

    Args:
        options: Where and how to serve.

    Raises:
        ServerError: The address cannot be had, or the options contradict each other.
    """
    if options.settings_module is None and options.factory is None:
        raise ServerError("no site to serve: neither a settings module nor an application", code="server.E002")
    _log_to_stderr()
    if not options.reload and options.settings_module is not None:
        # All faults at once, before the socket opens. Under reload the pages say them, until they are mended.
        _check(options)
    listener = listen(options.host, options.port)
    for name in _PRELOADED:
        importlib.import_module(name)
    supervisor = Supervisor(
        options,
        listener,
        lambda pulse: Worker(options, listener, pulse, broken_site if options.reload else None),
        _announcer(options, listener.getsockname()[1]),
    )
    status = supervisor.run()
    listener.close()
    sys.exit(status)


def _check(options: ServerOptions) -> None:
    """Build the site once in a fork: the supervisor itself must not import what a reload has to import anew."""
    import os  # noqa: PLC0415

    pid = os.fork()
    if pid == 0:
        status = 1
        try:
            Vase.from_settings(options.settings_module).ensure_valid()
            status = 0
        except Exception as error:  # noqa: BLE001  # told below, whatever it is
            render = getattr(error, "render", None)
            print(render(color=sys.stderr.isatty()) if render else error, file=sys.stderr)  # noqa: T201
        finally:
            sys.stderr.flush()
            os._exit(status)
    _, status = os.waitpid(pid, 0)
    if status:
        sys.exit(os.waitstatus_to_exitcode(status))


def _log_to_stderr() -> None:
    """Send the server's own words to stderr, unless the process has set logging up already."""
    if not logging.getLogger().handlers and not logging.getLogger("vase").handlers:
        handler = logging.StreamHandler()
        handler.setFormatter(logging.Formatter("%(asctime)s %(levelname)s %(name)s: %(message)s"))
        root = logging.getLogger("vase")
        root.addHandler(handler)
        root.setLevel(logging.INFO)


def _announcer(options: ServerOptions, port: int):  # noqa: ANN202
    told = False

    def announce() -> None:
        nonlocal told
        if told or options.quiet:
            return
        told = True
        host = f"[{options.host}]" if ":" in options.host else options.host
        what = f"{options.workers} worker{'s' if options.workers > 1 else ''}"
        mode = "reloading on change" if options.reload else "press Ctrl-C to stop"
        print(f"Vase serves http://{host}:{port}/  ({what}, {mode})", file=sys.stderr, flush=True)  # noqa: T201

    return announce
