"""Dotted path to object, with errors that say which of three things went wrong.

A module that is not there, a module that fails while it is imported, and a name that the module has not are three
different mistakes; `importlib` alone makes the first two look alike. Every room that takes a dotted path from a setting
comes through here. Next door: `vase.apps` (whole packages and their plug modules).
"""

import importlib
import pkgutil
import sys
import traceback
from collections.abc import Iterable
from types import ModuleType

from vase.exceptions import VaseError, did_you_mean, quote
from vase.types import Place

__all__ = [
    "BrokenModuleError",
    "ImportStringError",
    "MissingModuleError",
    "MissingNameError",
    "import_module",
    "import_string",
]


class ImportStringError(VaseError):
    """A dotted path that does not lead to an object."""

    def __init__(
        self, message: str, *, code: str = "imports.E001", hint: str | None = None, place: Place | None = None
    ) -> None:
        super().__init__(message, code=code, hint=hint, place=place)


class MissingModuleError(ImportStringError):
    """No module has this name."""


class BrokenModuleError(ImportStringError):
    """The module exists and fails while it is imported; `__cause__` is its own error, `place` the failing line."""


class MissingNameError(ImportStringError):
    """The module exists and has no such name."""


def import_module(name: str) -> ModuleType:
    """Import a module by its dotted name.

    Args:
        name: Absolute dotted name, like `shop.catalog`.

    Raises:
        MissingModuleError: No module has the name; the hint is the nearest one beside it.
        BrokenModuleError: The module raised an error, with the line that raised it.
        ImportStringError: The name is not a dotted name.
    """
    if not _is_dotted(name):
        raise ImportStringError(f"not a dotted name of a module: {quote(name)}", hint="write it like `package.module`")
    try:
        return importlib.import_module(name)
    except Exception as error:
        if _is_missing(error, name):
            raise _missing_module(name) from None
        raise _broken_module(name, error) from error


def import_string(path: str) -> object:
    """Return the object that a dotted path names.

    Both `package.module:name` and `package.module.name` are understood; after the colon, or after the module, dots go
    on into classes. A path may also name a module.

    Args:
        path: The dotted path, usually the value of a setting.

    Raises:
        MissingModuleError: The module of the path does not exist.
        BrokenModuleError: The module of the path fails while it is imported.
        MissingNameError: The module has no such name.
        ImportStringError: The text is not a dotted path.
    """
    module_name, colon, names = path.partition(":")
    if not _is_dotted(module_name) or (colon and not _is_dotted(names)):
        raise ImportStringError(
            f"not a dotted path: {quote(path)}", hint="write it like `package.module:name` or `package.module.name`"
        )
    if colon:
        return _walk(import_module(module_name), names.split("."))
    parts = path.split(".")
    module, used = _longest_module(parts)
    return _walk(module, parts[used:])


def _longest_module(parts: list[str]) -> tuple[ModuleType, int]:
    """Import the longest beginning of a dotted path that is a module, leaving the last part to be a name."""
    for used in range(max(len(parts) - 1, 1), 0, -1):
        try:
            return import_module(".".join(parts[:used])), used
        except MissingModuleError:
            if used == 1:
                raise
    raise AssertionError("unreachable: the loop returns or raises")


def _walk(owner: object, names: list[str]) -> object:
    for name in names:
        try:
            owner = getattr(owner, name)
        except AttributeError:
            owner = _submodule(owner, name)
    return owner


def _submodule(owner: object, name: str) -> object:
    if isinstance(owner, ModuleType) and hasattr(owner, "__path__"):
        try:
            return import_module(f"{owner.__name__}.{name}")
        except MissingModuleError:
            pass
    kind, title = (
        ("module", owner.__name__) if isinstance(owner, ModuleType) else ("object", getattr(owner, "__qualname__", "?"))
    )
    names = [candidate for candidate in dir(owner) if not candidate.startswith("_")]
    message = f"{kind} `{title}` has no name {quote(name)}"
    raise MissingNameError(
        message, code="imports.E004", hint=did_you_mean(name, [*names, *_children(owner)]), place=_first_line(owner)
    )


def _is_dotted(name: str) -> bool:
    return bool(name) and all(part.isidentifier() for part in name.split("."))


def _is_missing(error: Exception, name: str) -> bool:
    """Tell "this module does not exist" from "this module imports one that does not exist"."""
    if not isinstance(error, ModuleNotFoundError) or error.name is None:
        return False
    asked_for = name == error.name or name.startswith(f"{error.name}.")
    return asked_for and _user_line(error) is None


def _user_line(error: Exception) -> Place | None:
    """Return the innermost line of the traceback that is neither the import system nor this file."""
    places = [
        Place(frame.filename, frame.lineno or 0)
        for frame in traceback.extract_tb(error.__traceback__)
        if not frame.filename.startswith("<frozen importlib") and frame.filename not in {__file__, importlib.__file__}
    ]
    return places[-1] if places else None


def _missing_module(name: str) -> MissingModuleError:
    parent, _, last = name.rpartition(".")
    if not parent:
        candidates = {module.name for module in pkgutil.iter_modules()}
        return MissingModuleError(
            f"no module is named {quote(name)}", code="imports.E002", hint=did_you_mean(name, candidates)
        )
    package = sys.modules.get(parent)
    if package is None:  # the parent itself is the one that is missing
        return _missing_module(parent)
    hint = did_you_mean(last, _children(package))
    if hint is None and not hasattr(package, "__path__"):
        hint = f"`{parent}` is a single file, not a package"
    return MissingModuleError(
        f"package `{parent}` has no module {quote(last)}", code="imports.E002", hint=hint, place=_first_line(package)
    )


def _broken_module(name: str, error: Exception) -> BrokenModuleError:
    place = _user_line(error)
    if isinstance(error, SyntaxError) and error.filename:
        place = Place(error.filename, error.lineno or 0)
    reason = error.msg if isinstance(error, SyntaxError) else str(error)
    return BrokenModuleError(
        f"module `{name}` fails while it is imported: {type(error).__name__}: {reason}",
        code="imports.E003",
        place=place,
    )


def _children(owner: object) -> Iterable[str]:
    return [module.name for module in pkgutil.iter_modules(getattr(owner, "__path__", []))]


def _first_line(owner: object) -> Place | None:
    file = getattr(owner, "__file__", None)
    return Place(file, 0) if isinstance(file, str) else None
