"""`Vase`: the application object, for one file or for a site of many apps. Start reading Vase here."""

import json
from collections.abc import AsyncIterator, Callable, Iterator, Mapping, MutableMapping, Sequence
from contextlib import AbstractAsyncContextManager, AsyncExitStack
from dataclasses import replace
from functools import cached_property
from pathlib import Path
from typing import Any, Self

from vase._core import Engine
from vase.application._api_document import (
    make_async_document,
    make_document,
    operation_faults,
    plan_webhooks,
    with_document_routes,
)
from vase.application._assembly import Assembly, Failures, assemble
from vase.application._checks import site_faults
from vase.application._engine_config import engine_config
from vase.application._guards import auth_faults, named_guard
from vase.application._guest import Guest, Receive, Scope, Send
from vase.application._hooks import ExceptionHandler, Hooks
from vase.application._mounts import Mounts
from vase.application._policies import Services
from vase.application._urlconf import load_urlconf
from vase.apps import load_apps
from vase.conf import Settings, load_settings
from vase.db import AsyncSession, Database, DatabaseError, Databases, Session
from vase.di import Providers
from vase.exceptions import ConfigurationError
from vase.idempotency import Store
from vase.loop import ServingLoop
from vase.middleware import Middleware, SplitMiddleware, split
from vase.templates import Templates, from_settings
from vase.types import JSON, Fault
from vase.urls import (
    Auth,
    CompiledMount,
    CompiledRoute,
    ConverterTable,
    URLResolver,
    WrittenReversals,
    compile_urls,
)
from vase.views import Router

__all__ = ["Vase"]

type Lifespan = Callable[["Vase"], AbstractAsyncContextManager[None]]
"""Runs around the life of the application: its start before the `yield`, its stop after it."""


class Vase:
    """An application: its settings, apps, routes and everything that answers a request.

    It has the decorators of a router: `@app.get("/")` registers a handler, before the routes of `ROOT_URLCONF`.

    Args:
        debug: Whether error pages show source and values; only for an application without a settings module.
        auth: Who may call the routes that do not say it: a guard, or `public`; `DEFAULT_AUTH` when left out.
        lifespan: An async context manager around the life of the application.
        settings: Settings by name, for an application without a settings module.

    Example:
        >>> app = Vase()
        >>> @app.get("/hello/<name>")
        ... def hello(name: str) -> str:
        ...     return f"Hello, {name}!"
    """

    def __init__(
        self,
        *,
        debug: bool = False,
        auth: Auth | None = None,
        lifespan: Lifespan | None = None,
        settings: Mapping[str, object] | None = None,
    ) -> None:
        # One file behind any name, as its users know it from elsewhere; a site says in its settings who it is.
        given = {"ALLOWED_HOSTS": ["*"], "DEBUG": debug, **(settings or {})}
        self._set_up(None, given, auth)
        if lifespan is not None:
            self._lifespans.append(lifespan)

    @classmethod
    def from_settings(cls, module: str | None, **overrides: object) -> Self:
        """Make the application that a settings module describes.

        Mistakes are collected, not raised: `check()` tells them, `ensure_valid()` refuses to go on with them.

        Args:
            module: The dotted name, like `config.settings.development`.
            **overrides: Settings that are stronger than the module and the environment.
        """
        app = cls.__new__(cls)
        app._set_up(module, overrides)  # noqa: SLF001  # of this very class
        return app

    def _set_up(self, module: str | None, overrides: Mapping[str, object], auth: Auth | None = None) -> None:
        self.settings_module = module
        self.router = Router()
        self.get, self.post, self.put = self.router.get, self.router.post, self.router.put
        self.patch, self.delete, self.head = self.router.patch, self.router.delete, self.router.head
        self.websocket, self.websocket_listener = self.router.websocket, self.router.websocket_listener
        self.route, self.include, self.add = self.router.route, self.router.include, self.router.add
        self.mount, self._mounts = self.router.mount, Mounts()
        self._guest = Guest(self)
        self.settings, self._faults = self._load(module, overrides)
        self.apps, faults = load_apps(self.settings)
        self._faults += faults
        plugs = self.apps.find_plugs("models")
        self._faults += plugs.faults
        usual, guard_faults = named_guard(self.settings, "DEFAULT_AUTH")
        self._auth = usual if auth is None else auth
        self._faults += guard_faults
        reader, guard_faults = named_guard(self.settings, "OPENAPI_AUTH")
        self._document_auth: Auth = self._refuse_all if reader is None else reader
        self._faults += guard_faults
        self.databases = _databases(self.settings)
        self.converters = ConverterTable()
        self._written = WrittenReversals()
        self.providers = self._default_providers()
        self._middleware: list[Middleware] = []
        self._lifespans: list[Lifespan] = []
        self._running: AsyncExitStack | None = None
        self._keys_database: Database | None = None
        self.webhooks = Router()
        self._assembled: tuple[tuple[int, int, int, bool], Assembly] | None = None
        self.hooks = Hooks(self, debug=self.settings.DEBUG)

    @staticmethod
    def _load(module: str | None, overrides: Mapping[str, object]) -> tuple[Settings, list[Fault]]:
        settings, faults = load_settings(module, overrides=overrides)
        return settings, list(faults)

    def _default_providers(self) -> Providers:
        providers = Providers()
        providers[Vase] = lambda: self
        providers[Settings] = lambda: self.settings
        providers[URLResolver] = lambda: self.resolver
        providers[Templates] = lambda: self.templates
        providers[Session] = self._open_session
        providers[AsyncSession] = self._open_async_session
        return providers

    # The database is looked up for each request, not once: a test puts another one in its place.
    def _open_session(self) -> Iterator[Session]:
        yield from self.databases["default"].get_session()

    async def _open_async_session(self) -> AsyncIterator[AsyncSession]:
        async with self.databases["default"].async_session() as session:
            yield session

    @property
    def dependency_overrides(self) -> MutableMapping[Any, Callable[..., Any]]:
        """Stand-ins for dependencies, by function or type: for tests."""
        return self.providers.overrides

    @cached_property
    def templates(self) -> Templates:
        """The templates of the site and its apps."""
        return from_settings(self.settings, [app.path for app in self.apps], reverse=self.reverse)

    @cached_property
    def _split(self) -> SplitMiddleware:
        return split(self.settings.MIDDLEWARE, self.settings)

    @property
    def _assembly(self) -> Assembly:
        """The routes and their plans; made anew when something changed that they depend on."""
        # What is registered; providers and overrides; and whether the answer to an exception may take waiting.
        registered = (self.router.revision, len(self._middleware))
        made_from = (*registered, self.providers.revision, self.hooks.may_wait)
        if self._assembled is None or self._assembled[0] != made_from:
            self._assembled = (made_from, self._assemble())
        return self._assembled[1]

    def _assemble(self) -> Assembly:
        patterns = load_urlconf(self.settings)
        table = compile_urls(
            [self.router, *patterns], converters=self.converters, auth=self._auth, source="the URL conf"
        )
        entries = [*table.routes, *(mount.route for mount in table.mounts)]
        wrong = auth_faults(entries, is_required=self.settings.AUTH_REQUIRED)
        wrong += operation_faults(table.routes)
        table = replace(table, faults=(*table.faults, *wrong))
        table = with_document_routes(table, self.settings, self._document_auth, self.openapi)
        middleware = [*self._split.python, *self._middleware]
        failures = Failures(self.hooks.on_error, self.hooks.may_wait, self.hooks.within)
        limit = self.settings.DATA_UPLOAD_MAX_MEMORY_SIZE
        services = Services(self._keys)
        return assemble(table, self.providers, middleware, failures, self._mounts, services, max_body=limit)

    @cached_property
    def _keys(self) -> Store | None:
        """The keys of idempotent routes; the database is looked up each time, for a test puts another one there."""
        named = self.settings.IDEMPOTENCY_DATABASE
        if named in list(self.databases):
            return Store(lambda: self.databases[named])
        try:
            self._keys_database = Database(named, alias=named)
        except DatabaseError:
            return None
        return Store(lambda: self._keys_database or self.databases[named])

    @staticmethod
    def _refuse_all() -> bool:
        return False  # who names a guard that is not there wants no open document

    @property
    def resolver(self) -> URLResolver:
        """The way from names of routes to paths."""
        return self._assembly.resolver

    def reverse(self, name: str, /, **parameters: object) -> str:
        """Return the path of a named route."""
        return self.resolver.reverse(name, **parameters)

    def routes(self) -> list[CompiledRoute]:
        """Return all routes in the order in which they are tried."""
        return list(self._assembly.table.routes)

    def mounts(self) -> list[CompiledMount]:
        """Return the applications that are mounted: they get what no route takes."""
        return list(self._assembly.table.mounts)

    def openapi(self) -> dict[str, JSON]:
        """Return the OpenAPI document: all routes and webhooks, as their plans have them.

        A route with a fault is left out; `check()` tells it.
        """
        assembly = self._assembly
        sent, _ = plan_webhooks(self.webhooks, self.converters, self.providers)
        return make_document(
            self.settings, assembly.table.routes, assembly.plans, sent, [app.name for app in self.apps]
        )

    def asyncapi(self) -> dict[str, JSON]:
        """Return the AsyncAPI document: all sockets and streams of events, as their plans have them.

        A route with a fault is left out; `check()` tells it.
        """
        assembly = self._assembly
        return make_async_document(
            self.settings, assembly.table.routes, assembly.plans, assembly.sockets, [app.name for app in self.apps]
        )

    def middleware[M: Middleware](self, middleware: M) -> M:
        """Add middleware around all routes, inside of `MIDDLEWARE`; the first one added is the outermost.

        Usable as a decorator: `@app.middleware`.
        """
        self._middleware.append(middleware)
        return middleware

    def exception_handler(self, kind: type[BaseException]) -> Callable[[ExceptionHandler], ExceptionHandler]:
        """Let a function make the answers to a class of exceptions; it is given the request and the exception.

        An `async def` may wait; a `def` is called in place and must not block. What it returns becomes an answer as it
        does from a view. The nearest class wins; what the function itself raises is answered like any other failure.

        Args:
            kind: The class of exceptions, subclasses included.

        Raises:
            ApplicationError: From the decorator, when the class could never work.
        """

        def register(handler: ExceptionHandler) -> ExceptionHandler:
            self.hooks.add_handler(kind, handler)
            return handler

        return register

    def check(self, *, deploy: bool = False) -> list[Fault]:
        """Return everything that is wrong with the application, mistakes of all kinds at once.

        Args:
            deploy: Whether to look for what must not be in production as well.
        """
        _, webhook_faults = plan_webhooks(self.webhooks, self.converters, self.providers)
        found = [*self._faults, *self._split.faults, *self._assembly.faults, *webhook_faults]
        return [*found, *site_faults(self, self._written, deploy=deploy)]

    def ensure_valid(self) -> None:
        """Refuse to go on with mistakes.

        Raises:
            ConfigurationError: With every fault, if one of them is an error.
        """
        faults = self.check()
        if any(fault.level == "error" for fault in faults):
            raise ConfigurationError(faults)

    def engine(
        self,
        loop: ServingLoop,
        *,
        keep_alive: bool = True,
        access_log: bool = False,
        hosts: Sequence[str] = (),
    ) -> Engine:
        """Return the engine of this application for an event loop.

        Args:
            loop: The loop on whose thread it runs.
            keep_alive: Whether a connection takes more than one request.
            access_log: Whether the layer `access_log` writes to standard output.
            hosts: Hosts that are answered besides `ALLOWED_HOSTS`: a server for tests has an address of its own.

        Raises:
            ConfigurationError: With every fault, if one of them is an error.
        """
        self.ensure_valid()
        self.hooks.templates = self.templates
        assembly = self._assembly
        config = engine_config(
            self.settings,
            self._split.layers,
            self.static_roots(),
            keep_alive=keep_alive,
            mounts=assembly.mounts,
            hosts=hosts,
        )
        return Engine(
            loop.reactor,
            config=json.dumps(config),
            routes=assembly.table.as_json(),
            endpoints=assembly.endpoints,
            hooks=self.hooks,
            threads_max=self.settings.THREADS_MAX,
            access_log=access_log,
        )

    async def drain(self, engine: Engine, seconds: float) -> None:
        """Stop an engine: requests are finished, WebSockets and event streams told to connect again.

        Args:
            engine: One of this application's engines.
            seconds: How long that may take.
        """
        self.hooks.drain()
        await engine.drain(seconds)
        await self.hooks.settled(seconds)

    def static_roots(self) -> list[Path]:
        """Return the directories of static files in the order in which they are searched."""
        roots = [*self.settings.STATICFILES_DIRS, *(app.static_path for app in self.apps if app.static_path)]
        if self.settings.STATIC_ROOT is not None:
            roots.append(self.settings.STATIC_ROOT)
        return [root for root in roots if root.is_dir()]

    @property
    def test_host(self) -> str:
        """A host under which the application answers a test."""
        for host in self.settings.ALLOWED_HOSTS:
            if host != "*":
                return host.removeprefix(".")
        return "localhost"

    def listen_at(self, host: str, port: int, *, workers: int = 1) -> None:
        """Tell where the server listens; mounted applications pass it on to their requests.

        Args:
            host: The address.
            port: The port.
            workers: How many processes serve.
        """
        self._mounts.listen_at(host, port, workers)

    async def startup(self) -> None:
        """Run what the apps and the lifespans do before the first request."""
        faults = self.apps.ready()
        if faults:
            raise ConfigurationError(faults)
        async with AsyncExitStack() as stack:
            for lifespan in self._lifespans:
                await stack.enter_async_context(lifespan(self))
            _ = self._assembly  # what is mounted is known when the routes are
            for hosted in self._mounts.applications:
                life = hosted.lifespan()
                if life is not None:
                    await stack.enter_async_context(life)
            self._running = stack.pop_all()  # one that fails to start stops those before it

    async def shutdown(self) -> None:
        """Run what the lifespans do after the last request, and close the databases."""
        running, self._running = self._running, None
        try:
            if running is not None:
                await running.aclose()
        finally:
            await self.databases.close()
            if self._keys_database is not None:
                await self._keys_database.close()

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer another server: an application is an ASGI application, too.

        Args:
            scope: What is asked: a request, or the application's own start and stop.
            receive: Gives the next message.
            send: Takes a message.
        """
        await self._guest(scope, receive, send)

    def run(self, host: str = "127.0.0.1", port: int = 8000, *, workers: int = 1) -> None:
        """Serve this application until Ctrl-C: for `python app.py`.

        Args:
            host: The address to listen on.
            port: The port.
            workers: The number of worker processes.
        """
        # The room above: an application does not need a server to exist, but a one-file one is one line shorter.
        import importlib  # noqa: PLC0415

        server = importlib.import_module("vase.server")
        server.run(server.ServerOptions(factory=lambda: self, host=host, port=port, workers=workers))


def _databases(settings: Settings) -> Databases:
    try:
        return Databases(settings.DATABASES)
    except DatabaseError:
        return Databases({})  # told by the check, with every other entry that is wrong
