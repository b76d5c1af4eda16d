"""The installed apps of one application, in the order of `INSTALLED_APPS`, and the discovery of their plug modules."""

import importlib.util
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from types import ModuleType

from vase._imports import BrokenModuleError, import_module
from vase.apps._config import AppConfig
from vase.apps._errors import AppNotFoundError
from vase.checks import CheckMessage, error, place_of, place_of_error

__all__ = ["Apps", "Plug", "Plugs"]


@dataclass(frozen=True, slots=True)
class Plug:
    """A module of an app that was found by its name.

    Args:
        app: The app.
        module: The module, imported.
    """

    app: AppConfig
    module: ModuleType


@dataclass(frozen=True, slots=True)
class Plugs:
    """What discovery found, and what could not be imported.

    Args:
        found: The modules, in the order of the apps.
        faults: One message for each module that fails while it is imported.
    """

    found: tuple[Plug, ...] = ()
    faults: tuple[CheckMessage, ...] = ()

    def __iter__(self) -> Iterator[Plug]:
        return iter(self.found)

    def __len__(self) -> int:
        return len(self.found)


class Apps:
    """The installed apps of one application.

    Args:
        configs: The apps in order, their labels unique; `load_apps` makes them from the settings.
    """

    def __init__(self, configs: Iterable[AppConfig] = ()) -> None:
        self._configs = {config.label: config for config in configs}

    def __iter__(self) -> Iterator[AppConfig]:
        return iter(self._configs.values())

    def __len__(self) -> int:
        return len(self._configs)

    def __contains__(self, label: object) -> bool:
        """Tell whether an app with the label is installed."""
        return label in self._configs

    def __repr__(self) -> str:
        return f"<Apps {', '.join(self._configs) or 'none'}>"

    def find(self, label: str) -> AppConfig | None:
        """Return the app with the label, or None."""
        return self._configs.get(label)

    def get(self, label: str) -> AppConfig:
        """Return the app with the label.

        Raises:
            AppNotFoundError: No installed app has it; the hint is the nearest one.
        """
        config = self._configs.get(label)
        if config is None:
            raise AppNotFoundError(label, self._configs)
        return config

    def find_owner(self, module_name: str) -> AppConfig | None:
        """Return the app to which a module belongs: of nested apps, the innermost."""
        owners = [config for config in self if config.owns(module_name)]
        return max(owners, key=lambda config: len(config.name), default=None)

    def find_plugs(self, name: str) -> Plugs:
        """Import the module of a name in every app that has it.

        Args:
            name: Name of the module inside the apps, like `models`, `checks`, `admin` or `tasks`.
        """
        found: list[Plug] = []
        faults: list[CheckMessage] = []
        for config in self:
            module_name = f"{config.name}.{name}"
            if importlib.util.find_spec(module_name) is None:
                continue
            try:
                found.append(Plug(config, import_module(module_name)))
            except BrokenModuleError as problem:
                faults.append(error("apps.E003", problem.message, hint=problem.hint, place=problem.place))
        return Plugs(tuple(found), tuple(faults))

    def ready(self) -> list[CheckMessage]:
        """Call `ready()` of every app, and return one message for each that fails."""
        faults: list[CheckMessage] = []
        for config in self:
            try:
                config.ready()
            except Exception as problem:  # noqa: BLE001  # told with its line, beside the faults of other apps
                message = f"`ready()` of the app `{config.label}` fails: {type(problem).__name__}: {problem}"
                place = place_of_error(problem) or place_of(type(config))
                faults.append(error("apps.E008", message, place=place))
        return faults
