"""`run`: from options to a served site."""

import importlib
import logging
import os
import signal
import sys
import traceback
from collections.abc import Callable, Sequence

from vase.checks import CheckMessage, Report
from vase.db import check_migrations
from vase.exceptions import ConfigurationError, VaseError
from vase.server._broken import broken_site
from vase.server._errors import ServerError
from vase.server._options import ServerOptions
from vase.server._sockets import listen
from vase.server._supervisor import Supervisor
from vase.server._watch import Watcher
from vase.server._worker import Worker, build
from vase.types import Fault

__all__ = ["run"]

_PRELOADED = ("vase.application", "vase.db", "vase.testing", "sqlalchemy.orm", "sqlalchemy.dialects.sqlite", "jinja2")
"""What nearly every site imports: loaded once here, so that a reload costs the site's own modules only."""

_VALID = b"V"
_ADVICE_SECONDS = 20


def run(options: ServerOptions) -> None:
    """Serve a site until SIGINT or SIGTERM; exits the process with the status.

    SIGHUP replaces all workers without refusing a request.

    Args:
        options: Where and how to serve.

    Raises:
        ServerError: The address cannot be had, or the options contradict each other.
    """
    if options.settings_module is None and options.factory is None and options.target is None:
        raise ServerError("no site to serve: neither a settings module nor an application", code="server.E002")
    _log_to_stderr()
    watcher = Watcher(options.watch) if options.reload else None  # it starts while the modules are loaded
    try:
        for name in _PRELOADED:
            importlib.import_module(name)
        # All faults at once, before the socket opens. Those that an edit brings later are told by the pages.
        _check(options)
        listener = listen(options.host, options.port)
    except BaseException:
        if watcher is not None:
            watcher.close()
        raise
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
    """Build the site once in a fork, for the supervisor must not import what a reload has to import anew.

    Leaves the process with status 1 if the site has faults. If it has none, the fork tells its warnings and ends. Under
    reload it goes on to tell the migrations that the database lacks, which nobody waits for: a database may be slow to
    answer, or silent. In production nothing runs beside the supervisor and its workers.
    """
    reading, writing = os.pipe()
    sys.stdout.flush()
    sys.stderr.flush()
    pid = os.fork()
    if pid == 0:
        _be_checker(options, writing)
    os.close(writing)
    with os.fdopen(reading, "rb") as pipe:
        is_valid = pipe.read(1) == _VALID
    if not is_valid:
        os.waitpid(pid, 0)
        sys.exit(1)


def _be_checker(options: ServerOptions, pipe: int) -> None:
    """Check the site, say so into the pipe, give advice; leaves the process, never returns."""
    try:
        signal.signal(signal.SIGINT, signal.SIG_DFL)
        app = build(options)
        messages = app.check()
        _stop_on_errors(messages)
        os.write(pipe, _VALID)
        os.close(pipe)
        if options.reload:
            signal.alarm(_ADVICE_SECONDS)
            messages += check_migrations(app) if options.target is None else []
        if messages:
            print(Report(messages).render(color=sys.stderr.isatty()), file=sys.stderr)  # noqa: T201
    except ConfigurationError as error:
        print(error.render(color=sys.stderr.isatty()), file=sys.stderr)  # noqa: T201
    except VaseError as error:
        print(CheckMessage.from_error(error).render(color=sys.stderr.isatty()), file=sys.stderr)  # noqa: T201
    except BaseException:  # noqa: BLE001  # a fork must never go on with its parent's work
        traceback.print_exc()
    finally:
        sys.stderr.flush()
        os._exit(0)


def _stop_on_errors(messages: Sequence[Fault]) -> None:
    if any(message.level == "error" for message in messages):
        raise ConfigurationError(messages)


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
