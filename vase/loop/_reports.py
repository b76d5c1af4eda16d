"""What the loop's core asks of Python when something is rare: to describe, to log, to warn."""

import _socket
import logging
import socket
import sys
import traceback
import warnings
from asyncio import Handle, Transport, base_events, format_helpers
from typing import Any

__all__ = [
    "callback_failed",
    "callback_was_slow",
    "detach",
    "flow_control_failed",
    "paused_reading",
    "received_eof",
    "resumed_reading",
    "stack",
    "transport_failed",
    "unclosed",
    "wrote_to_nobody",
]

_HAS_CLIENTS_OF_SERVERS = sys.version_info >= (3, 13)


def _logger() -> logging.Logger:
    """Return asyncio's log, where asyncio itself finds it."""
    return base_events.logger  # type: ignore[attr-defined,no-any-return]


def stack() -> traceback.StackSummary:
    """Return where in Python the loop was called, for the handle that is being made."""
    return format_helpers.extract_stack(sys._getframe(1))  # noqa: SLF001


def callback_failed(handle: Handle, error: BaseException) -> None:
    """Give what a callback raised to the loop's exception handler."""
    loop: Any = handle._loop  # type: ignore[attr-defined]  # noqa: SLF001
    message = f"Exception in callback {_source_of(handle, loop)}"
    context = {"message": message, "exception": error, "handle": handle}
    if handle._source_traceback:  # type: ignore[attr-defined]  # noqa: SLF001
        context["source_traceback"] = handle._source_traceback  # type: ignore[attr-defined]  # noqa: SLF001
    loop.call_exception_handler(context)


def _source_of(handle: Any, loop: Any) -> str:
    """Describe a callback as asyncio does; its arguments are shown in debug mode only, from Python 3.13 on."""
    callback, arguments = handle._callback, handle._args  # noqa: SLF001
    describe: Any = format_helpers._format_callback_source  # noqa: SLF001
    if _HAS_CLIENTS_OF_SERVERS:
        return str(describe(callback, arguments, debug=loop.get_debug()))
    return str(describe(callback, arguments))


def callback_was_slow(handle: Any, seconds: float) -> None:
    """Log a callback that kept the loop."""
    described = base_events._format_handle(handle) if isinstance(handle, Handle) else repr(handle)  # type: ignore[attr-defined]  # noqa: SLF001
    _logger().warning("Executing %s took %.3f seconds", described, seconds)


def transport_failed(transport: Any, error: BaseException, message: str) -> None:
    """Log what ended a connection: an error of the socket in debug mode only, anything else as a fault."""
    if isinstance(error, OSError):
        _logger().debug("%r: %s", transport, message, exc_info=error)
        return
    transport._loop.call_exception_handler(  # noqa: SLF001
        {"message": message, "exception": error, "transport": transport, "protocol": transport.get_protocol()}
    )


def flow_control_failed(transport: Any, method: str, error: BaseException) -> None:
    """Give what `pause_writing` or `resume_writing` raised to the loop's exception handler."""
    transport._loop.call_exception_handler(  # noqa: SLF001
        {
            "message": f"protocol.{method}() failed",
            "exception": error,
            "transport": transport,
            "protocol": transport.get_protocol(),
        }
    )


def detach(server: Any, transport: Transport) -> None:
    """Tell a server that a connection of its has ended."""
    if _HAS_CLIENTS_OF_SERVERS:
        server._detach(transport)  # noqa: SLF001
    else:
        server._detach()  # noqa: SLF001


def received_eof(transport: Transport) -> None:
    """Log the end of what the other side sends."""
    _logger().debug("%r received EOF", transport)


def paused_reading(transport: Transport) -> None:
    """Log a pause."""
    _logger().debug("%r pauses reading", transport)


def resumed_reading(transport: Transport) -> None:
    """Log the end of a pause."""
    _logger().debug("%r resumes reading", transport)


def wrote_to_nobody() -> None:
    """Log writes that go on after the connection was lost."""
    _logger().warning("socket.send() raised exception.")


def unclosed(descriptor: int, sock: socket.socket, server: Any) -> None:
    """Warn of a transport that was let go of without `close()`, and close its socket."""
    warnings.warn(f"unclosed transport <_SelectorSocketTransport fd={descriptor}>", ResourceWarning, stacklevel=1)
    try:
        sock.close()
    except AttributeError:
        # The collector has emptied the Python half of the socket; the other half still closes.
        _socket.socket.close(sock)
    if server is not None and not _HAS_CLIENTS_OF_SERVERS:
        server._detach()  # noqa: SLF001
