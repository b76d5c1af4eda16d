"""From a URL conf to the flat list that the engine matches, with every mistake on the way.

Nothing is raised for a user's mistake: each becomes a message with the line that made it, and compiling goes on, so
that one start tells all of them.
"""

import inspect
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field, replace
from types import ModuleType
from typing import Any

from pydantic_core import to_json

from vase._imports import BrokenModuleError, ImportStringError, import_module
from vase.checks import CheckMessage, error, place_of, warning
from vase.di import Dependency
from vase.exceptions import did_you_mean, quote
from vase.types import JSON, Place
from vase.urls._converters import Converter, ConverterTable
from vase.urls._deprecation import Deprecation
from vase.urls._guards import Auth, Public
from vase.urls._idempotency import idempotency_fault
from vase.urls._inherited import Inherited
from vase.urls._mounted import MountedApp
from vase.urls._pattern import PathPattern, PatternFault, duplicate_parameter, parse_pattern
from vase.urls._representations import representation_faults
from vase.urls._route import ExceptionHandlers, Mount, Route, RouteSource, URLPattern, Versions
from vase.urls._sockets import SOCKET_METHOD
from vase.urls._throttle import throttle_fault, throttle_of

__all__ = ["CompiledMount", "CompiledRoute", "URLTable", "compile_urls"]

_METHODS = frozenset(
    {"GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS", "TRACE", "QUERY", "PROPFIND", "REPORT", SOCKET_METHOD}
)


@dataclass(frozen=True, slots=True)
class CompiledRoute:
    """A route with all that is around it: the whole path, the whole name, all middleware.

    Args:
        id: Its number in the table.
        pattern: The whole path, in pieces.
        route: The route; middleware, dependencies and tags include those of the routers around it, outermost first.
        name: The name with its namespaces, as `reverse` takes it.
    """

    id: int
    pattern: PathPattern
    route: Route
    name: str | None

    @property
    def path(self) -> str:
        """The whole path in one notation: `/articles/{slug:slug}`."""
        return str(self.pattern)

    @property
    def parameters(self) -> dict[str, Converter]:
        """The converter of each parameter of the path, in order."""
        return self.pattern.parameters

    def refine(self, name: str, converter: Converter) -> "CompiledRoute":
        """Return the route with the converter that the handler's annotation asks for, where the path left it open."""
        return replace(self, pattern=self.pattern.refine(name, converter))

    def limit_body(self, max_body: int | None) -> "CompiledRoute":
        """Return the route with a limit of its own for the bodies of its requests."""
        return self if max_body == self.route.max_body else replace(self, route=replace(self.route, max_body=max_body))

    def as_data(self) -> dict[str, JSON]:
        """Return what the engine is told."""
        limits: dict[str, JSON] = {} if self.route.max_body is None else {"max_body": self.route.max_body}
        throttle = throttle_of(self.route.throttle)
        if throttle is not None and throttle.by == "address":
            limits["throttle"] = [{"requests": requests, "seconds": seconds} for requests, seconds in throttle.pairs]
        return {
            **limits,
            "id": self.id,
            "methods": list(self.route.methods),
            "name": self.name,
            "path": self.path,
            "segments": self.pattern.as_data(),
        }


@dataclass(frozen=True, slots=True)
class CompiledMount:
    """A mounted application with all that is around it.

    Args:
        prefix: The whole prefix, with a slash at both ends.
        mounted: The application.
        route: What is around it, as for any route.
    """

    prefix: str
    mounted: MountedApp
    route: CompiledRoute


@dataclass(frozen=True, slots=True)
class URLTable:
    """All routes of an application in the order in which they are tried, and what is wrong with them.

    Args:
        routes: The routes; those with faults are left out or mended as far as possible.
        faults: Every mistake, in the order of the URL conf.
        mounts: The applications below prefixes, which get what no route takes.
    """

    routes: tuple[CompiledRoute, ...]
    faults: tuple[CheckMessage, ...]
    mounts: tuple[CompiledMount, ...] = ()

    def as_json(self) -> str:
        """Return the routes as the engine reads them."""
        return to_json([route.as_data() for route in self.routes]).decode()


def compile_urls(
    patterns: Iterable[URLPattern | RouteSource],
    *,
    converters: ConverterTable | None = None,
    auth: Auth | None = None,
    source: str = "urlpatterns",
    place: Place | None = None,
) -> URLTable:
    """Flatten routes, routers and included modules into one table.

    Args:
        patterns: What `urlpatterns` holds.
        converters: The converters that paths may name; those of the box when left out.
        auth: Who may call the routes that say nothing about it, and around which nothing says it.
        source: Where the patterns come from, for messages about things that have no line of their own.
        place: The file of the patterns, for the same.
    """
    compiler = _Compiler(converters or ConverterTable())
    compiler.add(patterns, _Around(auth=auth), source, place)
    compiler.check_names()
    compiler.check_reach()
    return URLTable(tuple(compiler.routes), tuple(compiler.faults), tuple(compiler.mounts))


@dataclass(frozen=True, slots=True)
class _Around:
    """What the mounts around a route add to it."""

    text: str = ""
    pattern: PathPattern = field(default_factory=PathPattern)
    namespaces: tuple[str, ...] = ()
    middleware: tuple[Any, ...] = ()
    dependencies: tuple[Any, ...] = ()
    tags: tuple[str, ...] = ()
    auth: Auth | None = None
    deprecated: bool | Deprecation | None = None
    exception_handlers: tuple[ExceptionHandlers, ...] = ()
    versions: Versions | None = None
    include_in_schema: bool = True
    inherited: Inherited = field(default_factory=Inherited)
    modules: tuple[str, ...] = ()
    sources: tuple[object, ...] = ()


class _Compiler:
    def __init__(self, converters: ConverterTable) -> None:
        self._converters = converters
        self.routes: list[CompiledRoute] = []
        self.mounts: list[CompiledMount] = []
        self.faults: list[CheckMessage] = []

    def add(self, patterns: Iterable[object], around: _Around, source: str, place: Place | None = None) -> None:
        for index, pattern in enumerate(patterns):
            if isinstance(pattern, Route):
                self._add_route(pattern, around)
            elif isinstance(pattern, Mount):
                self._add_mount(pattern, around)
            elif isinstance(pattern, MountedApp):
                self._add_app(pattern, around)
            elif isinstance(pattern, RouteSource):
                self.add(self._routes_of(pattern, place), around, source, place)
            else:
                self._error(
                    "urls.E009",
                    f"item {index} of {source} is no route: {quote(pattern)}",
                    "make routes with `path(…)` or a router",
                    place,
                )

    def _add_route(self, route: Route, around: _Around) -> None:
        pattern = self._joined(around, route.path, route.place).rooted()
        fault = _view_fault(route.handler)
        if fault is not None:
            self._error("urls.E006", f"path {quote(route.path)} leads to {fault[0]}", fault[1], route.place)
        self._check_methods(route)
        if route.name is not None and ":" in route.name:
            message = f"route name {quote(route.name)} has a colon, which stands between namespace and name"
            self._error("urls.E010", message, "give the namespace to `include(…, namespace=…)`", route.place)
        self._check_policies(route, f"{'/'.join(route.methods)} {quote(str(pattern))}")
        whole = replace(
            around.inherited.over(route),
            middleware=around.middleware + route.middleware,
            dependencies=around.dependencies + route.dependencies,
            deprecated=around.deprecated if route.deprecated is None else route.deprecated,
            exception_handlers=route.exception_handlers + around.exception_handlers,
            versions=around.versions if route.versions is None else route.versions,
            tags=tuple(dict.fromkeys(around.tags + route.tags)),
            auth=around.auth if route.auth is None else route.auth,
            include_in_schema=around.include_in_schema and route.include_in_schema,
        )
        self._check_options(whole)
        name = None if route.name is None else ":".join([*around.namespaces, route.name])
        self.routes.append(CompiledRoute(len(self.routes), pattern, _marked(whole), name))

    def _add_mount(self, mount: Mount, around: _Around) -> None:
        if mount.name is not None or mount.methods is not None:
            what = "name" if mount.name is not None else "methods"
            hint = "names of an include begin with its `namespace`; methods belong to the routes inside"
            self._error("urls.E012", f"path {quote(mount.path)} is an include and has no {what}", hint, mount.place)
        self._check_policies(mount, f"prefix {quote(mount.path)}")
        for option, reason, hint in Inherited.faults(mount):
            self._error("urls.E040", f"`{option}` of prefix {quote(mount.path)}: {reason}", hint, mount.place)
        place = mount.included.place or mount.place
        source: object = mount.included.source
        if isinstance(source, str):
            source = self._imported(source, around, place)
            if source is None:
                return
        name, namespace, modules = "the included list", mount.included.namespace, around.modules
        if isinstance(source, ModuleType):
            name, modules = f"`{source.__name__}.urlpatterns`", (*modules, source.__name__)
            namespace = namespace or getattr(source, "app_name", None)
            patterns = self._patterns_of(source, place)
        elif isinstance(source, RouteSource):
            if any(source is outer for outer in around.sources):
                self._error("urls.E014", f"{quote(source)} includes itself, perhaps through others", None, place)
                return
            patterns = self._routes_of(source, place)
        else:
            patterns = self._listed(source, place)
        inside = _Around(
            text=around.text + mount.path,
            pattern=self._joined(around, mount.path, mount.place),
            namespaces=(*around.namespaces, namespace) if namespace else around.namespaces,
            middleware=around.middleware + mount.middleware,
            dependencies=around.dependencies + mount.dependencies,
            tags=around.tags + mount.tags,
            auth=around.auth if mount.auth is None else mount.auth,
            deprecated=around.deprecated if mount.deprecated is None else mount.deprecated,
            exception_handlers=mount.exception_handlers + around.exception_handlers,
            versions=around.versions if mount.versions is None else mount.versions,
            include_in_schema=around.include_in_schema and mount.include_in_schema,
            inherited=around.inherited.within(mount),
            modules=modules,
            sources=(*around.sources, source),
        )
        self.add(patterns, inside, name, place)

    def _add_app(self, mounted: MountedApp, around: _Around) -> None:
        pattern = self._joined(around, mounted.path, mounted.place).rooted()
        prefix = str(pattern).rstrip("/") + "/"
        shown = quote(prefix)
        if pattern.parameters:
            hint = "mount it under a fixed prefix, and let the application have the parameter in its own paths"
            self._error("urls.E030", f"an application is mounted under parameters: {shown}", hint, mounted.place)
        other = next((other for other in self.mounts if other.prefix == prefix), None)
        if other is not None:
            there = f"it is registered at {other.mounted.place}" if other.mounted.place else None
            self._error("urls.E031", f"two applications are mounted under {shown}", there, mounted.place)
        whole = Route(
            path=mounted.path,
            handler=mounted.app,
            methods=("ANY",),
            middleware=around.middleware,
            dependencies=around.dependencies,
            auth=around.auth if mounted.auth is None else mounted.auth,
            include_in_schema=False,
            place=mounted.place,
        )
        self.mounts.append(CompiledMount(prefix, mounted, CompiledRoute(len(self.mounts), pattern, whole, None)))

    def _joined(self, around: _Around, text: str, place: Place | None) -> PathPattern:
        if not isinstance(text, str):
            self._error("urls.E008", f"a path must be text: {quote(text)}", None, place)
            return around.pattern
        pattern, faults = parse_pattern(text, self._converters)
        taken = around.pattern.parameters
        faults += [duplicate_parameter(around.text + text, name) for name in pattern.parameters if name in taken]
        self.faults += [_at(fault, place) for fault in faults]
        if around.text and text and not around.text.endswith("/") and not text.startswith("/"):
            message = (
                f"prefix {quote(around.text)} and path {quote(text)} join without a slash: {quote(around.text + text)}"
            )
            self.faults.append(warning("urls.W001", message, hint="end the prefix with `/`", place=place))
        if taken:
            kept = [segment for segment in pattern.segments if getattr(segment, "name", None) not in taken]
            pattern = PathPattern(tuple(kept))
        return around.pattern.joined(pattern)

    def _imported(self, name: str, around: _Around, place: Place | None) -> ModuleType | None:
        if name in around.modules:
            circle = " → ".join([*around.modules[around.modules.index(name) :], name])
            self._error("urls.E014", f"modules include each other in a circle: {circle}", None, place)
            return None
        try:
            return import_module(name)
        except BrokenModuleError as fault:
            # The line that fails is where the mistake is; the include only led there.
            self._error("urls.E005", f"cannot include {quote(name)}: {fault.message}", fault.hint, fault.place or place)
        except ImportStringError as fault:
            self._error("urls.E005", f"cannot include {quote(name)}: {fault.message}", fault.hint, place)
        return None

    def _patterns_of(self, module: ModuleType, place: Place | None) -> Sequence[object]:
        if hasattr(module, "urlpatterns"):
            return self._listed(module.urlpatterns, place_of(module))
        router = getattr(module, "router", None)
        if isinstance(router, RouteSource):
            return self._routes_of(router, place)
        names = [name for name in vars(module) if not name.startswith("_")]
        hint = did_you_mean("urlpatterns", names) or "add `urlpatterns = [path(…), …]` or a `router`"
        self._error("urls.E007", f"module `{module.__name__}` has no `urlpatterns`", hint, place)
        return ()

    def _listed(self, patterns: object, place: Place | None) -> Sequence[object]:
        if isinstance(patterns, list | tuple):
            return patterns
        message = f"routes must be a list, not a `{type(patterns).__name__}`: {quote(patterns)}"
        self._error("urls.E007", message, "write `urlpatterns = [path(…), …]`", place)
        return ()

    def _routes_of(self, source: RouteSource, place: Place | None) -> Sequence[object]:
        tell = getattr(source, "declaration_faults", None)  # of a source that looks at its own declaration
        self.faults += [fault for fault in (tell() if tell is not None else ()) if fault not in self.faults]
        try:
            return source.as_routes()
        except (
            TypeError
        ) as fault:  # a controller whose constructor wants arguments, or a class given in place of an object
            self._error(
                "urls.E006", f"the routes of {quote(source)} cannot be had: {fault}", None, place_of(source) or place
            )
            return ()

    def _check_policies(self, entry: Route | Mount, what: str) -> None:
        """Look at what a route or a prefix says of its exceptions and of its life."""
        for handlers in entry.exception_handlers:
            for kind, handler in handlers.items():
                if not isinstance(kind, type) or not issubclass(kind, BaseException):  # type: ignore[redundant-expr]
                    hint = "for a status, handle `HTTPException` and look at `exception.status_code`"
                    message = f"an exception handler of {what} is for {quote(kind)}, which is no class of exceptions"
                    self._error("urls.E050", message, hint, entry.place)
                elif not callable(handler):
                    message = f"the exception handler of {what} for `{kind.__name__}` is {quote(handler)}"
                    self._error("urls.E050", message, "pass a function of the request and the exception", entry.place)
        if entry.versions is not None and not hasattr(entry.versions, "mark"):
            message = f"`versions=` of {what} is {quote(entry.versions)}, which tells no versions"
            hint = "name a subclass of `HeaderVersioning` or `AcceptHeaderVersioning`"
            self._error("urls.E051", message, hint, entry.place)
        if isinstance(entry.deprecated, Deprecation):
            self.faults += entry.deprecated.faults(what, entry.place)

    def _check_methods(self, route: Route) -> None:
        if not route.methods:
            self._error("urls.E011", f"path {quote(route.path)} takes no methods", None, route.place)
        for method in route.methods:
            if method not in _METHODS:
                hint = did_you_mean(method, _METHODS)
                self._error(
                    "urls.E011", f"path {quote(route.path)} takes no such method: {quote(method)}", hint, route.place
                )

    def _check_options(self, route: Route) -> None:
        has_guard = route.auth is not None and not isinstance(route.auth, Public)
        found: list[tuple[str, str, str]] = []
        for option, wrong in (
            (f"idempotent={route.idempotent!r}", idempotency_fault(route.idempotent, route.methods)),
            (f"throttle={route.throttle!r}", throttle_fault(route.throttle, has_guard=has_guard)),
        ):
            found += [] if wrong is None else [(option, *wrong)]
        found += representation_faults(route)
        for option, reason, hint in found:
            self._error("urls.E040", f"`{option}` of path {quote(route.path)}: {reason}", hint, route.place)

    def check_names(self) -> None:
        """Find names that leave `reverse` a choice: one name, the same parameters, different paths."""
        first = dict[tuple[str, frozenset[str]], CompiledRoute]()
        for route in self.routes:
            if route.name is None:
                continue
            other = first.setdefault((route.name, frozenset(route.parameters)), route)
            if other.pattern.shape != route.pattern.shape:
                message = f"name {quote(route.name)} of {quote(route.path)} is taken by {quote(other.path)}"
                hint = _taken_hint(other)
                self._error("urls.E004", message, hint, route.route.place)

    def check_reach(self) -> None:
        """Find routes that no request reaches, because an equal one stands before them."""
        first = dict[tuple[tuple[str, ...], str], CompiledRoute]()
        for route in self.routes:
            for method in route.route.methods:
                other = first.setdefault((route.pattern.shape, method), route)
                if other is not route:
                    message = (
                        f"{method} {quote(route.path)} is never reached: {quote(other.path)} takes the same requests"
                    )
                    hint = f"it is registered at {other.route.place}" if other.route.place else None
                    self.faults.append(warning("urls.W002", message, hint=hint, place=route.route.place))

    def _error(self, code: str, message: str, hint: str | None, place: Place | None) -> None:
        self.faults.append(error(code, message, hint=hint, place=place))


def _marked(route: Route) -> Route:
    """Return a route with what its versions and its deprecation do: read the request, mark the answer."""
    if SOCKET_METHOD in route.methods:
        return route
    marks: list[Any] = [route.deprecated.mark] if isinstance(route.deprecated, Deprecation) else []
    before: list[Any] = []
    if route.versions is not None and hasattr(route.versions, "mark"):
        marks.append(route.versions.mark)
        before.append(Dependency(route.versions))
    if not marks:
        return route
    return replace(route, middleware=(*marks, *route.middleware), dependencies=(*before, *route.dependencies))


def _at(fault: PatternFault, place: Place | None) -> CheckMessage:
    return error(fault.code, fault.message, hint=fault.hint, place=place)


def _taken_hint(other: CompiledRoute) -> str:
    there = f" (registered at {other.route.place})" if other.route.place else ""
    return f"rename one of them{there}, or give their includes namespaces"


def _view_fault(handler: object) -> tuple[str, str | None] | None:
    if inspect.iscoroutine(handler):
        handler.close()
        return "a coroutine, the result of calling the handler", "leave out the parentheses"
    if isinstance(handler, type):
        hint = "make it a subclass of `Controller`, or pass an object of it"
        return f"the class {quote(handler.__qualname__)}, which is no handler", hint
    if isinstance(handler, str):
        return f"the text {quote(handler)}", f'write `include("{handler}")` for a module, or import the handler'
    if callable(handler):
        return None
    return f"{quote(handler)}, which cannot be called", "pass a function, or `include(…)`"
