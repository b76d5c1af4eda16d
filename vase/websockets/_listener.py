"""Listeners: handlers that answer one message at a time, made into handlers of the whole conversation."""

import inspect
from collections.abc import Callable, Iterator
from functools import wraps
from types import UnionType
from typing import Any, Final, Union, get_args, get_origin

from vase.checks import CheckMessage, error
from vase.di import EMPTY, DependencyError, Signature, label, parameter_place, read_signature
from vase.types import Fault
from vase.urls import Listener, is_socket_class
from vase.websockets._socket import WebSocket

__all__ = ["conversation"]

_MESSAGE: Final = "data"
_SOCKET: Final = "vase_socket"


def conversation(listener: Listener) -> tuple[Callable[..., Any], list[Fault]]:
    """Return a handler that hears a socket for as long as it is open, and what is wrong with the listener.

    It takes what the listener takes, but for the message, and a socket whose messages have the types of the listener.
    """
    function = listener.function

    @wraps(function)
    async def converse(**values: Any) -> None:
        socket: WebSocket[Any, Any] = values.pop(_SOCKET)
        async for message in socket:
            answer = await function(**{_MESSAGE: message}, **values)
            if answer is not None:
                await socket.send(answer)

    try:
        signature = read_signature(function)
    except DependencyError:
        return converse, []  # the plan tells it
    converse.__signature__ = _signature(function, signature)  # type: ignore[attr-defined]  # what `inspect` looks for
    return converse, [*_faults(function, signature)]


def _faults(function: Callable[..., Any], signature: Signature) -> Iterator[CheckMessage]:
    place = parameter_place(function)
    if all(parameter.name != _MESSAGE for parameter in signature.parameters):
        message = f"`{label(function)}` listens to a socket and has no parameter `{_MESSAGE}`"
        hint = f"add `{_MESSAGE}`, which is the message, with the type that clients send"
        yield error("websockets.E008", message, hint=hint, place=place)
    if any(parameter.kind is inspect.Parameter.POSITIONAL_ONLY for parameter in signature.parameters):
        message = f"`{label(function)}` listens to a socket and is called by the names of its parameters"
        yield error("websockets.E008", message, hint="leave out the `/`", place=place)


def _signature(function: Callable[..., Any], signature: Signature) -> inspect.Signature:
    """Return the signature of the conversation: by keyword, for the message may have stood before any parameter."""
    taken: dict[bool, list[inspect.Parameter]] = {True: [], False: []}
    for parameter in inspect.signature(function).parameters.values():
        is_variadic = parameter.kind in {inspect.Parameter.VAR_POSITIONAL, inspect.Parameter.VAR_KEYWORD}
        if parameter.name != _MESSAGE:
            kept = parameter if is_variadic else parameter.replace(kind=inspect.Parameter.KEYWORD_ONLY)
            taken[is_variadic].append(kept)
    # The socket of the listener's messages before one that the listener takes itself.
    socket = inspect.Parameter(_SOCKET, inspect.Parameter.KEYWORD_ONLY, annotation=_socket_class(signature))
    parameters = [*taken[True], socket, *taken[False]]
    return inspect.Signature(sorted(parameters, key=lambda parameter: parameter.kind), return_annotation=None)


def _socket_class(signature: Signature) -> Any:
    annotations = {parameter.name: parameter.annotation for parameter in signature.parameters}
    incoming = annotations.get(_MESSAGE, EMPTY)
    incoming = Any if incoming is EMPTY else incoming
    outgoing = _answer(signature.returns)
    if outgoing is type(None) and any(map(is_socket_class, annotations.values())):
        outgoing = Any  # it sends by itself
    return WebSocket[incoming, outgoing]  # type: ignore[valid-type]  # made at runtime


def _answer(returns: Any) -> Any:
    if returns is EMPTY:
        return Any
    if get_origin(returns) in {Union, UnionType}:
        sent = tuple(kind for kind in get_args(returns) if kind is not type(None))
        return Union[sent]  # noqa: UP007  # made at runtime
    return type(None) if returns is None else returns
