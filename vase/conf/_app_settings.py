"""The settings that installed apps declare, found in `<app>/settings.py`.

An app that cannot be imported is left out in silence: the registry of apps (`vase.apps`) tells that, once.
"""

from collections.abc import Collection, Iterable
from types import ModuleType

from pydantic_core import PydanticUndefined

from vase._imports import BrokenModuleError, ImportStringError, import_module
from vase.checks import CheckMessage, error, place_of
from vase.conf.schema import SettingsGroup
from vase.exceptions import quote

__all__ = ["find_app_settings"]


def find_app_settings(
    installed_apps: Iterable[str], taken: Collection[str], *, settings_module: str | None
) -> tuple[list[type[SettingsGroup]], list[CheckMessage]]:
    """Return the group of each app that declares one, and what is wrong with the others.

    Args:
        installed_apps: The value of `INSTALLED_APPS`.
        taken: Names that a setting of an app may not have.
        settings_module: The settings module of the project, which is not the settings of an app.
    """
    groups: list[type[SettingsGroup]] = []
    faults: list[CheckMessage] = []
    used = set(taken)
    for app in dict.fromkeys(installed_apps):
        try:
            module = _settings_of(app, settings_module)
        except BrokenModuleError as problem:
            faults.append(error("conf.E009", problem.message, hint=problem.hint, place=problem.place))
            continue
        for group in _declared(module):
            found = _faults_of(group, used)
            faults += found
            if not found:
                groups.append(group)
                used |= set(group.model_fields)
    return groups, faults


def _settings_of(app: str, settings_module: str | None) -> ModuleType | None:
    package = _package_of(app)
    name = f"{package}.settings"
    if package is None or (settings_module is not None and f"{settings_module}.".startswith(f"{name}.")):
        return None
    try:
        return import_module(name)
    except BrokenModuleError:
        raise
    except ImportStringError:
        return None


def _package_of(app: str) -> str | None:
    """Return the package of an app: for `catalog.apps.CatalogConfig` that is `catalog`."""
    name = app.partition(":")[0]
    while name:
        try:
            if hasattr(import_module(name), "__path__"):
                return name
        except BrokenModuleError:
            return None
        except ImportStringError:
            pass
        name = name.rpartition(".")[0]
    return None


def _declared(module: ModuleType | None) -> list[type[SettingsGroup]]:
    return (
        [
            value
            for value in vars(module).values()
            if isinstance(value, type) and issubclass(value, SettingsGroup) and value.__module__ == module.__name__
        ]
        if module is not None
        else []
    )


def _faults_of(group: type[SettingsGroup], used: Collection[str]) -> list[CheckMessage]:
    place = place_of(group)
    where = f"in `{group.__module__}.{group.__qualname__}`"
    faults = []
    for name, field in group.model_fields.items():
        problem, hint = None, None
        if not name.isupper():
            problem, hint = "is not upper-case", f"call it `{name.upper()}`"
        elif name in used:
            problem, hint = "exists already", "begin its name with the label of the app"
        elif field.default is PydanticUndefined and field.default_factory is None:
            problem, hint = "has no default", 'write it like `= setting(20, "What it does.")`'
        if problem is not None:
            faults.append(error("conf.E009", f"setting {quote(name)} {where} {problem}", hint=hint, place=place))
    if faults:
        return faults
    try:
        group()
    except ValueError as problem:
        return [error("conf.E009", f"the defaults {where} are not valid: {_first_line(problem)}", place=place)]
    return []


def _first_line(problem: ValueError) -> str:
    """Return the essence of a `ValidationError`, which Pydantic spreads over lines with a headline."""
    lines = [line.strip() for line in str(problem).splitlines() if line.strip()]
    return ": ".join(lines[1:3]) if len(lines) > 1 else "".join(lines)
