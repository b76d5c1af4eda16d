"""Routes before they are compiled: what `path()`, `include()` and routers write down, and where.

Nothing is checked here. A URL conf is imported before anybody can tell all its mistakes at once, so mistakes are kept
and told by `compile_urls`, each with the line that made it.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from types import ModuleType
from typing import Any, Protocol, TypedDict, Unpack, runtime_checkable

from vase.checks import caller_place
from vase.http import HTTPException
from vase.types import Place
from vase.urls._deprecation import Deprecation
from vase.urls._guards import Auth
from vase.urls._idempotency import Idempotent
from vase.urls._mounted import MountedApp
from vase.urls._representations import Dated, Produced, Tagged
from vase.urls._sockets import SOCKET_METHOD, takes_socket
from vase.urls._throttle import Throttled

__all__ = [
    "ExceptionHandlers",
    "Handler",
    "Include",
    "Mount",
    "MountOptions",
    "Route",
    "RouteOptions",
    "RouteSource",
    "URLPattern",
    "Versions",
    "include",
    "path",
]

type Handler = Callable[..., Any]
"""What answers a request: a function or any other callable."""

type ExceptionHandlers = Mapping[type[BaseException], Callable[[Any, Any], Any]]
"""What makes an answer of a request and an exception, by the class of the exception."""


class Versions(Protocol):
    """A class that knows which version a request wants: `HeaderVersioning` and its kin in `vase.views`."""

    def __call__(self, *arguments: Any, **named: Any) -> Any:
        """Read the version of a request: it is a dependency."""
        ...

    async def mark(self, request: Any, call_next: Any, /) -> Any:
        """Say in the answer what the version was about: it is middleware."""
        ...


class RouteOptions(TypedDict, total=False):
    """What may be said about a route besides its path and methods.

    Attributes:
        name: The name that `reverse` knows it by, without namespaces.
        status_code: The status of an answer that is made of the handler's value.
        status: The same, shorter.
        response_model: The type that the answer has in the API document; the return annotation when left out.
        response_model_by_alias: Whether fields of the answer go by their aliases; they do when left out.
        response_model_exclude_unset: Whether fields that nobody set are left out of the answer.
        response_model_exclude_defaults: Whether fields that have their default are left out of the answer.
        response_model_exclude_none: Whether fields that are None are left out of the answer.
        summary: One line for the API document.
        description: More for the API document; the docstring of the handler when left out.
        tags: Groups in the API document, after those of the routers around it.
        middleware: Middleware of this route alone, inside that of the routers around it.
        dependencies: What must run before the handler and gives it no value.
        auth: Who may call it: a guard, or `public`; left out, what the routers around it say.
        errors: Exceptions that are answers of this route, for the API document.
        responses: More answers by their status, for the API document: a type, a sentence, or a Response Object.
        operation_id: Its name in the API document and in clients; made of the handler's name when left out.
        deprecated: Whether the API document advises against it; a `Deprecation` tells every client as well.
        exception_handlers: What makes answers of exceptions, by their class, before those of the routers around it.
        versions: How a request says which version it wants; what the routers around it say when left out.
        include_in_schema: Whether the API document has it.
        max_body: The largest body of a request, in bytes; that of the settings when left out.
        idempotent: Whether a request that is sent again with the same `Idempotency-Key` runs once: `True`, `"required"`
            where each request must have a key, or `Idempotency(…)`.
        throttle: How often one client may call it: `"10/minute"`, several such rates, or `Throttle(…)`; left out, what
            the routers around it say, and with False as often as it likes.
        etag: Names the version of what is answered: `True` makes a tag of the body (`"weak"` a weak one), a dependency
            returns the tag before the work is done; left out, what the routers around it say.
        last_modified: A dependency that returns when the thing was changed; left out, what the routers around it say.
        precondition_required: Whether a change must say which version it changes; if not, it is answered with 428.
            Left out, what the routers around it say.
        produces: The media types that the client may choose from, the usual one first; as a mapping with what writes
            each of them.
    """

    name: str | None
    status_code: int | None
    status: int | None
    response_model: Any
    response_model_by_alias: bool
    response_model_exclude_unset: bool
    response_model_exclude_defaults: bool
    response_model_exclude_none: bool
    summary: str | None
    description: str | None
    tags: Sequence[str]
    middleware: Sequence[Callable[..., Any]]
    dependencies: Sequence[Any]
    auth: Auth | None
    errors: Sequence[type[HTTPException]]
    responses: Mapping[int, Any]
    operation_id: str | None
    deprecated: bool | Deprecation
    exception_handlers: ExceptionHandlers
    versions: Versions | None
    include_in_schema: bool
    max_body: int | None
    idempotent: Idempotent
    throttle: Throttled | None
    etag: Tagged | None
    last_modified: Dated | None
    precondition_required: bool | None
    produces: Produced | None


class MountOptions(TypedDict, total=False):
    """What may be said about all routes below a prefix.

    Attributes:
        tags: Groups in the API document, before those of the routes.
        middleware: Middleware around that of the routes, outermost first.
        dependencies: What must run before the dependencies of the routes and gives them no value.
        namespace: Stands before the names of the routes: `shop:product`.
        auth: Who may call the routes that do not say it themselves: a guard, or `public`.
        deprecated: Whether clients should leave the routes that do not say it themselves; a `Deprecation` tells them.
        exception_handlers: What makes answers of exceptions, by their class, before those around it.
        versions: How a request says which version it wants, for routes that do not say it themselves.
        include_in_schema: Whether the API document has the routes.
        throttle: How often one client may call each of the routes that do not say it themselves.
        etag: Names the version of what is answered, for routes that do not say it themselves.
        last_modified: A dependency that returns when the thing was changed, for the same.
        precondition_required: Whether a change must say which version it changes, for the same.
    """

    tags: Sequence[str]
    middleware: Sequence[Callable[..., Any]]
    dependencies: Sequence[Any]
    namespace: str | None
    auth: Auth | None
    deprecated: bool | Deprecation
    exception_handlers: ExceptionHandlers
    versions: Versions | None
    include_in_schema: bool
    throttle: Throttled | None
    etag: Tagged | None
    last_modified: Dated | None
    precondition_required: bool | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Route:
    """One path, the methods it takes and the handler that answers.

    Args:
        path: The path as it was written, without what is around it.
        handler: What answers.
        methods: The methods, upper case.
        name: The name that `reverse` knows it by.
        middleware: Its own middleware, outermost first.
        dependencies: What must run before the handler.
        tags: Groups in the API document.
        status_code: The status of an answer that is made of the handler's value.
        response_model: The type of the answer; None means the return annotation.
        response_options: How the answer is written, in the words of Pydantic: `by_alias`, `exclude_unset` and others.
        summary: One line for the API document.
        description: More for the API document.
        auth: Who may call it: a guard, or `public`; None when nobody said it yet.
        errors: Exceptions that are answers of it.
        responses: More answers by their status.
        operation_id: Its name in the API document.
        deprecated: Whether clients should leave it; None when nobody said it yet.
        exception_handlers: What makes answers of exceptions, by their class; the nearest first.
        versions: How a request says which version it wants.
        include_in_schema: Whether the API document has it.
        max_body: The largest body of a request, in bytes.
        idempotent: How it treats `Idempotency-Key`.
        throttle: How often one client may call it; None when nobody said it yet, False when it has no limit.
        etag: Names the version of what is answered; None when nobody said it yet.
        last_modified: Returns when the thing was changed; None when nobody said it yet.
        precondition_required: Whether a change must say which version it changes; None when nobody said it yet.
        produces: The media types that the client may choose from.
        place: The line that registered it.
    """

    path: str
    handler: Handler
    methods: tuple[str, ...] = ("GET",)
    name: str | None = None
    middleware: tuple[Callable[..., Any], ...] = ()
    dependencies: tuple[Any, ...] = ()
    tags: tuple[str, ...] = ()
    status_code: int | None = None
    response_model: Any = None
    response_options: Mapping[str, bool] = field(default_factory=dict)
    summary: str | None = None
    description: str | None = None
    auth: Auth | None = None
    errors: tuple[type[HTTPException], ...] = ()
    responses: Mapping[int, Any] = field(default_factory=dict)
    operation_id: str | None = None
    deprecated: bool | Deprecation | None = None
    exception_handlers: tuple[ExceptionHandlers, ...] = ()
    versions: Versions | None = None
    include_in_schema: bool = True
    max_body: int | None = None
    idempotent: Idempotent = False
    throttle: Throttled | None = None
    etag: Tagged | None = None
    last_modified: Dated | None = None
    precondition_required: bool | None = None
    produces: Produced | None = None
    place: Place | None = None

    @classmethod
    def of(
        cls,
        path: str,
        handler: Handler,
        methods: Sequence[str],
        *,
        place: Place | None,
        options: RouteOptions,
    ) -> "Route":
        """Return the route that a decorator or `path()` describes."""
        status = options.get("status_code")
        return cls(
            path=path,
            handler=handler,
            methods=_methods(methods),
            name=options.get("name"),
            middleware=tuple(options.get("middleware", ())),
            dependencies=tuple(options.get("dependencies", ())),
            tags=tuple(options.get("tags", ())),
            status_code=options.get("status") if status is None else status,
            response_model=options.get("response_model"),
            response_options=_response_options(options),
            summary=options.get("summary"),
            description=options.get("description"),
            auth=options.get("auth"),
            errors=tuple(options.get("errors", ())),
            responses=dict(options.get("responses", {})),
            operation_id=options.get("operation_id"),
            deprecated=options.get("deprecated"),
            exception_handlers=_layers(options),
            versions=options.get("versions"),
            include_in_schema=options.get("include_in_schema", True),
            max_body=options.get("max_body"),
            idempotent=options.get("idempotent", False),
            throttle=options.get("throttle"),
            etag=options.get("etag"),
            last_modified=options.get("last_modified"),
            precondition_required=options.get("precondition_required"),
            produces=options.get("produces"),
            place=place,
        )


@dataclass(frozen=True, slots=True)
class Include:
    """What `include()` found out: routes that have no prefix yet.

    Args:
        source: A dotted name, a module, routes, or a router.
        namespace: The namespace of their names; None leaves it to the module's `app_name`.
        place: The line of the `include()`.
    """

    source: "str | ModuleType | RouteSource | Sequence[URLPattern | RouteSource]"
    namespace: str | None = None
    place: Place | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Mount:
    """Routes under a prefix, with what they have in common.

    Args:
        path: The prefix; it may hold parameters.
        included: The routes.
        middleware: Middleware around that of the routes.
        dependencies: What must run before the dependencies of the routes.
        tags: Groups in the API document, before those of the routes.
        auth: Who may call the routes that do not say it themselves.
        deprecated: Whether clients should leave the routes that do not say it themselves.
        exception_handlers: What makes answers of exceptions, by their class.
        versions: How a request says which version it wants.
        include_in_schema: Whether the API document has the routes.
        throttle: How often one client may call each of the routes that do not say it themselves.
        etag: Names the version of what is answered, for routes that do not say it themselves.
        last_modified: Returns when the thing was changed, for the same.
        precondition_required: Whether a change must say which version it changes, for the same.
        name: A name, which a prefix cannot have; kept to be told.
        methods: Methods, which a prefix cannot have; kept to be told.
        place: The line that registered it.
    """

    path: str
    included: Include
    middleware: tuple[Callable[..., Any], ...] = ()
    dependencies: tuple[Any, ...] = ()
    tags: tuple[str, ...] = ()
    auth: Auth | None = None
    deprecated: bool | Deprecation | None = None
    exception_handlers: tuple[ExceptionHandlers, ...] = ()
    versions: Versions | None = None
    include_in_schema: bool = True
    throttle: Throttled | None = None
    etag: Tagged | None = None
    last_modified: Dated | None = None
    precondition_required: bool | None = None
    name: str | None = None
    methods: tuple[str, ...] | None = None
    place: Place | None = None

    @classmethod
    def of(cls, path: str, included: Include, *, place: Place | None, options: MountOptions | RouteOptions) -> "Mount":
        """Return the routes under a prefix, with what is said about all of them."""
        return cls(
            path=path,
            included=included,
            middleware=tuple(options.get("middleware", ())),
            dependencies=tuple(options.get("dependencies", ())),
            tags=tuple(options.get("tags", ())),
            auth=options.get("auth"),
            deprecated=options.get("deprecated"),
            exception_handlers=_layers(options),
            versions=options.get("versions"),
            include_in_schema=options.get("include_in_schema", True),
            throttle=options.get("throttle"),
            etag=options.get("etag"),
            last_modified=options.get("last_modified"),
            precondition_required=options.get("precondition_required"),
            place=place,
        )


type URLPattern = Route | Mount | MountedApp
"""What a list of URL patterns is made of."""


@runtime_checkable
class RouteSource(Protocol):
    """Something that has routes: a router, a controller class, the admin."""

    def as_routes(self) -> Sequence[URLPattern]:
        """Return the routes, in order."""
        ...


def path(
    route: str,
    view: "Handler | Include | RouteSource | ModuleType",
    *,
    methods: Sequence[str] | None = None,
    **options: Unpack[RouteOptions],
) -> URLPattern:
    """Register a handler, or everything that an `include()` brings, under a path.

    Args:
        route: The path, `articles/<slug:slug>` or `articles/{slug:slug}`; a slash at its beginning may be left out.
        view: The handler; or `include(…)`, a router, a controller class or a module of routes.
        methods: The methods that the handler answers; GET when left out (HEAD and OPTIONS answer themselves). A handler
            that takes a `WebSocket` needs none.
        **options: More about the route.
    """
    place = caller_place()
    included = view if isinstance(view, Include) else _as_include(view, place)
    if included is None:
        if methods is None:
            methods = (SOCKET_METHOD,) if takes_socket(view) else ("GET",)
        return Route.of(route, view, methods, place=place, options=options)  # type: ignore[arg-type]
    mount = Mount.of(route, included, place=place, options=options)
    return replace(mount, name=options.get("name"), methods=None if methods is None else _methods(methods))


def include(
    source: "str | ModuleType | RouteSource | Sequence[URLPattern | RouteSource] | tuple[Any, str]",
    namespace: str | None = None,
) -> Include:
    """Bring routes from elsewhere, to be put under a path.

    Args:
        source: The dotted name of a module, which has `urlpatterns` or a `router`; or the module, a router, a list of
            routes, or such a list and its namespace as a pair.
        namespace: Stands before the names of the routes, as in `blog:detail`; left out, the `app_name` of the module.

    Example:
        path("blog/", include("blog.urls"))
    """
    routes: Any = source
    if isinstance(source, tuple) and len(source) == 2 and isinstance(source[1], str):
        routes, namespace = source[0], namespace or source[1]
    return Include(routes, namespace, caller_place())


def _as_include(view: object, place: Place | None) -> Include | None:
    if isinstance(view, ModuleType | RouteSource):
        return Include(view, None, place)
    if isinstance(view, list):
        return Include(view, None, place)
    return None


def _layers(options: RouteOptions | MountOptions) -> tuple[ExceptionHandlers, ...]:
    given = options.get("exception_handlers")
    return (given,) if given else ()


def _response_options(options: RouteOptions) -> dict[str, bool]:
    prefix = "response_model_"
    return {name.removeprefix(prefix): bool(value) for name, value in options.items() if name.startswith(prefix)}


def _methods(methods: Sequence[str]) -> tuple[str, ...]:
    # A lone text is a sequence of letters, and nobody means that.
    names = (methods,) if isinstance(methods, str) else tuple(methods)
    return tuple(dict.fromkeys(str(name).upper() for name in names))
