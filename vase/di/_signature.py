"""Signatures with their annotations resolved, one parameter at a time: one bad name hides no other."""

import functools
import inspect
import sys
import types
import typing
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, Final, TypeAliasType, get_args, get_origin

from vase.di._errors import DependencyError, label
from vase.di._places import parameter_place
from vase.types import Place

__all__ = ["EMPTY", "Parameter", "Signature", "read_signature", "unwrap"]

EMPTY: Final = inspect.Parameter.empty
"""Stands where a parameter has no default or no annotation."""


@dataclass(frozen=True, slots=True, eq=False)
class Parameter:
    """One parameter of a function.

    Args:
        name: As written.
        kind: Positional-only, positional or keyword, keyword-only, or one of the variadic kinds.
        annotation: The resolved annotation, `EMPTY` when there is none or it cannot be resolved.
        default: The default, or `EMPTY`.
        owner: The function, for messages.
        unresolved: Why the annotation cannot be resolved.
        type: The annotation without aliases and `Annotated`.
        metadata: What `Annotated` added, outermost last.
    """

    name: str
    kind: inspect._ParameterKind
    annotation: object
    default: object
    owner: Callable[..., Any]
    unresolved: str | None
    type: object
    metadata: tuple[object, ...]

    @property
    def place(self) -> Place | None:
        """The line on which the parameter is written."""
        return parameter_place(self.owner, self.name)

    @property
    def is_variadic(self) -> bool:
        """Whether this is `*args` or `**kwargs`."""
        return self.kind in {inspect.Parameter.VAR_POSITIONAL, inspect.Parameter.VAR_KEYWORD}

    @property
    def is_keyword_only(self) -> bool:
        """Whether it stands behind a `*`."""
        return self.kind is inspect.Parameter.KEYWORD_ONLY


@dataclass(frozen=True, slots=True, eq=False)
class Signature:
    """The parameters of a function and its resolved return annotation (`EMPTY` when there is none)."""

    function: Callable[..., Any]
    parameters: tuple[Parameter, ...]
    returns: object
    returns_unresolved: str | None


def read_signature(function: Callable[..., Any]) -> Signature:
    """Read the signature of a function, class, method or callable object.

    Text annotations (`from __future__ import annotations`) and forward references are looked up where the function was
    written: its module, the variables it closes over, its type parameters.

    Raises:
        DependencyError: The callable has no signature that Python can read.
    """
    try:
        signature = inspect.signature(function)
    except (TypeError, ValueError) as error:
        message = f"the signature of `{label(function)}` cannot be read: {error}"
        raise DependencyError(message, code="di.E005", hint="wrap it in a function with annotations") from error
    names = _Names.of(function)
    parameters = tuple(_parameter(parameter, function, names) for parameter in signature.parameters.values())
    returns, unresolved = names.resolve(signature.return_annotation)
    return Signature(function, parameters, returns, unresolved)


def unwrap(annotation: object) -> tuple[object, tuple[object, ...]]:
    """Return the type behind aliases (`type X = …`) and `Annotated`, and everything that `Annotated` added."""
    metadata: tuple[object, ...] = ()
    while True:
        origin = get_origin(annotation)
        if isinstance(annotation, TypeAliasType):
            annotation = annotation.__value__
        elif isinstance(origin, TypeAliasType):
            annotation = origin.__value__[get_args(annotation)]
        elif origin is typing.Annotated:
            inner, *added = get_args(annotation)
            annotation, metadata = inner, (*added, *metadata)
        else:
            return annotation, metadata


def _parameter(parameter: inspect.Parameter, owner: Callable[..., Any], names: "_Names") -> Parameter:
    annotation, unresolved = names.resolve(parameter.annotation)
    kind = annotation
    metadata: tuple[object, ...] = ()
    if annotation is not EMPTY:
        try:
            kind, metadata = unwrap(annotation)
        except NameError as error:  # the value of a `type` statement is evaluated only now
            annotation, kind, unresolved = EMPTY, EMPTY, str(error)
    return Parameter(parameter.name, parameter.kind, annotation, parameter.default, owner, unresolved, kind, metadata)


@dataclass(frozen=True, slots=True)
class _Names:
    """Where the names in the annotations of a function are looked up."""

    module: dict[str, Any]
    local: Mapping[str, Any]

    @classmethod
    def of(cls, function: object) -> "_Names":
        while isinstance(function, functools.partial):
            function = function.func
        if isinstance(function, type):
            inner = getattr(function, "__init__", None)
            home = sys.modules.get(function.__module__)
            module = getattr(inner, "__globals__", None) or (vars(home) if home else {})
            return cls(module, {parameter.__name__: parameter for parameter in function.__type_params__})
        if not inspect.isroutine(function):
            function = getattr(type(function), "__call__", function)  # noqa: B004  # the method itself is wanted
        function = inspect.unwrap(function) if callable(function) else function
        function = getattr(function, "__func__", function)
        local = {parameter.__name__: parameter for parameter in getattr(function, "__type_params__", ())}
        code = getattr(function, "__code__", None)
        for name, cell in zip(
            getattr(code, "co_freevars", ()), getattr(function, "__closure__", None) or (), strict=False
        ):
            try:
                local[name] = cell.cell_contents
            except ValueError:  # not assigned yet
                continue
        return cls(getattr(function, "__globals__", {}), local)

    def resolve(self, annotation: object) -> tuple[object, str | None]:
        """Return the annotation with every text in it evaluated, or `EMPTY` and the reason."""
        if annotation is EMPTY:
            return EMPTY, None
        holder = types.SimpleNamespace(__annotations__={"value": annotation})
        try:
            hints = typing.get_type_hints(holder, self.module, self.local, include_extras=True)
        except Exception as error:  # noqa: BLE001  # an annotation may run any code, and its error is the user's fault to read
            return EMPTY, f"{type(error).__name__}: {error}"
        return hints["value"], None
