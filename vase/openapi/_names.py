"""Names of operations: those of their handlers, with as much before or behind as tells equal ones apart."""

import functools
import re
from collections import Counter
from collections.abc import Callable, Sequence
from typing import Any

from vase.urls import CompiledRoute, Listener

__all__ = ["operation_ids", "snake_case"]


def operation_ids(operations: Sequence[tuple[CompiledRoute, str]]) -> list[str]:
    """Return an id for each route and method.

    An id is the name of the handler. Equal ones all get the name of their app before it, and what is equal even then
    the path behind it: so a name changes only when an equal one appears.
    """
    forms: Sequence[Callable[[CompiledRoute, str], str]] = (_plain, _with_app, _with_path)
    found = [route.route.operation_id and _for_method(route.route.operation_id, route, method)
             for route, method in operations]  # fmt: skip
    for form in forms:
        offered = [known or form(*operation) for known, operation in zip(found, operations, strict=True)]
        counts = Counter(offered)
        found = [name if known or counts[name] == 1 else None for known, name in zip(found, offered, strict=True)]
    taken = set(filter(None, found))
    names = []
    for known, operation in zip(found, operations, strict=True):
        name, count = known or _with_path(*operation), 2
        while known is None and name in taken:
            name, count = f"{_with_path(*operation)}_{count}", count + 1
        taken.add(name)
        names.append(name)
    return names


def snake_case(name: str) -> str:
    """Return `list_articles` for `listArticles`, `ListArticles` and `list-articles`."""
    name = re.sub(r"([a-z0-9])([A-Z])", r"\1_\2", re.sub(r"[^A-Za-z0-9]+", "_", name))
    return re.sub(r"([A-Z]+)([A-Z][a-z])", r"\1_\2", name).lower().strip("_")


def _for_method(name: str, route: CompiledRoute, method: str) -> str:
    return name if len(route.route.methods) == 1 else f"{name}_{method.lower()}"


def _handler_name(route: CompiledRoute) -> str:
    handler: Any = route.route.handler
    while isinstance(handler, functools.partial | Listener):
        handler = handler.function if isinstance(handler, Listener) else handler.func
    owner = getattr(handler, "__self__", None)
    name = getattr(handler, "__name__", type(handler).__name__)
    if owner is not None and not isinstance(owner, type):
        name = f"{type(owner).__name__}_{name}"
    return snake_case(name) or "operation"


def _plain(route: CompiledRoute, method: str) -> str:
    return _for_method(_handler_name(route), route, method)


def _with_app(route: CompiledRoute, method: str) -> str:
    app = str(getattr(route.route.handler, "__module__", "") or "").partition(".")[0]
    return _for_method(snake_case(f"{app}_{_handler_name(route)}"), route, method)


def _with_path(route: CompiledRoute, method: str) -> str:
    return snake_case(f"{_handler_name(route)}_{re.sub(r':[^}]*', '', route.path)}_{method}")
