"""One scope outside HTTP: a command, a task, a test, the shell."""

import asyncio
from collections.abc import Callable, Mapping
from types import TracebackType
from typing import Any, Final, Self

from vase.di._errors import DependencyError, label
from vase.di._graph import Graph, Node, build
from vase.di._kinds import Kind
from vase.di._providers import Providers
from vase.di._signature import EMPTY, Parameter
from vase.di._teardown import RunInThread, Teardown

__all__ = ["Scope", "call"]

_CLOSED: Final = "the scope is closed"


class _Given:
    """A leaf whose value the caller handed in."""

    __slots__ = ("value",)

    def __init__(self, value: object) -> None:
        self.value = value


class Scope:
    """A span of work in which each dependency is made once and closed at the end.

        async with Scope(application.providers) as scope:
            report = await scope.call(make_report, year=2026)

    An error that leaves the block is thrown into the dependencies that yield.

    Args:
        providers: Providers by type, and overrides.
        values: Values by type that are there already, like the request of a test.
        run_in_thread: How plain `def` dependencies are run; classes and functions marked inline are called here.
    """

    def __init__(
        self,
        providers: Providers | None = None,
        *,
        values: Mapping[object, object] | None = None,
        run_in_thread: RunInThread = asyncio.to_thread,
    ) -> None:
        self._providers = providers if providers is not None else Providers()
        self._given = {kind: _Given(value) for kind, value in (values or {}).items()}
        self._run_in_thread = run_in_thread
        self._teardown = Teardown(run_in_thread)
        self._made: dict[object, object] = {}
        self._is_open = False

    async def __aenter__(self) -> Self:
        self._is_open = True
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._is_open = False
        self._made.clear()
        if error is None:
            await self._teardown.close()
        else:
            await self._teardown.fail(error)

    async def call(self, function: Callable[..., Any], /, **arguments: object) -> Any:
        """Call a function with its dependencies; `arguments` fill its own parameters by name.

        The function itself is called here; its plain `def` dependencies run in threads. A generator function is
        entered like a dependency: its value is what it yields, and the rest runs when the scope ends.

        Raises:
            DependencyErrors: The graph of the function has faults, all of them in one error.
            DependencyError: The scope is not open.
        """
        if not self._is_open:
            raise DependencyError(_CLOSED, code="di.E008", hint="use it inside `async with Scope(…) as scope:`")
        graph = self._graph(function, arguments)
        for node in graph.order[:-1]:
            await self._value(node)
        return await self._run(graph.root, is_here=True)

    async def get[T](self, kind: type[T]) -> T:
        """Return the value of a type: one that was handed in, or what its provider makes.

        Raises:
            DependencyError: Nothing provides the type.
        """
        given = self._given.get(kind)
        if given is not None:
            value: T = given.value  # type: ignore[assignment]  # the key of the mapping is the type of the value
            return value
        provider = self._providers.find(kind)
        if provider is None:
            message = f"nothing provides `{label(kind)}`"
            hint = f"register a provider: `providers[{kind.__name__}] = …`"
            raise DependencyError(message, code="di.E001", hint=hint)

        async def take(value: Any) -> Any:
            return value

        take.__annotations__["value"] = kind
        made: T = await self.call(take)
        return made

    def _graph(self, function: Callable[..., Any], arguments: Mapping[str, object]) -> Graph:
        def find_leaf(parameter: Parameter) -> object | None:
            if parameter.owner is function and parameter.name in arguments:
                return _Given(arguments[parameter.name])
            if parameter.type is EMPTY or parameter.is_variadic:
                return None
            try:
                return self._given.get(parameter.type)
            except TypeError:  # an annotation that cannot be hashed
                return None

        graph = build(function, self._providers, find_leaf=find_leaf).checked()
        taken = {edge.name for edge in graph.root.edges}
        for name in arguments:
            if name not in taken:
                message = f"`{label(function)}` has no parameter `{name}`"
                raise DependencyError(message, code="di.E001", hint="compare the call with the signature")
        return graph

    async def _value(self, node: Node) -> object:
        key: object = (node.function,) if node.is_shared else node
        try:
            hash(key)
        except TypeError:
            key = id(node.function)
        if key not in self._made:
            self._made[key] = await self._run(node, is_here=False)
        return self._made[key]

    async def _run(self, node: Node, *, is_here: bool) -> Any:
        positional: list[object] = []
        named: dict[str, object] = {}
        for edge in node.edges:
            source = edge.source
            value = await self._value(source) if isinstance(source, Node) else getattr(source, "value", None)
            if edge.is_keyword:
                named[edge.name] = value
            else:
                positional.append(value)
        if node.kind is Kind.FUNCTION and not (is_here or node.is_in_place):
            return await self._run_in_thread(node.function, *positional, **named)
        result = node.function(*positional, **named)
        if node.kind is Kind.COROUTINE:
            return await result
        if node.kind is Kind.ASYNC_GENERATOR:
            return await self._teardown.enter_async(result)
        if node.kind is Kind.GENERATOR and node.is_in_place:
            return self._teardown.enter(result)
        if node.kind is Kind.GENERATOR:
            return await self._teardown.enter_in_thread(result)
        return result


async def call(function: Callable[..., Any], providers: Providers | None = None, /, **arguments: object) -> Any:
    """Call a function with its dependencies, and close them: a scope of one call.

        report = await call(make_report, app.providers, year=2026)

    Args:
        function: The function; an error that it raises is thrown into the dependencies that yield.
        providers: Providers by type, and overrides.
        **arguments: Parameters of the function, by name.

    Raises:
        DependencyErrors: The graph of the function has faults, all of them in one error.
    """
    async with Scope(providers) as scope:
        return await scope.call(function, **arguments)
