"""The listening sockets, which outlive every worker."""

import errno
import os
import socket

from vase.server._errors import ServerError

__all__ = ["listen"]

_BACKLOG = 4096
"""Connections that may wait while a worker starts; the kernel bounds it by `net.core.somaxconn`."""


def listen(host: str, port: int) -> socket.socket:
    """Return a socket that listens, for workers to inherit.

    Args:
        host: An address or a name.
        port: The port.

    Raises:
        ServerError: With the reason and what to do about it.
    """
    try:
        return _listen(host, port)
    except OSError as error:
        where = f"{host}:{port}"
        if error.errno == errno.EADDRINUSE:
            hint = f"stop the program that uses it, or choose another port: `runserver {host}:{port + 1}`"
            raise ServerError(f"another program listens on `{where}`", code="server.E001", hint=hint) from None
        if error.errno == errno.EACCES:
            hint = "ports below 1024 need the right to bind them; choose one above"
            raise ServerError(f"the system refuses to listen on `{where}`", code="server.E001", hint=hint) from None
        raise ServerError(f"cannot listen on `{where}`: {error.strerror or error}", code="server.E001") from None


def _listen(host: str, port: int) -> socket.socket:
    family, _, _, _, address = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM, flags=socket.AI_PASSIVE)[0]
    listener = socket.socket(family, socket.SOCK_STREAM)
    try:
        listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        if family == socket.AF_INET6:
            listener.setsockopt(socket.IPPROTO_IPV6, socket.IPV6_V6ONLY, 0)
        # Connections inherit it on Linux: a small answer leaves at once, without a system call for each connection.
        listener.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        listener.bind(address)
        listener.listen(_BACKLOG)
    except OSError:
        listener.close()
        raise
    listener.setblocking(False)  # noqa: FBT003
    os.set_inheritable(listener.fileno(), True)  # noqa: FBT003
    return listener
