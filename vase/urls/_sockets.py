"""Handlers of sockets are known by a parameter whose class says that it is a socket; listeners by being one."""

import inspect
from collections.abc import Callable
from functools import partial, update_wrapper
from typing import Any, Final, get_origin

from vase.di import unwrap

__all__ = ["SOCKET_METHOD", "Listener", "is_socket_class", "takes_socket"]

SOCKET_METHOD: Final = "WEBSOCKET"
"""What stands in place of a method in the route of a socket."""


class Listener:
    """A handler that is called for each message of a socket, and whose value is sent back.

    Args:
        function: The handler; its parameter `data` is the message.
    """

    def __init__(self, function: Callable[..., Any]) -> None:
        self.function = function
        update_wrapper(self, function)  # what is told of a handler is told of the function that somebody wrote

    async def __call__(self, *values: Any, **named: Any) -> Any:
        """Answer one message."""
        return await self.function(*values, **named)


def is_socket_class(annotation: object) -> bool:
    """Return whether an annotation is the class of sockets, with or without the types of its messages."""
    kind = unwrap(annotation)[0]
    return getattr(get_origin(kind) or kind, "__vase_socket__", False) is True


def takes_socket(handler: object) -> bool:
    """Return whether a handler has a parameter for a socket, or listens to one."""
    if isinstance(handler, Listener):
        return True
    function: Any = handler
    while isinstance(function, partial):
        function = function.func
    if not inspect.isroutine(function):
        function = getattr(type(function), "__call__", None)  # noqa: B004  # the method itself is wanted
    function = inspect.unwrap(function) if isinstance(function, Callable) else None  # type: ignore[arg-type]
    annotations = getattr(function, "__annotations__", {})
    return any(
        # Text is an annotation that nobody has evaluated; the plan of the handler does, and tells what is wrong.
        "WebSocket" in annotation.replace("WebSocketDisconnect", "")
        if isinstance(annotation, str)
        else is_socket_class(annotation)
        for name, annotation in annotations.items()
        if name != "return"
    )
