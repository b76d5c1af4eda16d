"""The private names of asyncio on which the loop stands are there, and mean what they meant.

`docs/concepts/loop.md` lists them. A Python in which one is missing or takes other arguments fails here, by its name,
before anything fails in a way that has to be understood.
"""

import asyncio
import importlib
import inspect
import signal
import sys
from collections.abc import AsyncIterator

import pytest

from vase.loop import EventLoop

# What is used -> the parameters that it has, by version where they differ; None: an attribute or a class.
USED: dict[str, str | None] = {
    "asyncio.base_events.BaseEventLoop._check_callback": "self, callback, method",
    "asyncio.base_events.BaseEventLoop._check_thread": "self",
    "asyncio.base_events.BaseEventLoop._add_callback_signalsafe": "self, handle",
    "asyncio.base_events._format_handle": "handle",
    "asyncio.base_events.logger": None,
    "asyncio.base_events.Server._attach": "self, transport" if sys.version_info >= (3, 13) else "self",
    "asyncio.base_events.Server._detach": "self, transport" if sys.version_info >= (3, 13) else "self",
    "asyncio.constants.SSL_HANDSHAKE_TIMEOUT": None,
    "asyncio.constants.SSL_SHUTDOWN_TIMEOUT": None,
    "asyncio.constants._SendfileMode.TRY_NATIVE": None,
    "asyncio.events.Handle._repr_info": "self",
    "asyncio.events.TimerHandle._repr_info": "self",
    "asyncio.format_helpers.extract_stack": "f=None, limit=None",
    "asyncio.futures._set_result_unless_cancelled": "fut, result",
    "asyncio.selector_events._SelectorDatagramTransport.__init__": (
        "self, loop, sock, protocol, address=None, waiter=None, extra=None"
    ),
    "asyncio.selector_events._SelectorDatagramTransport._call_connection_lost": "self, exc",
    "asyncio.selector_events._SelectorDatagramTransport._read_ready": "self",
    "asyncio.selector_events._SelectorDatagramTransport.sendto": "self, data, addr=None",
    "asyncio.selector_events._SelectorSocketTransport.__repr__": "self",
    "asyncio.selector_events._test_selector_event": "selector, fd, event",
    "asyncio.selector_events.BaseSelectorEventLoop.__init__": "self, selector=None",
    "asyncio.selector_events.BaseSelectorEventLoop._ensure_fd_no_transport": "self, fd",
    "asyncio.selector_events.BaseSelectorEventLoop._make_self_pipe": "self",
    "asyncio.selector_events.BaseSelectorEventLoop._make_socket_transport": (
        "self, sock, protocol, waiter=None, *, extra=None, server=None"
    ),
    "asyncio.selector_events.BaseSelectorEventLoop._sendfile_native": "self, transp, file, offset, count",
    "asyncio.sslproto.SSLProtocol.__init__": (
        "self, loop, app_protocol, sslcontext, waiter, server_side=False, server_hostname=None,"
        " call_connection_made=True, ssl_handshake_timeout=None, ssl_shutdown_timeout=None"
    ),
    "asyncio.trsock.TransportSocket.__init__": "self, sock: socket.socket",
}
if sys.version_info >= (3, 13):
    USED |= {
        "asyncio.base_events.BaseEventLoop._run_forever_setup": "self",
        "asyncio.base_events.BaseEventLoop._run_forever_cleanup": "self",
    }

OVERRIDDEN = {
    "_add_callback",
    "_add_reader",
    "_add_writer",
    "_check_closed",
    "_make_datagram_transport",
    "_make_socket_transport",
    "_make_ssl_transport",
    "_remove_reader",
    "_remove_writer",
    "_run_once",
}
ATTRIBUTES = {"_closed", "_debug", "_ready", "_scheduled", "_selector", "_stopping", "_transports"}

DATAGRAMS = {"_buffer", "_closing", "_conn_lost", "_paused", "_protocol"}


def find(path: str) -> object:
    """Return what a dotted path names."""
    module_name = ".".join(path.split(".")[:2])
    found: object = importlib.import_module(module_name)
    for name in path.split(".")[2:]:
        found = getattr(found, name)
    return found


@pytest.mark.parametrize("path", sorted(USED))
def test_what_is_called_takes_the_same_arguments(path: str) -> None:
    """Each name exists; each function takes what we give it."""
    found, expected = find(path), USED[path]
    if expected is not None:
        assert callable(found)
        assert str(inspect.signature(found)) == f"({expected})"


@pytest.mark.parametrize("name", sorted(OVERRIDDEN))
def test_what_is_overridden_is_there_to_override(name: str) -> None:
    """Asyncio still has the method that ours stands for."""
    assert callable(getattr(asyncio.SelectorEventLoop, name))


@pytest.mark.parametrize("name", sorted(ATTRIBUTES))
def test_what_ours_replaces_is_set_by_asyncios_loop(name: str) -> None:
    """Asyncio's loop still keeps its state in these attributes."""
    loop = asyncio.SelectorEventLoop()
    try:
        assert name in vars(loop)
    finally:
        loop.close()


@pytest.mark.parametrize("name", sorted(DATAGRAMS))
def test_what_the_core_asks_of_a_datagram_transport_is_there(name: str) -> None:
    """Asyncio's transport still keeps its state in these attributes."""

    async def main() -> None:
        loop = asyncio.get_running_loop()
        made = await loop.create_datagram_endpoint(asyncio.DatagramProtocol, local_addr=("127.0.0.1", 0))
        assert name in vars(made[0])
        made[0].close()

    with asyncio.Runner(loop_factory=asyncio.SelectorEventLoop) as runner:
        runner.run(main())


def test_what_asyncio_keeps_in_a_loop_has_its_place_in_ours() -> None:
    """The dictionary of the instance stays empty, in use too: what is asked of a loop is not looked for there first."""

    async def numbers() -> AsyncIterator[int]:
        yield 1

    async def use() -> None:
        loop = asyncio.get_running_loop()
        loop.set_exception_handler(print)
        loop.add_signal_handler(signal.SIGUSR1, int)
        loop.remove_signal_handler(signal.SIGUSR1)
        await asyncio.to_thread(int)
        async for _ in numbers():
            break
        assert vars(loop) == {}

    with asyncio.Runner(loop_factory=EventLoop, debug=True) as runner:
        runner.run(use())
        loop = runner.get_loop()
    assert vars(loop) == {}
