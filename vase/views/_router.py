"""Routers: routes that belong together, registered by decorators.

A router knows no application: `path("shop/", include(router))`, another router or the application takes its routes up.
Decorators return the handler as it is, so it can be called, tested and typed like any function.
"""

from collections.abc import Callable, Sequence
from dataclasses import replace
from typing import Any, Unpack

from vase.checks import caller_place
from vase.exceptions import quote
from vase.urls import (
    SOCKET_METHOD,
    Auth,
    Handler,
    Include,
    Interface,
    Listener,
    Mount,
    MountedApp,
    MountOptions,
    Route,
    RouteOptions,
    RouteSource,
    URLPattern,
)
from vase.views._errors import ViewError

__all__ = ["Router"]


class Router:
    """Collects routes under a prefix.

    Args:
        prefix: Stands before the path of each route; it may hold parameters.
        **options: What its routes have in common: `tags`, `middleware`, `dependencies`, `namespace`,
            `include_in_schema`; and for those that do not say it themselves `auth` (who may call them), `throttle` (how
            often), `etag`, `last_modified` and `precondition_required` (of which version).

    Example:
        router = Router(prefix="/products", tags=["products"], auth=public)

        @router.get("/{id:int}", name="product")
        async def show(id: int, db: Session) -> Product.Out: ...
    """

    def __init__(self, prefix: str = "", **options: Unpack[MountOptions]) -> None:
        place = caller_place()
        # One attribute, so that subclasses are free to use the words for something else.
        self._mount = Mount.of(prefix, Include((), options.get("namespace"), place), place=place, options=options)
        self._entries = list[URLPattern]()

    def __repr__(self) -> str:
        return f"<{type(self).__name__} {self.prefix or '/'}: {len(self._entries)} entries>"

    @property
    def prefix(self) -> str:
        """What stands before the path of each route."""
        return self._mount.path

    @property
    def revision(self) -> int:
        """A number that changes when something is registered here."""
        return len(self._entries)

    def as_routes(self) -> Sequence[URLPattern]:
        """Return the routes under the prefix, as one entry of a URL conf."""
        included = replace(self._mount.included, source=tuple(self._entries))
        return [replace(self._mount, included=included)]

    def include(
        self,
        source: RouteSource | Include,
        prefix: str = "",
        **options: Unpack[MountOptions],
    ) -> None:
        """Take up the routes of another router, a controller class or an `include(…)`, behind those that are there.

        Args:
            source: Where the routes come from. Routes that it gets later are taken up too.
            prefix: Stands between the prefix of this router and that of the other.
            **options: What the routes have in common, around what the other says: `tags`, `middleware`,
                `dependencies`, `namespace`, `auth`, `throttle`, `etag`, `include_in_schema`.

        Raises:
            ViewError: When a router is to include itself.
        """
        place = caller_place()
        if source is self:
            raise ViewError(f"router {quote(self.prefix or '/')} includes itself", code="views.E001", place=place)
        included = source if isinstance(source, Include) else Include(source, options.get("namespace"), place)
        self._entries.append(Mount.of(prefix, included, place=place, options=options))

    def mount(
        self, prefix: str, app: Callable[..., Any], *, interface: Interface = "auto", auth: Auth | None = None
    ) -> None:
        """Put a whole ASGI or WSGI application under a prefix; it gets every path there that no route takes.

        Args:
            prefix: The prefix, without parameters; `/` is all that the router has.
            app: The application: Starlette, FastAPI, Litestar, Django, Flask or any other.
            interface: How it is called, where its signature does not tell.
            auth: Who may call it: a guard, or `public`.
        """
        mounted = MountedApp(path=prefix, app=app, interface=interface, auth=auth, place=caller_place())
        self._entries.append(mounted)

    def exception_handler[H: Callable[[Any, Any], Any]](self, kind: type[BaseException]) -> Callable[[H], H]:
        """Let a function make the answers to a class of exceptions that the routes of this router raise.

        What is nearest to the route wins: its own handlers, those of its router, of the routers around it, of the
        application. Within each the nearest class wins.

        Args:
            kind: The class of exceptions, subclasses included.
        """

        def register(handler: H) -> H:
            (known,) = self._mount.exception_handlers or ({},)
            self._mount = replace(self._mount, exception_handlers=({**known, kind: handler},))
            return handler

        return register

    def add(self, path: str, handler: Handler, methods: Sequence[str], **options: Unpack[RouteOptions]) -> None:
        """Register a handler without a decorator."""
        self._entries.append(Route.of(path, handler, methods, place=caller_place(), options=options))

    def route[H: Handler](
        self, path: str = "", *, methods: Sequence[str], **options: Unpack[RouteOptions]
    ) -> Callable[[H], H]:
        """Register the decorated handler for some methods."""
        return self._register(path, methods, options)

    def get[H: Handler](self, path: str = "", **options: Unpack[RouteOptions]) -> Callable[[H], H]:
        """Register the decorated handler for GET; HEAD follows."""
        return self._register(path, ("GET",), options)

    def post[H: Handler](self, path: str = "", **options: Unpack[RouteOptions]) -> Callable[[H], H]:
        """Register the decorated handler for POST."""
        return self._register(path, ("POST",), options)

    def put[H: Handler](self, path: str = "", **options: Unpack[RouteOptions]) -> Callable[[H], H]:
        """Register the decorated handler for PUT."""
        return self._register(path, ("PUT",), options)

    def patch[H: Handler](self, path: str = "", **options: Unpack[RouteOptions]) -> Callable[[H], H]:
        """Register the decorated handler for PATCH."""
        return self._register(path, ("PATCH",), options)

    def delete[H: Handler](self, path: str = "", **options: Unpack[RouteOptions]) -> Callable[[H], H]:
        """Register the decorated handler for DELETE."""
        return self._register(path, ("DELETE",), options)

    def head[H: Handler](self, path: str = "", **options: Unpack[RouteOptions]) -> Callable[[H], H]:
        """Register the decorated handler for HEAD, where it differs from GET."""
        return self._register(path, ("HEAD",), options)

    def options[H: Handler](self, path: str = "", **options: Unpack[RouteOptions]) -> Callable[[H], H]:
        """Register the decorated handler for OPTIONS, where it says more than the engine does."""
        return self._register(path, ("OPTIONS",), options)

    def websocket[H: Handler](self, path: str = "", **options: Unpack[RouteOptions]) -> Callable[[H], H]:
        """Register the decorated handler for sockets; one of its parameters is a `WebSocket`."""
        return self._register(path, (SOCKET_METHOD,), options)

    def websocket_listener[H: Handler](self, path: str = "", **options: Unpack[RouteOptions]) -> Callable[[H], H]:
        """Register the decorated handler for each message of a socket: it takes `data` and returns what is sent."""
        return self._register(path, (SOCKET_METHOD,), options, listens=True)

    def _register[H: Handler](
        self, path: str, methods: Sequence[str], options: RouteOptions, *, listens: bool = False
    ) -> Callable[[H], H]:
        # Two steps up: the line of the decorator in the user's file.
        place = caller_place(2)

        def decorate(handler: H) -> H:
            answering = Listener(handler) if listens else handler
            self._entries.append(Route.of(path, answering, methods, place=place, options=options))
            return handler

        return decorate
