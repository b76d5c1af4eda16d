"""Mounted applications: from the URL conf to what the engine calls."""

from collections.abc import Awaitable, Callable
from contextvars import ContextVar
from typing import Any, Literal

from vase._core import Endpoint, Socket, wsgi_environ
from vase.checks import CheckMessage
from vase.hosting import HostedApp, HostingError, Sockets
from vase.http import Request, Response
from vase.types import Fault
from vase.urls import CompiledMount

__all__ = ["Mounts"]

type Chain = Callable[[Request], Awaitable[Response]]

_handshake: ContextVar[Socket | None] = ContextVar("vase_mounted_handshake", default=None)


class Mounts:
    """The mounted applications of one application.

    They are kept when the routes are assembled anew: what an application has left in its state at its start must be
    there in its requests.
    """

    def __init__(self) -> None:
        self._known: dict[tuple[str, int], HostedApp] = {}
        self._address: tuple[str, int, int] | None = None

    def listen_at(self, host: str, port: int, workers: int) -> None:
        """Tell all applications where the server listens."""
        self._address = (host, port, workers)
        for hosted in self._known.values():
            hosted.listen_at(host, port, workers=workers)

    def find(self, mount: CompiledMount, faults: list[Fault]) -> HostedApp | None:
        """Return the application of a mount; one that cannot be called becomes a fault.

        Args:
            mount: The mount.
            faults: Where mistakes are collected.
        """
        key = (mount.prefix, id(mount.mounted.app))
        hosted = self._known.get(key)
        if hosted is not None:
            return hosted
        try:
            hosted = HostedApp(mount.mounted.app, prefix=mount.prefix, interface=mount.mounted.interface)
        except HostingError as fault:
            fault.place = fault.place or mount.mounted.place
            faults.append(CheckMessage.from_error(fault))
            return None
        if self._address is not None:
            hosted.listen_at(*self._address[:2], workers=self._address[2])
        self._known[key] = hosted
        return hosted

    @property
    def applications(self) -> list[HostedApp]:
        """All applications, in the order in which they are mounted."""
        return list(self._known.values())

    @staticmethod
    def endpoint(hosted: HostedApp) -> Endpoint:
        """Return what the engine calls when nothing of Python is around the application."""
        mode: Literal["asgi", "thread"] = "asgi" if hosted.interface == "asgi" else "thread"
        source = "value" if hosted.interface == "asgi" else "environ"
        arguments = ((source, hosted.template),)
        return Endpoint(hosted.entry, mode=mode, arguments=arguments, name=hosted.name, route=hosted.prefix)

    @staticmethod
    def socket_endpoint(hosted: HostedApp, sockets: Sockets, chain: Chain | None = None) -> Endpoint:
        """Return what the engine calls for a handshake.

        Args:
            hosted: The application.
            sockets: Its sockets.
            chain: What of Python is around the application, with its handler at the end.
        """

        async def entrance(raw: Socket, request: Request) -> Response:
            if chain is None:
                return await sockets.converse(raw, request)
            _handshake.set(raw)
            return await chain(request)

        return Endpoint(
            entrance,
            mode="task",
            # The socket first: it takes what is left of the connection out of the request.
            arguments=(("socket",), ("request",)),
            name=hosted.name,
            route=hosted.prefix,
        )

    @staticmethod
    def handler(hosted: HostedApp) -> Callable[..., Any]:
        """Return the application as a handler, for middleware, guards and dependencies around it."""

        async def mounted(request: Request) -> Response:
            raw = _handshake.get()
            if raw is not None and hosted.sockets is not None:
                return await hosted.sockets.converse(raw, request)
            return await hosted.respond(request, wsgi_environ)

        return mounted
