"""Controllers: classes whose methods are endpoints.

The decorators here only mark a method; the class reads its marks when an application takes it up, so that a subclass
can inherit endpoints, replace their methods and add its own.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any, ClassVar, Unpack

from vase.checks import caller_place, place_of
from vase.types import Place
from vase.urls import (
    SOCKET_METHOD,
    Deprecation,
    ExceptionHandlers,
    Handler,
    Include,
    Listener,
    Mount,
    Route,
    RouteOptions,
    Throttled,
    URLPattern,
    Versions,
)

__all__ = [
    "Controller",
    "delete",
    "endpoint",
    "get",
    "head",
    "options",
    "patch",
    "post",
    "put",
    "websocket",
    "websocket_listener",
]

_MARKS = "__vase_endpoints__"


@dataclass(frozen=True, slots=True)
class _Mark:
    path: str
    methods: tuple[str, ...]
    options: RouteOptions
    place: Place | None
    listens: bool = False

    def route(self, method: Handler) -> Route:
        """Return the route to a method of an object."""
        handler = Listener(method) if self.listens else method
        return Route.of(self.path, handler, self.methods, place=self.place, options=self.options)


class Controller:
    """A class whose marked methods answer requests.

    One object is made for each application, without arguments: what a method needs of a request it takes as parameters,
    like any handler. Class attributes say what the endpoints have in common.
    A method that a subclass replaces without a decorator keeps the endpoint; setting it to None removes it.

    Example:
        class Todos(Controller):
            prefix = "/todos"
            tags = ["todos"]

            @get("/{id:int}")
            async def show(self, id: int, db: Session) -> Todo.Out: ...

            @websocket("/live")
            async def live(self, socket: WebSocket[Ask, Todo.Out]) -> None: ...

        urlpatterns = [path("api", Todos)]
    """

    prefix: ClassVar[str] = ""
    """Stands before the path of each endpoint; it may hold parameters."""

    tags: ClassVar[Sequence[str]] = ()
    """Groups of the endpoints in the API document."""

    middleware: ClassVar[Sequence[Callable[..., Any]]] = ()
    """Middleware around each endpoint, outermost first."""

    dependencies: ClassVar[Sequence[Any]] = ()
    """What must run before each endpoint and gives it no value."""

    auth: ClassVar[Any] = None
    """Who may call the endpoints that do not say it themselves: a guard, or `public`."""

    deprecated: ClassVar[bool | Deprecation | None] = None
    """Whether clients should leave the endpoints; a `Deprecation` tells them since when."""

    exception_handlers: ClassVar[ExceptionHandlers] = {}
    """What makes answers of exceptions, by their class, before those around it."""

    versions: ClassVar[Versions | None] = None
    """How a request says which version it wants."""

    throttle: ClassVar[Throttled | None] = None
    """How often one client may call each of the endpoints that do not say it themselves."""

    etag: ClassVar[Any] = None
    """Names the version of what is answered, for endpoints that do not say it themselves."""

    last_modified: ClassVar[Any] = None
    """A dependency that returns when the thing was changed, for endpoints that do not say it themselves."""

    precondition_required: ClassVar[bool | None] = None
    """Whether a change must say which version it changes, for endpoints that do not say it themselves."""

    namespace: ClassVar[str | None] = None
    """Stands before the names of the endpoints."""

    @classmethod
    def as_routes(cls) -> Sequence[URLPattern]:
        """Make the object and return its endpoints under the prefix, as one entry of a URL conf."""
        routes = cls()._endpoints()  # noqa: SLF001  # of this very class
        place = place_of(cls)
        return [
            Mount(
                path=cls.prefix,
                included=Include(routes, cls.namespace, place),
                middleware=tuple(cls.middleware),
                dependencies=tuple(cls.dependencies),
                tags=tuple(cls.tags),
                auth=cls.auth,
                deprecated=cls.deprecated,
                exception_handlers=(cls.exception_handlers,) if cls.exception_handlers else (),
                versions=cls.versions,
                throttle=cls.throttle,
                etag=cls.etag,
                last_modified=cls.last_modified,
                precondition_required=cls.precondition_required,
                place=place,
            )
        ]

    def _endpoints(self) -> Sequence[Route]:
        """Return the routes to the methods of this object."""
        return [mark.route(getattr(self, name)) for name, marks in _marks_of(type(self)).items() for mark in marks]


def endpoint[H: Handler](
    path: str = "", *, methods: Sequence[str], **options: Unpack[RouteOptions]
) -> Callable[[H], H]:
    """Make the decorated method an endpoint for some methods of HTTP."""
    return _mark(path, methods, options)


def get[H: Handler](path: str = "", **options: Unpack[RouteOptions]) -> Callable[[H], H]:
    """Make the decorated method an endpoint for GET; HEAD follows."""
    return _mark(path, ("GET",), options)


def post[H: Handler](path: str = "", **options: Unpack[RouteOptions]) -> Callable[[H], H]:
    """Make the decorated method an endpoint for POST."""
    return _mark(path, ("POST",), options)


def put[H: Handler](path: str = "", **options: Unpack[RouteOptions]) -> Callable[[H], H]:
    """Make the decorated method an endpoint for PUT."""
    return _mark(path, ("PUT",), options)


def patch[H: Handler](path: str = "", **options: Unpack[RouteOptions]) -> Callable[[H], H]:
    """Make the decorated method an endpoint for PATCH."""
    return _mark(path, ("PATCH",), options)


def delete[H: Handler](path: str = "", **options: Unpack[RouteOptions]) -> Callable[[H], H]:
    """Make the decorated method an endpoint for DELETE."""
    return _mark(path, ("DELETE",), options)


def head[H: Handler](path: str = "", **options: Unpack[RouteOptions]) -> Callable[[H], H]:
    """Make the decorated method an endpoint for HEAD, where it differs from GET."""
    return _mark(path, ("HEAD",), options)


def options[H: Handler](path: str = "", **options: Unpack[RouteOptions]) -> Callable[[H], H]:
    """Make the decorated method an endpoint for OPTIONS, where it says more than the engine does."""
    return _mark(path, ("OPTIONS",), options)


def websocket[H: Handler](path: str = "", **options: Unpack[RouteOptions]) -> Callable[[H], H]:
    """Make the decorated method a handler of sockets; one of its parameters is a `WebSocket`."""
    return _mark(path, (SOCKET_METHOD,), options)


def websocket_listener[H: Handler](path: str = "", **options: Unpack[RouteOptions]) -> Callable[[H], H]:
    """Make the decorated method answer each message of a socket: it takes `data` and returns what is sent."""
    return _mark(path, (SOCKET_METHOD,), options, listens=True)


def _mark[H: Handler](
    path: str, methods: Sequence[str], options: RouteOptions, *, listens: bool = False
) -> Callable[[H], H]:
    # Two steps up: the line of the decorator in the user's file.
    mark = _Mark(path, tuple(methods), options, caller_place(2), listens)

    def decorate(handler: H) -> H:
        # Decorators run from the inside out, and the upper one should be found first.
        setattr(handler, _MARKS, (mark, *getattr(handler, _MARKS, ())))
        return handler

    return decorate


def _marks_of(cls: type[Controller]) -> dict[str, tuple[_Mark, ...]]:
    """Return the marks of each method: in the order in which methods were first written, a subclass behind its base."""
    found = dict[str, tuple[_Mark, ...]]()
    for base in reversed(cls.__mro__):
        for name, value in vars(base).items():
            marks = getattr(value, _MARKS, None)
            if isinstance(marks, tuple):
                found[name] = marks
            elif value is None:
                found.pop(name, None)
    return found
