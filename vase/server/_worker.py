"""One worker: builds the site, serves the inherited socket, tells the supervisor that it lives."""

import asyncio
import contextlib
import gc
import logging
import os
import signal
import socket
import sys
import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor

from vase._core import Engine
from vase.application import Vase
from vase.exceptions import ConfigurationError
from vase.loop import AsyncioEventLoop, EventLoop, ServingLoop, loop_class
from vase.server._hosted import hosted_site
from vase.server._options import ServerOptions
from vase.server._watchdog import Watchdog

__all__ = ["BEAT_SECONDS", "EXIT_MISCONFIGURED", "READY", "Worker", "build"]

logger = logging.getLogger("vase.server")

READY = b"R"
BEAT = b"."
BEAT_SECONDS = 1.0

EXIT_MISCONFIGURED = 3
"""The site has faults that a restart does not mend."""


def build(options: ServerOptions) -> Vase:
    """Return the application that the options name, with or without faults."""
    if options.factory is not None:
        return options.factory()
    if options.target is not None:
        return hosted_site(options.target, interface=options.interface)
    return Vase.from_settings(options.settings_module)


class _CannotStartError(Exception):
    """The site raised while it was built or started; the cause is what it raised."""


class Worker:
    """The life of a worker process, from its fork to its end.

    Args:
        options: How the server was started.
        listener: The socket of the supervisor.
        pulse: The writing end of the pipe on which the supervisor listens for signs of life.
        broken: Makes the application that shows why the site cannot start; None ends the process instead.
    """

    def __init__(
        self,
        options: ServerOptions,
        listener: socket.socket,
        pulse: int,
        broken: Callable[[BaseException], Vase] | None,
    ) -> None:
        self._options, self._listener, self._pulse, self._broken = options, listener, pulse, broken
        self._stopping: asyncio.Event | None = None
        self._hurry = False

    def run(self) -> int:
        """Serve until told to stop; return the exit status."""
        signal.signal(signal.SIGINT, signal.SIG_IGN)  # the terminal sends it to all; the supervisor decides
        try:
            app = self._build()
            with asyncio.Runner(loop_factory=loop_class(app.settings.EVENT_LOOP)) as runner:
                return runner.run(self._serve(app))
        except _CannotStartError as error:
            if isinstance(error.__cause__, ConfigurationError):
                print(error.__cause__.render(color=sys.stderr.isatty()), file=sys.stderr, flush=True)  # noqa: T201
            else:
                logger.error("the site cannot start", exc_info=error.__cause__)  # noqa: TRY400  # the cause is enough
            return EXIT_MISCONFIGURED

    def _build(self) -> Vase:
        try:
            app = build(self._options)
            app.ensure_valid()
        except (Exception, SystemExit) as error:  # noqa: BLE001  # told by the pages, or raised again
            return self._stand_in(error)
        return app

    def _stand_in(self, error: BaseException) -> Vase:
        """Return the application that says what is wrong, or end the worker where nobody would read its pages."""
        if self._broken is None:
            raise _CannotStartError from error
        logger.error("the site cannot start; its pages say why until a file changes", exc_info=error)
        return self._broken(error)

    async def _start(self, app: Vase, loop: ServingLoop) -> tuple[Vase, Engine]:
        try:
            await app.startup()
            return app, self._engine(app, loop)
        except (Exception, SystemExit) as error:  # noqa: BLE001  # whatever the site's own start raises
            app = self._stand_in(error)
            await app.startup()
            return app, self._engine(app, loop)

    def _engine(self, app: Vase, loop: ServingLoop) -> Engine:
        return app.engine(loop, keep_alive=not self._options.reload, access_log=self._options.access_log)

    async def _serve(self, app: Vase) -> int:
        loop = asyncio.get_running_loop()
        assert isinstance(loop, EventLoop | AsyncioEventLoop)  # noqa: S101  # the runner above made it
        self._stopping = asyncio.Event()
        loop.add_signal_handler(signal.SIGTERM, self._stop)
        loop.add_signal_handler(signal.SIGQUIT, self._stop_now)
        watchdog = Watchdog(loop.reactor.pulse(), threading.get_ident(), app.settings.SLOW_HANDLER_SECONDS)
        watchdog.start()
        # `asyncio.to_thread` keeps to the same bound as the pool of `def` handlers.
        loop.set_default_executor(ThreadPoolExecutor(app.settings.THREADS_MAX, "vase-thread"))
        host, port, *_ = self._listener.getsockname()
        app.listen_at(host, port, workers=self._options.workers)
        app, engine = await self._start(app, loop)
        if not self._options.reload:
            # What the site has made by now stays. Each look through all of it for garbage would stop the loop for tens
            # of milliseconds.
            gc.collect()
            gc.freeze()
        engine.serve(os.dup(self._listener.fileno()))
        loop.call_soon(self._tell, READY)
        beating = loop.create_task(self._beat())
        await self._stopping.wait()
        # While requests drain the beat goes on: a worker that takes its time is not one that hangs.
        await app.drain(engine, 0.3 if self._hurry else app.settings.SHUTDOWN_TIMEOUT_SECONDS)
        await app.shutdown()
        beating.cancel()
        watchdog.stop()
        return 0

    def _stop(self) -> None:
        if self._stopping is not None:
            self._stopping.set()

    def _stop_now(self) -> None:
        self._hurry = True
        self._stop()

    async def _beat(self) -> None:
        while True:
            await asyncio.sleep(BEAT_SECONDS)
            self._tell(BEAT)

    def _tell(self, sign: bytes) -> None:
        # A full pipe means that the supervisor is busy; a broken one that it is gone, and then nobody restarts us.
        with contextlib.suppress(BlockingIOError):
            try:
                os.write(self._pulse, sign)
            except BrokenPipeError:
                self._stop()
