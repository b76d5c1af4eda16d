"""`INSTALLED_APPS` becomes the registry of one application, and a message for every entry that is wrong."""

import pkgutil
import sys
from collections.abc import Iterable, Iterator
from pathlib import Path
from types import ModuleType

from vase._imports import (
    BrokenModuleError,
    ImportStringError,
    MissingModuleError,
    MissingNameError,
    import_module,
    import_string,
)
from vase.apps._config import AppConfig
from vase.apps._registry import Apps
from vase.checks import CheckMessage, Place, error, place_of
from vase.conf import Settings
from vase.exceptions import VaseError, did_you_mean, quote

__all__ = ["load_apps"]

_SETTING = "INSTALLED_APPS"
_ENTRY_LINES = 200  # how far below the assignment an entry of the list is looked for


class _EntryError(VaseError):
    """An entry of `INSTALLED_APPS` that is no app; becomes a message."""


def load_apps(settings: Settings) -> tuple[Apps, list[CheckMessage]]:
    """Resolve the installed apps.

    An entry is the dotted name of a package (`catalog`: the `AppConfig` of `catalog.apps`, else a plain one) or of an
    `AppConfig` class (`catalog.apps.CatalogConfig`).

    Args:
        settings: The settings of the application.

    Returns:
        The registry of the apps that are right, and every fault of the others.
    """
    configs: dict[str, AppConfig] = {}
    faults: list[CheckMessage] = []
    for entry in settings.INSTALLED_APPS:
        place = _place_of_entry(settings, entry)
        try:
            config = _resolve(entry, settings.BASE_DIR)
            _check_label(config, configs)
        except _EntryError as problem:
            faults.append(error(problem.code, problem.message, hint=problem.hint, place=problem.place or place))
        else:
            configs[config.label] = config
    return Apps(configs.values()), faults


def _resolve(entry: str, base: Path) -> AppConfig:
    if ":" in entry:
        return _resolve_class(entry, None, base)
    try:
        module = import_module(entry)
    except BrokenModuleError as problem:
        raise _broken(problem) from problem
    except MissingModuleError as missing:
        return _resolve_class(entry, missing.hint, base)
    except ImportStringError as problem:
        raise _EntryError(f"{problem.message} in `{_SETTING}`", code="apps.E004", hint=problem.hint) from None
    if not hasattr(module, "__path__"):
        raise _EntryError(
            f"`{_SETTING}` names {quote(entry)}, which is a single file and not a package",
            code="apps.E004",
            hint=f"name the package of the app{_parent_hint(entry)}",
        )
    return _config_class(module)(module)


def _resolve_class(entry: str, hint: str | None, base: Path) -> AppConfig:
    """Resolve an entry that is no module: a class, if its beginning is a module.

    Args:
        entry: The entry.
        hint: What to say when it leads nowhere and the project has nothing near.
        base: The directory of the project.
    """
    cls: object = None
    try:
        cls = import_string(entry) if "." in entry or ":" in entry else None
    except BrokenModuleError as problem:
        raise _broken(problem) from problem
    except MissingModuleError:
        pass
    except ImportStringError as problem:
        if not isinstance(problem, MissingNameError) or not _is_package(entry.rpartition(".")[0]):
            message = f"`{_SETTING}` names {quote(entry)}: {problem.message}"
            raise _EntryError(message, code="apps.E001", hint=problem.hint) from None
    if cls is None:
        hint = did_you_mean(entry, _candidates(entry, base)) or hint or f"`manage.py startapp {entry}` makes it"
        raise _EntryError(f"`{_SETTING}` names {quote(entry)}, which does not exist", code="apps.E001", hint=hint)
    if not isinstance(cls, type) or not issubclass(cls, AppConfig):
        raise _EntryError(
            f"`{_SETTING}` names {quote(entry)}, which is no `AppConfig`",
            code="apps.E004",
            hint="name the package of the app, or a subclass of `vase.apps.AppConfig`",
            place=place_of(cls),
        )
    module = import_module(cls.__module__)
    return cls(module if hasattr(module, "__path__") else import_module(module.__name__.rpartition(".")[0]))


def _config_class(module: ModuleType) -> type[AppConfig]:
    """Return the class that a package means: the one of its `apps.py`, the default of several, or the plain one."""
    try:
        plug = import_module(f"{module.__name__}.apps")
    except MissingModuleError:
        return AppConfig
    except BrokenModuleError as problem:
        raise _broken(problem) from problem
    found = [
        value
        for value in vars(plug).values()
        if isinstance(value, type) and issubclass(value, AppConfig) and value.__module__ == plug.__name__
    ]
    defaults = [cls for cls in found if vars(cls).get("default")] or found
    if len(defaults) > 1:
        names = ", ".join(f"`{cls.__name__}`" for cls in defaults)
        raise _EntryError(
            f"`{plug.__name__}` has several `AppConfig` classes: {names}",
            code="apps.E005",
            hint=f"write `default = True` in the one that `{module.__name__}` means, or name the class in `{_SETTING}`",
            place=place_of(defaults[-1]),
        )
    return defaults[0] if defaults else AppConfig


def _check_label(config: AppConfig, configs: dict[str, AppConfig]) -> None:
    other = configs.get(config.label)
    if not config.label.isidentifier():
        raise _EntryError(
            f"the label of the app `{config.name}` is {quote(config.label)}, which is no name of Python",
            code="apps.E006",
            hint="use letters, digits and underscores",
            place=place_of(type(config)),
        )
    if other is None:
        return
    if other.name == config.name:
        raise _EntryError(
            f"`{_SETTING}` names the app `{config.name}` twice", code="apps.E002", hint="remove one of the lines"
        )
    raise _EntryError(
        f"the apps `{other.name}` and `{config.name}` have the same label `{config.label}`",
        code="apps.E002",
        hint="give one of them another `label` in its `apps.py`",
    )


def _is_package(name: str) -> bool:
    return hasattr(sys.modules.get(name), "__path__")


def _broken(problem: BrokenModuleError) -> _EntryError:
    return _EntryError(problem.message, code="apps.E003", hint=problem.hint, place=problem.place)


def _parent_hint(entry: str) -> str:
    parent = entry.rpartition(".")[0]
    return f": `{parent}`" if parent else ""


def _candidates(entry: str, base: Path) -> Iterator[str]:
    """Yield what the entry may have been meant to be: folders of the project, and the apps that come with Vase."""
    if entry.startswith("vase"):
        contrib = Path(__file__).parents[1] / "contrib"
        yield from (f"vase.contrib.{module.name}" for module in pkgutil.iter_modules([str(contrib)]))
        return
    folder = base.joinpath(*entry.split(".")[:-1])
    prefix = entry[: entry.rfind(".") + 1]
    if folder.is_dir():
        yield from (
            prefix + child.name for child in sorted(folder.iterdir()) if child.is_dir() and child.name.isidentifier()
        )


def _place_of_entry(settings: Settings, entry: str) -> Place | None:
    """Return the line of the entry itself where it can be seen below the assignment, else the assignment."""
    place = settings.origin(_SETTING).place
    if place is None:
        return None
    for number, line in enumerate(_lines(place), start=place.line):
        if f'"{entry}"' in line or f"'{entry}'" in line:
            return Place(place.file, number)
    return place


def _lines(place: Place) -> Iterable[str]:
    try:
        lines = Path(place.file).read_text(encoding="utf-8", errors="replace").splitlines()
    except OSError:
        return []
    return lines[max(place.line - 1, 0) :][:_ENTRY_LINES]
