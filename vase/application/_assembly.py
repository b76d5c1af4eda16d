"""From the parts of an application to what the engine takes: plans, middleware and endpoints of all routes.

Nothing here raises for a user's mistake: building goes on and collects, so that one start tells all of them.
"""

from collections.abc import Awaitable, Callable, Coroutine, Sequence
from dataclasses import dataclass, replace
from typing import Any

from vase._core import Endpoint, check_routes
from vase.application._mounts import Mounts
from vase.application._policies import Policy, Services, throttling
from vase.binding import AnswerOptions, BindingErrors, Plan, plan
from vase.checks import CheckMessage, error
from vase.di import Dependency, Providers
from vase.exceptions import quote
from vase.hosting import HostedApp
from vase.http import Request, Response
from vase.middleware import answering, compose, passes_on
from vase.types import JSON, Fault
from vase.urls import (
    SOCKET_METHOD,
    CompiledMount,
    CompiledRoute,
    ExceptionHandlers,
    Public,
    URLResolver,
    URLTable,
    auth_fault,
    guarding,
    takes_socket,
)
from vase.websockets import SocketPlan, plan_socket

__all__ = ["Assembly", "Failures", "assemble"]


@dataclass(frozen=True, slots=True)
class Assembly:
    """All routes of an application, ready for the engine.

    Args:
        table: The routes as the engine matches them.
        plans: The plan of each route, by its id; a route whose handler cannot be bound has none.
        endpoints: What the engine calls for each route.
        resolver: The way back from names to paths.
        faults: Every mistake.
        sockets: The plan of each socket, by the id of its route.
        mounts: What the engine is told of the mounted applications.
    """

    table: URLTable
    plans: dict[int, Plan]
    endpoints: list[Endpoint]
    resolver: URLResolver
    faults: list[Fault]
    sockets: dict[int, SocketPlan]
    mounts: list[dict[str, JSON]]


type OnError = Callable[[Request, BaseException], Response | Coroutine[Any, Any, Response]]


@dataclass(frozen=True, slots=True)
class Failures:
    """What becomes of exceptions inside of middleware.

    Args:
        on_error: Makes an answer of what a handler raises.
        may_wait: Whether that may take waiting.
        within: Returns both for routes that have handlers of their own.
    """

    on_error: OnError
    may_wait: bool
    within: Callable[[Sequence[ExceptionHandlers]], tuple[OnError, bool]]

    def of(self, route: CompiledRoute) -> "Failures":
        """Return what becomes of exceptions of a route."""
        layers = route.route.exception_handlers
        return Failures(*self.within(layers), self.within) if layers else self


def assemble(
    table: URLTable,
    providers: Providers,
    middleware: Sequence[Callable[..., Any]],
    failures: Failures,
    mounts: Mounts,
    services: Services,
    *,
    max_body: int,
) -> Assembly:
    """Plan the handler of every route.

    Args:
        table: The compiled URL conf.
        providers: What makes the values of dependencies.
        middleware: Python middleware around every handler, outermost first.
        failures: What becomes of exceptions inside of middleware.
        mounts: The applications that are mounted.
        services: What the policies of routes share.
        max_body: The largest body of a request where a route says nothing else, in bytes.
    """
    faults: list[Fault] = list(table.faults)
    routes: list[CompiledRoute] = []
    plans: dict[int, Plan] = {}
    sockets: dict[int, SocketPlan] = {}
    endpoints: list[Endpoint] = []
    for route in table.routes:
        if SOCKET_METHOD in route.route.methods:
            socket = _plan_socket(route, providers, faults)
            if socket is not None:
                for name, converter in socket.plan.refinements.items():
                    route = route.refine(name, converter)  # noqa: PLW2901  # the same route, told more exactly
                endpoints.append(
                    socket.endpoint(route, (*middleware, *route.route.middleware), failures.of(route).on_error)
                )
                sockets[route.id] = socket
            routes.append(route)
            continue
        policy = Policy(route, services)
        made = _plan(route, providers, faults, policy)
        if made is not None:
            policy.check(made)
            plans[route.id] = made
            for name, converter in made.refinements.items():
                route = route.refine(name, converter)  # noqa: PLW2901  # the same route, told more exactly
            route = route.limit_body(made.body_limit(max_body))  # noqa: PLW2901
            endpoints.append(_endpoint(route, made, (*middleware, *route.route.middleware), failures, policy))
        faults += policy.faults
        routes.append(route)
    mounted: list[dict[str, JSON]] = []
    for mount in table.mounts:
        hosted = mounts.find(mount, faults)
        if hosted is not None:
            around = (*middleware, *mount.route.route.middleware)
            made_of = _mounted(mount, hosted, providers, around, failures, faults)
            # An application without sockets has no second endpoint.
            first, has_sockets = len(endpoints), len(made_of) > 1
            mounted.append({"prefix": mount.prefix, "route": first, "socket_route": first + 1 if has_sockets else None})
            endpoints += made_of
    refined = URLTable(tuple(routes), table.faults, table.mounts)
    if not any(fault.level == "error" for fault in faults):
        faults += _engine_faults(refined)
    return Assembly(refined, plans, endpoints, URLResolver(refined.routes), faults, sockets, mounted)


def _mounted(  # all that an endpoint is made of
    mount: CompiledMount,
    hosted: HostedApp,
    providers: Providers,
    around: Sequence[Callable[..., Any]],
    failures: Failures,
    faults: list[Fault],
) -> list[Endpoint]:
    """Return what the engine calls for an application: itself, if nothing of Python is around it; then its sockets."""
    if not around and not _dependencies(mount.route):
        endpoints, chain = [Mounts.endpoint(hosted)], None
    else:
        inside = replace(mount.route.route, handler=Mounts.handler(hosted), methods=("POST",))
        route = replace(mount.route, route=inside)
        made = _plan(route, providers, faults)
        if made is None:
            return []
        endpoints = [_endpoint(route, made, around, failures)]
        chain = _chain(made, around, failures.of(route))
    if hosted.sockets is not None:
        endpoints.append(Mounts.socket_endpoint(hosted, hosted.sockets, chain))
    return endpoints


def _plan(route: CompiledRoute, providers: Providers, faults: list[Fault], policy: Policy | None = None) -> Plan | None:
    if not callable(route.route.handler):
        return None  # the URL conf has told it
    if takes_socket(route.route.handler):
        name = getattr(route.route.handler, "__qualname__", "the handler")
        message = f"{quote(name)} takes a socket and is registered for {', '.join(route.route.methods)}"
        hint = "register it with `@app.websocket(…)`, or `path(…)` without `methods`"
        faults.append(error("websockets.E003", message, hint=hint, place=route.route.place))
        return None
    try:
        return plan(
            route.route.handler,
            providers=providers,
            path_parameters=route.parameters,
            open_parameters=route.pattern.open_parameters,
            methods=route.route.methods,
            dependencies=_dependencies(route, *(() if policy is None else (policy.before, policy.after))),
            response_model=route.route.response_model,
            status_code=route.route.status_code,
            answer=AnswerOptions(**route.route.response_options),
            max_body=route.route.max_body,
            renderers={} if policy is None else policy.renderers,
            place=route.route.place,
        )
    except BindingErrors as wrong:
        # A handler with several routes is wrong once.
        faults += [fault for fault in wrong.messages if fault not in faults]
        return None


def _dependencies(
    route: CompiledRoute, before: Sequence[Dependency] = (), after: Sequence[Dependency] = ()
) -> tuple[Any, ...]:
    """Return what must run before the handler: the guard first, so that a stranger learns nothing from the rest."""
    auth = route.route.auth
    if auth is None or isinstance(auth, Public) or auth_fault(auth) is not None:
        guards: tuple[Dependency, ...] = ()
    else:
        guards = (guarding(auth),)
    return (*guards, *before, *route.route.dependencies, *after)


def _plan_socket(route: CompiledRoute, providers: Providers, faults: list[Fault]) -> SocketPlan | None:
    if not callable(route.route.handler):
        return None  # the URL conf has told it
    if set(route.route.methods) != {SOCKET_METHOD}:
        message = f"the route {quote(route.path)} is for sockets and for methods of HTTP"
        hint = "register two handlers: the one for sockets with `websocket`"
        faults.append(error("websockets.E003", message, hint=hint, place=route.route.place))
        return None
    try:
        return plan_socket(route, providers, _dependencies(route, throttling(route.route)))
    except BindingErrors as wrong:
        faults += [fault for fault in wrong.messages if fault not in faults]
        return None


def _endpoint(
    route: CompiledRoute,
    made: Plan,
    middleware: Sequence[Callable[..., Any]],
    failures: Failures,
    policy: Policy | None = None,
) -> Endpoint:
    names, failures = list(route.parameters), failures.of(route)
    is_plain = policy is None or not policy.is_active
    if not middleware and is_plain and not route.route.exception_handlers:
        return Endpoint(made.callable, route=route.path, parameters=names, **made.endpoint_options())
    may_wait = made.respond_suspends or failures.may_wait or not all(map(passes_on, middleware))
    may_wait = may_wait or (policy is not None and policy.may_wait)
    return Endpoint(
        _chain(made, middleware, failures, policy),
        # A chain that cannot wait anywhere is run as it is, without a task around it.
        mode="task" if may_wait else "coroutine",
        arguments=(("request",),),
        # A body that the handler reads is there before the chain starts, so the chain runs in one go.
        collects=made.reads_body or (policy is not None and policy.reads_body),
        form=made.endpoint_options()["form"],
        name=made.name,
        route=route.path,
        parameters=names,
    )


def _chain(
    made: Plan, middleware: Sequence[Callable[..., Any]], failures: Failures, policy: Policy | None = None
) -> Callable[[Request], Awaitable[Response]]:
    """Return a handler with all of Python that is around it."""
    if policy is None:
        innermost = answering(made.respond, on_error=failures.on_error)
    else:
        respond = policy.around(made.respond, failures.on_error)
        innermost = policy.finishing(answering(respond, on_error=failures.on_error))
    return compose(middleware, innermost)


def _engine_faults(table: URLTable) -> list[CheckMessage]:
    """Return what only the engine's own compiler sees."""
    places = {route.id: route.route.place for route in table.routes}
    return [
        error("urls.E020", sentence, place=places.get(number)) for number, sentence in check_routes(table.as_json())
    ]
