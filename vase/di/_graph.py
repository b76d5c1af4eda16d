"""The dependencies of a function as a graph, built once: who needs whom, in which order, and what is wrong with it."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

from vase.di._depends import Dependency
from vase.di._errors import DependencyError, DependencyErrors, label
from vase.di._kinds import Kind, is_in_place, kind_of
from vase.di._places import parameter_place
from vase.di._providers import Providers
from vase.di._signature import EMPTY, Parameter, read_signature
from vase.exceptions import quote
from vase.types import Place

__all__ = ["Edge", "FindLeaf", "Graph", "Node", "build"]

type FindLeaf = Callable[[Parameter], object | None]
"""Says what fills a parameter that is not a dependency; None leaves it to the providers and the default."""


@dataclass(frozen=True, slots=True, eq=False)
class Edge:
    """How one parameter is filled.

    Args:
        name: The parameter.
        is_keyword: Whether it is passed by name.
        source: The dependency, or what `find_leaf` gave.
    """

    name: str
    is_keyword: bool
    source: object


@dataclass(frozen=True, slots=True, eq=False)
class Node:
    """One function of the graph, called once a scope.

    Args:
        function: What is called, after overrides.
        kind: How its value is had.
        is_in_place: Whether a plain function may run on the loop's thread.
        is_shared: Whether everybody in a scope gets the same value.
        edges: Its parameters; one that keeps its default is left out.
        is_late: Whether its second half runs when the answer of a request has left.
    """

    function: Callable[..., Any]
    kind: Kind
    is_in_place: bool
    is_shared: bool
    edges: tuple[Edge, ...]
    is_late: bool = False

    @property
    def dependencies(self) -> tuple["Node", ...]:
        """The nodes that must run before this one."""
        return tuple(edge.source for edge in self.edges if isinstance(edge.source, Node))


@dataclass(frozen=True, slots=True, eq=False)
class Graph:
    """A function with everything it needs.

    Args:
        root: The function itself.
        order: Every node, each after those it needs, the root last.
        faults: What keeps the graph from being used.
    """

    root: Node
    order: tuple[Node, ...]
    faults: tuple[DependencyError, ...]

    def checked(self) -> "Graph":
        """Return the graph, or raise all of its faults.

        Raises:
            DependencyErrors: The graph has faults.
        """
        if self.faults:
            raise DependencyErrors(self.faults)
        return self


def build(
    function: Callable[..., Any],
    providers: Providers,
    *,
    find_leaf: FindLeaf | None = None,
    before: Sequence[Dependency] = (),
) -> Graph:
    """Build the graph of a function.

    A parameter is filled, in this order, by its `Depends`, by what `find_leaf` returns, by the provider of its type, by
    its default.

    Args:
        function: The function that is to be called in the end.
        providers: Providers by type, and overrides.
        find_leaf: Says what else can fill a parameter.
        before: Dependencies that run before the function and whose values it does not take.
    """
    builder = _Builder(providers, find_leaf)
    for dependency in before:
        builder.add(dependency, owner=function)
    root = builder.node(function, is_shared=False)
    return Graph(root, (*builder.order, root), tuple(builder.faults))


class _Builder:
    def __init__(self, providers: Providers, find_leaf: FindLeaf | None) -> None:
        self.order: list[Node] = []
        self.faults: list[DependencyError] = []
        self._providers = providers
        self._find_leaf = find_leaf
        self._shared: dict[object, Node] = {}
        self._chain: list[Callable[..., Any]] = []

    def add(self, dependency: Dependency, owner: Callable[..., Any]) -> Node | None:
        """Add a dependency that belongs to no parameter."""
        if not callable(dependency.function):
            message = f"`Depends` of `{label(owner)}` names no function"
            self._fault("di.E003", message, "write `Depends(function)`", parameter_place(owner))
            return None
        return self._dependency(dependency.function, dependency, owner=owner)

    def node(self, function: Callable[..., Any], *, is_shared: bool, is_late: bool = False) -> Node:
        """Return the node of a function, its dependencies already in order."""
        self._chain.append(function)
        edges = self._edges(function)
        self._chain.pop()
        return Node(function, kind_of(function), is_in_place(function), is_shared, edges, is_late)

    def _edges(self, function: Callable[..., Any]) -> tuple[Edge, ...]:
        try:
            signature = read_signature(function)
        except DependencyError as error:
            self.faults.append(error)
            return ()
        edges = []
        is_keyword = False
        for parameter in signature.parameters:
            if parameter.is_variadic and self._is_quiet(parameter):
                continue
            source = self._source(parameter)
            if source is None:  # it keeps its default, so that what follows must be named
                is_keyword = True
            else:
                edges.append(Edge(parameter.name, is_keyword or parameter.is_keyword_only, source))
        return tuple(edges)

    def _is_quiet(self, parameter: Parameter) -> bool:
        """Return whether `*args` or `**kwargs` can stay empty; only the hook may object, for the outermost function."""
        return len(self._chain) > 1 or self._find_leaf is None or self._find_leaf(parameter) is None

    def _source(self, parameter: Parameter) -> object | None:
        marker = self._marker(parameter)
        if marker is not None:
            return self._marked(parameter, marker)
        leaf = self._find_leaf(parameter) if self._find_leaf is not None else None
        if leaf is not None:
            return leaf
        if parameter.unresolved is not None:
            self._unresolved(parameter)
            return None
        provider = self._providers.find(parameter.type) if parameter.type is not EMPTY else None
        if provider is not None:
            return self._dependency(provider, Dependency(), owner=parameter.owner, name=parameter.name)
        if parameter.default is EMPTY:
            self._unfilled(parameter)
        return None

    def _marker(self, parameter: Parameter) -> Dependency | None:
        markers = [item for item in (*parameter.metadata, parameter.default) if isinstance(item, Dependency)]
        if len(markers) > 1:
            message = f"parameter `{parameter.name}` of `{label(parameter.owner)}` has {len(markers)} `Depends`"
            self._fault("di.E003", message, "keep one", parameter.place)
        return markers[0] if markers else None

    def _marked(self, parameter: Parameter, marker: Dependency) -> Node | None:
        function = marker.function
        if function is None and parameter.unresolved is None:
            function = self._providers.find(parameter.type)
            if function is None and parameter.type is not EMPTY and callable(parameter.type):
                function = parameter.type
        if callable(function):
            return self._dependency(function, marker, owner=parameter.owner, name=parameter.name)
        if parameter.unresolved is not None:
            self._unresolved(parameter)
            return None
        named = f"parameter `{parameter.name}` of `{label(parameter.owner)}`"
        message = f"`Depends` of {named} names no function: {quote(function)}"
        self._fault("di.E003", message, "write `Depends(function)`", parameter.place)
        return None

    def _dependency(
        self, function: Callable[..., Any], said: Dependency, *, owner: Callable[..., Any], name: str | None = None
    ) -> Node | None:
        function = self._providers.replaced(function)
        if any(function == link for link in self._chain):
            self._cycle(function, parameter_place(owner, name))
            return None
        is_late = self._is_late(function, said, parameter_place(owner, name))
        key = (_key(function), is_late)
        if said.use_cache and key in self._shared:
            return self._shared[key]
        node = self.node(function, is_shared=said.use_cache, is_late=is_late)
        if is_late:
            self._check_open(node, parameter_place(owner, name))
        self.order.append(node)
        if said.use_cache:
            self._shared[key] = node
        return node

    def _is_late(self, function: Callable[..., Any], said: Dependency, place: Place | None) -> bool:
        """Return whether a second half runs when the answer has left; a function without one has no such half."""
        if said.scope not in {"function", "request"}:
            message = f"`Depends({label(function)}, scope={said.scope!r})` names no scope"
            self._fault("di.E009", message, 'write `scope="function"` or `scope="request"`', place)
        return said.scope == "request" and kind_of(function) in _YIELDING

    def _check_open(self, node: Node, place: Place | None) -> None:
        """Find what a late dependency needs and what is closed before it."""
        pending = list(node.dependencies)
        while pending:
            needed = pending.pop()
            if needed.kind in _YIELDING and not needed.is_late:
                message = (
                    f"`{label(node.function)}` is open until the answer has left, and needs "
                    f"`{label(needed.function)}`, which is closed before"
                )
                hint = 'give that one `scope="request"` too, or let the first open its own'
                self._fault("di.E009", message, hint, place)
            pending += needed.dependencies

    def _cycle(self, function: Callable[..., Any], place: Place | None) -> None:
        start = self._chain.index(function)
        chain = [*self._chain[start:], function]
        text = " → ".join(f"`{label(link)}`" for link in chain)
        hint = "take one of the parameters away, or move what both need into a third function"
        self._fault("di.E002", f"dependencies form a cycle: {text}", hint, place)

    def _unresolved(self, parameter: Parameter) -> None:
        message = (
            f"the annotation of parameter `{parameter.name}` of `{label(parameter.owner)}` "
            f"cannot be resolved: {parameter.unresolved}"
        )
        hint = "define or import the name in the module of the function, not only under `TYPE_CHECKING`"
        self._fault("di.E004", message, hint, parameter.place)

    def _unfilled(self, parameter: Parameter) -> None:
        message = f"nothing fills parameter `{parameter.name}` of `{label(parameter.owner)}`"
        if parameter.type is EMPTY:
            hint = "annotate it, give it a default, or write `Annotated[…, Depends(function)]`"
        else:
            name = getattr(parameter.type, "__name__", str(parameter.type))
            hint = f"register a provider, `providers[{name}] = …`, give a default, or write `Depends(function)`"
        self._fault("di.E001", message, hint, parameter.place)

    def _fault(self, code: str, message: str, hint: str, place: Place | None) -> None:
        self.faults.append(DependencyError(message, code=code, hint=hint, place=place))


_YIELDING = (Kind.GENERATOR, Kind.ASYNC_GENERATOR)


def _key(function: Callable[..., Any]) -> object:
    try:
        hash(function)
    except TypeError:
        return id(function)  # the node keeps the function alive, so the number stays its own
    return function
