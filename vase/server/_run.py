"""`run`: from options to a served site."""

import importlib
import logging
import os
import signal
import sys
import traceback
from collections.abc import Callable

from vase.checks import Report
from vase.db import check_migrations
from vase.exceptions import ConfigurationError
from vase.server._broken import broken_site
from vase.server._errors import ServerError
from vase.server._options import ServerOptions
from vase.server._sockets import listen
from vase.server._supervisor import Supervisor
from vase.server._watch import Watcher
from vase.server._worker import Worker, build

__all__ = ["run"]

_PRELOADED = ("vase.application", "vase.db", "vase.testing", "sqlalchemy.orm", "sqlalchemy.dialects.sqlite", "jinja2")
"""What nearly every site imports: loaded once here, so that a reload costs the site's own modules only."""


_ADVICE_SECONDS = 20


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
    if not options.reload:
        # All faults at once, before the socket opens. Under reload the pages say them, until they are mended.
        _check(options)
    listener = listen(options.host, options.port)
    watcher = Watcher(options.watch) if options.reload else None  # it starts while the modules are loaded
    for name in _PRELOADED:
        importlib.import_module(name)
    _advise(options)
    supervisor = Supervisor(
        options,
        listener,
        lambda pulse: Worker(options, listener, pulse, broken_site if options.reload else None),
        _announcer(options, listener.getsockname()[1]),
        watcher,
    )
    status = supervisor.run()
    listener.close()
    sys.exit(status)


def _check(options: ServerOptions) -> None:
    """Build the site once and leave the process if it has faults."""
    pid = _fork(lambda: build(options).ensure_valid())
    _, status = os.waitpid(pid, 0)
    if status:
        sys.exit(os.waitstatus_to_exitcode(status))


def _advise(options: ServerOptions) -> None:
    """Say which migrations the database lacks. Nobody waits for it: a database may be slow to answer, or silent."""

    def look() -> None:
        signal.alarm(_ADVICE_SECONDS)
        app = build(options)
        app.ensure_valid()
        messages = list(check_migrations(app))
        if messages:
            print(Report(messages).render(color=sys.stderr.isatty()), file=sys.stderr)  # noqa: T201

    _fork(look, quiet=True)


def _fork(work: Callable[[], object], *, quiet: bool = False) -> int:
    """Do something in a process of its own: the supervisor must not import what a reload has to import anew.

    Args:
        work: What is done.
        quiet: Whether nothing is said of its failure, because somebody else will.

    Returns:
        The id of the process; its status is 0 if the work was done and 1 if it failed.
    """
    sys.stdout.flush()
    sys.stderr.flush()
    pid = os.fork()
    if pid:
        return pid
    status = 1
    try:
        work()
        status = 0
    except ConfigurationError as error:
        if not quiet:
            print(error.render(color=sys.stderr.isatty()), file=sys.stderr)  # noqa: T201
    except BaseException:  # noqa: BLE001  # a fork must never go on with its parent's work
        if not quiet:
            traceback.print_exc()
    finally:
        sys.stderr.flush()
        os._exit(status)


def _log_to_stderr() -> None:
    """Send the server's own words to stderr, unless the process has set logging up already."""
    if not logging.getLogger().handlers and not logging.getLogger("vase").handlers:
        handler = logging.StreamHandler()
        handler.setFormatter(logging.Formatter("%(asctime)s %(levelname)s %(name)s: %(message)s"))
        root = logging.getLogger("vase")
        root.addHandler(handler)
        root.setLevel(logging.INFO)


def _announcer(options: ServerOptions, port: int) -> Callable[[], None]:
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
