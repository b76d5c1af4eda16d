"""asyncio's datagram transport, with each datagram read and sent in Rust."""

import asyncio
import socket
from asyncio import selector_events
from collections.abc import Mapping
from typing import Any

from vase._core import DatagramCore, EventLoopCore

__all__ = ["FAMILIES", "DatagramTransport"]

# The sockets whose addresses the core knows.
FAMILIES = (socket.AF_INET, socket.AF_INET6)


class DatagramTransport(selector_events._SelectorDatagramTransport):  # type: ignore[name-defined,misc]  # noqa: SLF001
    """asyncio's own, but for the two methods that run for each datagram while nothing waits."""

    def __init__(
        self,
        loop: EventLoopCore,
        sock: socket.socket,
        protocol: asyncio.BaseProtocol,
        address: Any = None,
        waiter: asyncio.Future[Any] | None = None,
        extra: Mapping[str, Any] | None = None,
    ) -> None:
        is_version_6 = sock.family == socket.AF_INET6
        core = DatagramCore(loop, self, super().sendto, sock.fileno(), is_version_6, bool(address))
        # Attributes, so that the loop and the protocol call them with no Python in between.
        self.sendto = core.sendto
        self._read_ready = core.read_ready
        super().__init__(loop, sock, protocol, address, waiter, extra)

    def _call_connection_lost(self, exc: BaseException | None) -> None:
        try:
            super()._call_connection_lost(exc)
        finally:
            # They know the transport. From here on it answers as asyncio's does once it is closed.
            self.__dict__.pop("sendto", None)
            self.__dict__.pop("_read_ready", None)
