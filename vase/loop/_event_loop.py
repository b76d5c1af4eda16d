"""asyncio's selector loop with its hot parts in Rust."""

import asyncio
import selectors
import socket
import sys
import weakref
from asyncio import constants, sslproto, trsock
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from vase._core import EventLoopCore, Reactor, SocketTransport
from vase.loop._datagrams import FAMILIES, DatagramTransport

if TYPE_CHECKING:
    import ssl

__all__ = ["EventLoop"]

_REFUSAL = "the core of `vase.loop.EventLoop` keeps its descriptors itself; use the methods of the loop"
_HAS_CLIENTS_OF_SERVERS = sys.version_info >= (3, 13)


class _Registry(selectors.BaseSelector):
    """What asyncio's own code sees as the loop's selector: it can be asked what is watched, and that is all."""

    def __init__(self, core: EventLoopCore) -> None:
        self._core = weakref.ref(core)

    def get_key(self, fileobj: Any) -> selectors.SelectorKey:
        """Return what is watched of a descriptor, for the `repr` of transports."""
        core = self._core()
        descriptor = fileobj if isinstance(fileobj, int) else fileobj.fileno()
        reads, writes = (False, False) if core is None else core._watched(descriptor)  # noqa: SLF001
        if not (reads or writes):
            raise KeyError(f"{fileobj!r} is not registered")
        events = (selectors.EVENT_READ if reads else 0) | (selectors.EVENT_WRITE if writes else 0)
        return selectors.SelectorKey(fileobj, descriptor, events, None)

    def get_map(self) -> Mapping[Any, selectors.SelectorKey]:
        """Return nothing: the core keeps the map."""
        return {}

    def register(self, fileobj: Any, events: int, data: Any = None) -> selectors.SelectorKey:
        """Refuse: `add_reader` and `add_writer` are the doors."""
        raise NotImplementedError(_REFUSAL)

    def unregister(self, fileobj: Any) -> selectors.SelectorKey:
        """Refuse: `remove_reader` and `remove_writer` are the doors."""
        raise NotImplementedError(_REFUSAL)

    def select(self, timeout: float | None = None) -> list[tuple[selectors.SelectorKey, int]]:
        """Refuse: the core waits itself."""
        raise NotImplementedError(_REFUSAL)


class EventLoop(EventLoopCore, asyncio.SelectorEventLoop):
    """An asyncio event loop whose callbacks, timers, descriptors and stream sockets are handled in Rust.

    What is not handled there is asyncio's own code. The HTTP core can run on the loop's thread: the first use of
    `reactor` sets it up.
    """

    # What asyncio's own code keeps in a loop has its places, so that the dictionary of the instance stays unmade: each
    # callback, timer and future asks for a method of the loop, and would look into that first, in vain. A name that is
    # missing here goes into the dictionary; that is right, only slower.
    __slots__ = (
        "_asyncgens",
        "_asyncgens_shutdown_called",
        "_clock_resolution",
        "_coroutine_origin_tracking_enabled",
        "_coroutine_origin_tracking_saved_depth",
        "_csock",
        "_current_handle",
        "_default_executor",
        "_exception_handler",
        "_executor_shutdown_called",
        "_internal_fds",
        "_old_agen_hooks",
        "_reactor",
        "_selector",
        "_signal_handlers",
        "_ssock",
        "_task_factory",
        "_thread_id",
        "_timer_cancelled_count",
        "_transports",
        "_unix_server_sockets",
        "slow_callback_duration",
    )

    def __init__(self) -> None:
        super().__init__(_Registry(self))
        self._reactor: Reactor | None = None

    @property
    def reactor(self) -> Reactor:
        """The core's side of the loop, for which an engine is made; it belongs to the thread that asked first."""
        if self._reactor is None:
            self._check_closed()
            self._reactor = Reactor(self._epoll())
            self._reactor.bind(self)
            self._drive(self._reactor)
        return self._reactor

    if sys.version_info >= (3, 13):

        def run_forever(self) -> None:
            """Run until `stop` is called."""
            self._run_forever_setup()  # type: ignore[attr-defined]
            try:
                self._run_until_stopped()
            finally:
                self._run_forever_cleanup()  # type: ignore[attr-defined]

    def close(self) -> None:
        """Close the loop; what waits on it is let go of."""
        was_closed = self.is_closed()
        super().close()
        if not was_closed:
            # The runtime ends before what it watches.
            if self._reactor is not None:
                self._reactor.close()
            self._let_go()

    def _make_socket_transport(
        self,
        sock: socket.socket,
        protocol: asyncio.BaseProtocol,
        waiter: asyncio.Future[Any] | None = None,
        *,
        extra: Mapping[str, Any] | None = None,
        server: Any = None,
    ) -> SocketTransport:
        self._ensure_fd_no_transport(sock)  # type: ignore[attr-defined]
        descriptor = sock.fileno()
        transport = SocketTransport(
            self,
            sock,
            descriptor,
            _facts(sock, extra),
            server,
            constants._SendfileMode.TRY_NATIVE,  # noqa: SLF001
        )
        transport.set_protocol(protocol)
        if server is not None and _HAS_CLIENTS_OF_SERVERS:
            server._attach(transport)  # noqa: SLF001
        elif server is not None:
            server._attach()  # noqa: SLF001
        self._transports[descriptor] = transport  # type: ignore[attr-defined]
        transport._begin(waiter)  # noqa: SLF001
        return transport

    def _make_datagram_transport(
        self,
        sock: socket.socket,
        protocol: asyncio.BaseProtocol,
        address: Any = None,
        waiter: asyncio.Future[Any] | None = None,
        extra: Mapping[str, Any] | None = None,
    ) -> asyncio.DatagramTransport:
        if sock.family not in FAMILIES:
            return super()._make_datagram_transport(sock, protocol, address, waiter, extra)  # type: ignore[misc,no-any-return]
        self._ensure_fd_no_transport(sock)  # type: ignore[attr-defined]
        return DatagramTransport(self, sock, protocol, address, waiter, extra)

    def _make_ssl_transport(  # noqa: PLR0913  # asyncio's own signature
        self,
        rawsock: socket.socket,
        protocol: asyncio.BaseProtocol,
        sslcontext: "ssl.SSLContext",
        waiter: asyncio.Future[Any] | None = None,
        *,
        server_side: bool = False,
        server_hostname: str | None = None,
        extra: Mapping[str, Any] | None = None,
        server: Any = None,
        ssl_handshake_timeout: float | None = constants.SSL_HANDSHAKE_TIMEOUT,
        ssl_shutdown_timeout: float | None = constants.SSL_SHUTDOWN_TIMEOUT,
    ) -> Any:
        tls: Any = sslproto.SSLProtocol(
            self,
            protocol,
            sslcontext,
            waiter,  # type: ignore[arg-type]
            server_side,
            server_hostname,
            ssl_handshake_timeout=ssl_handshake_timeout,  # type: ignore[arg-type]
            ssl_shutdown_timeout=ssl_shutdown_timeout,
        )
        self._make_socket_transport(rawsock, tls, extra=extra, server=server)
        return tls._app_transport  # noqa: SLF001


def _facts(sock: socket.socket, extra: Mapping[str, Any] | None) -> dict[str, Any]:
    """Return what `get_extra_info` knows of a connection."""
    facts = dict(extra or {})
    facts["socket"] = trsock.TransportSocket(sock)
    try:
        facts["sockname"] = sock.getsockname()
    except OSError:
        facts["sockname"] = None
    if "peername" not in facts:
        try:
            facts["peername"] = sock.getpeername()
        except OSError:
            facts["peername"] = None
    return facts
