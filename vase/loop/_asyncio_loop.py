"""asyncio's selector loop as it is, on a selector that drives the core's runtime."""

import asyncio
import selectors

from vase._core import Reactor

__all__ = ["AsyncioEventLoop"]


class _ReactorSelector(selectors.EpollSelector):
    """Keeps asyncio's descriptors in an epoll of their own, which the core's runtime watches as one descriptor."""

    def __init__(self) -> None:
        super().__init__()
        self.reactor = Reactor(self.fileno())

    def select(self, timeout: float | None = None) -> list[tuple[selectors.SelectorKey, int]]:
        """Runs the core until asyncio has something to do; gives the descriptors that are ready."""
        if self.reactor.turn(timeout):
            return super().select(0)
        return []

    def close(self) -> None:
        """Ends the runtime first: it watches the epoll that is closed after it."""
        self.reactor.close()
        super().close()


class AsyncioEventLoop(asyncio.SelectorEventLoop):
    """The standard library's event loop on whose thread the HTTP core can run.

    Attributes:
        reactor: The core's side of the loop; `vase._core.Engine` is made for it.
    """

    def __init__(self) -> None:
        selector = _ReactorSelector()
        super().__init__(selector)
        self.reactor = selector.reactor
        self.reactor.bind(self)
