"""A server on a real socket, in a thread of the test's process."""

import asyncio
import os
import socket
import threading
from types import TracebackType
from typing import Self

from vase._core import Engine
from vase.application import Vase
from vase.loop import AsyncioEventLoop, EventLoop, ServingLoop, loop_class

__all__ = ["LiveServer"]

_START_SECONDS = 20


class LiveServer:
    """Serves an application on a free port of the loopback, until the block ends.

    Its own address is answered, whatever `ALLOWED_HOSTS` says.

    Args:
        app: The application.

    Example:
        >>> with LiveServer(app) as server:
        ...     urllib.request.urlopen(server.url).read()
    """

    def __init__(self, app: Vase) -> None:
        self.app = app
        self._socket = socket.create_server(("127.0.0.1", 0), backlog=1024)
        self._socket.setblocking(False)  # noqa: FBT003
        self.host, self.port = "127.0.0.1", self._socket.getsockname()[1]
        self._started = threading.Event()
        self._failure: BaseException | None = None
        self._stop: asyncio.Event | None = None
        self._loop: ServingLoop | None = None
        self._engine: Engine | None = None
        self._thread = threading.Thread(target=self._run, name="vase-live-server", daemon=True)

    @property
    def url(self) -> str:
        """The address, without a slash at its end."""
        return f"http://{self.host}:{self.port}"

    def ask(self, question: str) -> int:
        """Return a number that only the engine's own thread may read: `python_calls` or `connections`."""
        loop, engine = self._loop, self._engine
        if loop is None or engine is None:
            raise RuntimeError("the server does not run")

        async def read() -> int:
            return int(getattr(engine, question))

        return asyncio.run_coroutine_threadsafe(read(), loop).result(5)

    def _run(self) -> None:
        try:
            with asyncio.Runner(loop_factory=loop_class(self.app.settings.EVENT_LOOP)) as runner:
                runner.run(self._serve())
        except BaseException as failure:  # noqa: BLE001  # raised again in the test's thread
            self._failure = failure
        finally:
            self._started.set()

    async def _serve(self) -> None:
        loop = asyncio.get_running_loop()
        assert isinstance(loop, EventLoop | AsyncioEventLoop)  # noqa: S101  # the runner above made it
        self._loop, self._stop = loop, asyncio.Event()
        engine = self._engine = self.app.engine(loop, hosts=[self.host])
        await self.app.startup()
        engine.serve(os.dup(self._socket.fileno()))
        loop.call_soon(self._started.set)
        await self._stop.wait()
        await self.app.drain(engine, 2.0)
        await self.app.shutdown()
        self._engine = None

    def __enter__(self) -> Self:
        self._thread.start()
        if not self._started.wait(_START_SECONDS):
            raise TimeoutError(f"the server did not start in {_START_SECONDS} s")
        if self._failure is not None:
            self._socket.close()
            raise self._failure
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        if self._loop is not None and self._stop is not None and not self._loop.is_closed():
            self._loop.call_soon_threadsafe(self._stop.set)
        self._thread.join(10)
        self._socket.close()
        if self._failure is not None:
            raise self._failure
