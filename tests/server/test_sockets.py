"""The listening socket, and what is said when there is none to be had."""

import socket
from contextlib import closing

import pytest

from vase.server import ServerError
from vase.server._sockets import listen


def test_a_free_port() -> None:
    """Port 0 takes a free one; connections wait in the socket before anybody accepts them."""
    with closing(listen("127.0.0.1", 0)) as listener:
        port = listener.getsockname()[1]
        socket.create_connection(("127.0.0.1", port)).close()
        assert not listener.getblocking()
        assert listener.get_inheritable()


def test_ipv6_takes_ipv4_too() -> None:
    """One socket on `::` serves both families."""
    if not socket.has_dualstack_ipv6():
        pytest.skip("this machine has no IPv6")
    with closing(listen("::", 0)) as listener:
        socket.create_connection(("127.0.0.1", listener.getsockname()[1])).close()


def test_a_port_in_use() -> None:
    """Another program on the port is told with the next port to try."""
    with closing(socket.create_server(("127.0.0.1", 0))) as other:
        port = other.getsockname()[1]
        with pytest.raises(ServerError, match=f"another program listens on `127.0.0.1:{port}`") as refused:
            listen("127.0.0.1", port)
    assert refused.value.code == "server.E001"
    assert refused.value.hint is not None
    assert f"runserver 127.0.0.1:{port + 1}" in refused.value.hint


@pytest.mark.parametrize("host", ["192.0.2.1", "no-such-host.invalid"])
def test_an_address_of_nobody(host: str) -> None:
    """An address that this machine does not have, or a name without an address, is told with the system's reason."""
    with pytest.raises(ServerError, match=f"cannot listen on `{host}:8000`: ") as refused:
        listen(host, 8000)
    assert refused.value.code == "server.E001"
