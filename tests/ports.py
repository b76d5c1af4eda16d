"""Ports for servers that tests start by a number."""

import contextlib
import random
import socket

__all__ = ["free_port"]


def free_port() -> int:
    """Return a port that nobody listens on.

    It is below those that the kernel gives to clients (32768 and up, `ip_local_port_range`), of which one could take it
    before the server does.
    """
    while True:
        port = random.randrange(20_000, 32_000)  # noqa: S311  # no secret
        with contextlib.suppress(OSError), socket.create_server(("127.0.0.1", port)):
            return port
