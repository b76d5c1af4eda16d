"""Faults of dependencies, and how functions are called in messages."""

import functools
from collections.abc import Iterable

from vase.exceptions import ImproperlyConfigured, VaseError
from vase.types import Place

__all__ = ["DependencyError", "DependencyErrors", "label"]


class DependencyError(VaseError):
    """One fault of a dependency: a cycle, a parameter that nobody fills, a generator that does not yield."""


class DependencyErrors(ImproperlyConfigured):
    """Every fault of a dependency graph at once.

    Args:
        errors: The faults, at least one.
    """

    def __init__(self, errors: Iterable[DependencyError]) -> None:
        self.errors: tuple[DependencyError, ...] = tuple(errors)
        first = self.errors[0]
        place: Place | None = first.place
        message = "\n".join(str(error) for error in self.errors)
        super().__init__(message, code=first.code, hint=first.hint if len(self.errors) == 1 else None, place=place)


def label(function: object) -> str:
    """Return the name by which messages call a function: `package.module.function`."""
    while isinstance(function, functools.partial):
        function = function.func
    module = getattr(function, "__module__", None)
    name = getattr(function, "__qualname__", None) or type(function).__qualname__
    name = name.replace("<locals>.", "")
    return f"{module}.{name}" if module and module != "builtins" else name
