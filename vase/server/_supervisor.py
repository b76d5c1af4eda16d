"""The supervisor: forks workers, replaces those that die, hang or are out of date, and stops them all.

It has one thread and no event loop: it waits for signals, signs of life and changed files in one `select`. Its workers
are forks, which is safe because nothing else runs here at that moment.
"""

import contextlib
import logging
import os
import selectors
import signal
import socket
import sys
import time
from collections.abc import Callable
from dataclasses import dataclass, field

from vase.server._options import ServerOptions
from vase.server._watch import Watcher
from vase.server._worker import EXIT_MISCONFIGURED, READY, Worker

__all__ = ["Supervisor"]

logger = logging.getLogger("vase.server")

HANG_SECONDS = 7.0
"""A worker that gives no sign of life for so long is killed: long past any handler that merely blocks the loop."""

RESPAWN_SECONDS = 1.0
"""A worker that died younger than this is replaced after a pause, so that a broken site does not spin."""

RESPAWN_MOST_SECONDS = 30.0
"""The pause doubles as long as new workers cannot start while old ones serve, up to this."""


@dataclass(slots=True)
class _Process:
    """A worker as the supervisor knows it."""

    pid: int
    pipe: int
    generation: int
    born: float
    last_sign: float
    is_ready: bool = False
    is_stopping: bool = False


@dataclass(slots=True)
class _State:
    processes: dict[int, _Process] = field(default_factory=dict)
    generation: int = 0
    stopping: bool = False
    status: int = 0
    respawn_at: float = 0.0
    failures: int = 0


class Supervisor:
    """Keeps the asked number of workers serving.

    Args:
        options: How the server was started.
        listener: The listening socket.
        make_worker: Makes the worker in a fresh fork; its `run` gives the exit status of the process.
        on_ready: Called once, when the first worker serves.
        watcher: Tells changed files; None when nothing is reloaded.
    """

    def __init__(
        self,
        options: ServerOptions,
        listener: socket.socket,
        make_worker: Callable[[int], Worker],
        on_ready: Callable[[], None],
        watcher: Watcher | None,
    ) -> None:
        self._options, self._listener = options, listener
        self._make_worker, self._on_ready = make_worker, on_ready
        self._state = _State()
        self._selector = selectors.DefaultSelector()
        self._wakeup, self._signals = socket.socketpair()
        self._watcher = watcher

    def run(self) -> int:
        """Serve until told to stop; return the exit status."""
        self._take_signals()
        self._selector.register(self._wakeup, selectors.EVENT_READ, self._on_signals)
        if self._watcher is not None:
            self._watcher.wait()
            self._selector.register(self._watcher.descriptor, selectors.EVENT_READ, self._on_change)
        self._spawn_missing()
        try:
            while not self._state.stopping or self._state.processes:
                for key, _ in self._selector.select(0.25):
                    key.data()
                self._reap()
                self._kill_hanging()
                if not self._state.stopping:
                    self._spawn_missing()
        finally:
            self._kill_all()
            if self._watcher is not None:
                self._watcher.close()
        return self._state.status

    def _take_signals(self) -> None:
        for end in (self._wakeup, self._signals):
            end.setblocking(False)  # noqa: FBT003
        signal.set_wakeup_fd(self._signals.fileno())
        for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP, signal.SIGCHLD):
            signal.signal(number, lambda *_: None)

    def _on_signals(self) -> None:
        for number in self._wakeup.recv(64):
            if number == signal.SIGHUP:
                self._replace_all()
            elif number == signal.SIGTERM:
                self._stop(signal.SIGTERM)
            elif number == signal.SIGINT:
                # Ctrl-C means now: running requests get a moment, not the whole grace.
                self._stop(signal.SIGQUIT)

    def _on_change(self) -> None:
        assert self._watcher is not None  # noqa: S101  # registered together
        changed = self._watcher.read()
        if changed and not self._state.stopping:
            logger.info("%s changed, reloading", changed[0])
            # The old worker stops taking connections now: those that come wait for the new code, a moment.
            for process in list(self._state.processes.values()):
                self._end(process, signal.SIGTERM)
            self._state.generation += 1
            self._spawn_missing()

    def _replace_all(self) -> None:
        logger.info("replacing all workers")
        self._state.generation += 1
        self._state.respawn_at = 0.0
        self._spawn_missing()

    def _stop(self, number: signal.Signals) -> None:
        self._state.stopping = True
        for process in list(self._state.processes.values()):
            process.is_stopping = False
            self._end(process, number)

    def _spawn_missing(self) -> None:
        now = time.monotonic()
        if now < self._state.respawn_at:
            return
        current = [
            process
            for process in self._state.processes.values()
            if process.generation == self._state.generation and not process.is_stopping
        ]
        for _ in range(self._options.workers - len(current)):
            self._fork()

    def _fork(self) -> None:
        reading, writing = os.pipe2(os.O_NONBLOCK | os.O_CLOEXEC)
        sys.stdout.flush()
        sys.stderr.flush()
        pid = os.fork()
        if pid == 0:
            self._be_worker(reading, writing)
        os.close(writing)
        now = time.monotonic()
        process = _Process(pid, reading, self._state.generation, now, now)
        self._state.processes[pid] = process
        self._selector.register(reading, selectors.EVENT_READ, lambda: self._on_sign(process))

    def _be_worker(self, reading: int, writing: int) -> None:
        """Become a worker: leaves the process with the worker's status, never returns."""
        status = 1
        try:
            signal.set_wakeup_fd(-1)
            for number in (signal.SIGTERM, signal.SIGHUP, signal.SIGCHLD):
                signal.signal(number, signal.SIG_DFL)
            os.close(reading)
            self._selector.close()
            self._wakeup.close()
            self._signals.close()
            for process in self._state.processes.values():
                os.close(process.pipe)
            if self._watcher is not None:
                self._watcher.forget()
            status = self._make_worker(writing).run()
        except BaseException:
            logger.exception("a worker failed")
        finally:
            logging.shutdown()
            sys.stdout.flush()
            sys.stderr.flush()
            os._exit(status)

    def _on_sign(self, process: _Process) -> None:
        try:
            signs = os.read(process.pipe, 4096)
        except BlockingIOError:
            return
        if not signs:
            self._selector.unregister(process.pipe)
            return
        process.last_sign = time.monotonic()
        if READY in signs and not process.is_ready:
            process.is_ready = True
            self._state.failures = 0
            self._on_ready()
            self._retire_old(process.generation)

    def _retire_old(self, generation: int) -> None:
        """Stop the workers of earlier generations once all of the new one serve."""
        fresh = [p for p in self._state.processes.values() if p.generation == generation and p.is_ready]
        if len(fresh) >= self._options.workers:
            for process in list(self._state.processes.values()):
                if process.generation < generation:
                    self._end(process, signal.SIGTERM)

    def _end(self, process: _Process, number: signal.Signals) -> None:
        if not process.is_stopping:
            process.is_stopping = True
            self._signal(process, number)

    @staticmethod
    def _signal(process: _Process, number: signal.Signals) -> None:
        with contextlib.suppress(ProcessLookupError):  # it ended by itself; the next round collects it
            os.kill(process.pid, number)

    def _reap(self) -> None:
        while True:
            try:
                pid, status = os.waitpid(-1, os.WNOHANG)
            except ChildProcessError:
                return
            if pid == 0:
                return
            process = self._state.processes.pop(pid, None)
            if process is not None:
                self._bury(process, os.waitstatus_to_exitcode(status))

    def _bury(self, process: _Process, code: int) -> None:
        if process.pipe in self._selector.get_map():
            self._selector.unregister(process.pipe)
        os.close(process.pipe)
        if process.is_stopping:
            return
        if code == EXIT_MISCONFIGURED:
            self._bury_misconfigured(process)
            return
        ended = f"was killed by signal {-code}" if code < 0 else f"ended with status {code}"
        logger.error("worker %d %s; starting another", process.pid, ended)
        if time.monotonic() - process.born < RESPAWN_SECONDS:
            self._state.respawn_at = time.monotonic() + RESPAWN_SECONDS

    def _bury_misconfigured(self, process: _Process) -> None:
        """Stop when nobody serves: what is wrong has been told, and another start would tell it again."""
        if not any(other.is_ready and not other.is_stopping for other in self._state.processes.values()):
            self._state.status = 1
            self._stop(signal.SIGTERM)
            return
        # A reload of a site that is broken by now, or a database that is away for a moment: those that serve go on.
        pause = min(RESPAWN_SECONDS * 2**self._state.failures, RESPAWN_MOST_SECONDS)
        self._state.failures += 1
        self._state.respawn_at = time.monotonic() + pause
        logger.error("worker %d could not start; the others serve on, another try in %.0f s", process.pid, pause)

    def _kill_hanging(self) -> None:
        if self._options.reload:
            return  # a breakpoint is no hang
        now = time.monotonic()
        for process in list(self._state.processes.values()):
            if process.is_ready and now - process.last_sign > HANG_SECONDS:
                logger.error("worker %d gives no sign of life for %.0f s; replacing it", process.pid, HANG_SECONDS)
                process.last_sign = now
                self._signal(process, signal.SIGKILL)

    def _kill_all(self) -> None:
        for process in self._state.processes.values():
            self._signal(process, signal.SIGKILL)
