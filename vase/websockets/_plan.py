"""From a handler of sockets to what the core calls; every fault of its signature with its line."""

import inspect
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any, get_args

from vase._core import Endpoint
from vase.binding import BindingErrors, Plan, plan
from vase.checks import CheckMessage, error
from vase.di import DependencyError, Parameter, Providers, label, parameter_place, read_signature
from vase.middleware import Middleware, compose
from vase.types import Fault
from vase.urls import CompiledRoute, Listener, is_socket_class
from vase.websockets._listener import conversation
from vase.websockets._messages import PLAIN, Codec, CodecFault
from vase.websockets._run import Conversation, OnError, current_socket

__all__ = ["SocketPlan", "plan_socket"]


@dataclass(frozen=True, slots=True, kw_only=True)
class SocketPlan:
    """How the handler of a socket is called.

    Args:
        plan: The plan of the call, like that of any handler.
        incoming: The type of what clients send; `Any` without one.
        outgoing: The type of what the handler sends.
        codec: Reads and writes both.
    """

    plan: Plan
    incoming: Any
    outgoing: Any
    codec: Codec

    def endpoint(self, route: CompiledRoute, middleware: Sequence[Middleware], on_error: OnError) -> Endpoint:
        """Return what the core calls for a handshake.

        Args:
            route: The route.
            middleware: Middleware around the handshake, outermost first.
            on_error: Makes an answer of what the handler raises.
        """
        conversation = Conversation(self.plan.complete, self.codec, on_error)
        chain = compose(middleware, conversation.answer) if middleware else conversation.answer
        return Endpoint(
            conversation.entrance(chain),
            mode="task",
            # The socket first: it takes what is left of the connection out of the request.
            arguments=(("socket",), ("request",)),
            explain=conversation.explain,
            name=self.plan.name,
            route=route.path,
            parameters=list(route.parameters),
        )


class _SocketProviders(Providers):
    """The providers of an application, and one for the socket of the handler."""

    def __init__(self, providers: Providers) -> None:
        super().__init__()
        self._providers = providers

    def find(self, kind: object) -> Callable[..., Any] | None:
        return current_socket if is_socket_class(kind) else self._providers.find(kind)

    def replaced(self, function: Callable[..., Any]) -> Callable[..., Any]:
        return self._providers.replaced(function)


def plan_socket(route: CompiledRoute, providers: Providers, dependencies: Sequence[Any]) -> SocketPlan:
    """Make the plan of a handler of sockets.

    Args:
        route: The route that leads to it.
        providers: What makes the values of dependencies.
        dependencies: What must run before it, its guard first.

    Raises:
        BindingErrors: The handler cannot be bound; it holds every fault, each with its line.
    """
    handler = route.route.handler
    faults = list[Fault]()
    if isinstance(handler, Listener):
        handler, faults = conversation(handler)
    sockets = _sockets_of(handler)
    faults += _own_faults(handler, sockets)
    try:
        made = plan(
            handler,
            providers=_SocketProviders(providers),
            path_parameters=route.parameters,
            open_parameters=route.pattern.open_parameters,
            methods=("GET",),
            dependencies=dependencies,
            is_exchange=False,
        )
    except BindingErrors as wrong:
        raise BindingErrors([*faults, *wrong.messages]) from None
    incoming, outgoing, codec = Any, Any, PLAIN
    if sockets:
        arguments = get_args(sockets[0].type)
        incoming, outgoing = (*arguments, Any, Any)[:2]
        try:
            codec = Codec(incoming, outgoing)
        except CodecFault as reason:
            message = f"the messages of `{label(handler)}` cannot be read or written: {reason}"
            hint = "take Pydantic models, unions of them, dataclasses, `str` or `bytes`"
            faults.append(error("websockets.E004", message, hint=hint, place=sockets[0].place))
    if faults:
        raise BindingErrors(faults)
    return SocketPlan(plan=made, incoming=incoming, outgoing=outgoing, codec=codec)


def _sockets_of(handler: Callable[..., Any]) -> list[Parameter]:
    try:
        signature = read_signature(handler)
    except DependencyError:
        return []  # the plan tells it
    return [parameter for parameter in signature.parameters if is_socket_class(parameter.type)]


def _own_faults(handler: Callable[..., Any], sockets: list[Parameter]) -> list[CheckMessage]:
    place = parameter_place(handler)
    faults = []
    function = handler if inspect.isroutine(handler) else getattr(type(handler), "__call__", handler)  # noqa: B004
    if not inspect.iscoroutinefunction(inspect.unwrap(function)):
        message = f"`{label(handler)}` handles a socket and is no `async def`"
        hint = "write `async def`: a conversation waits for messages, and a thread for each socket would not last"
        faults.append(error("websockets.E001", message, hint=hint, place=place))
    if not sockets:
        message = f"`{label(handler)}` is registered for sockets and takes none"
        hint = "add `socket: WebSocket`, or register it with `get` or `post`"
        faults.append(error("websockets.E002", message, hint=hint, place=place))
    return faults
