"""The project a command works on: its folder, its settings module, its environment, and the way to its application."""

import os
import sys
from collections.abc import Iterable, Mapping, MutableMapping
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Literal

from vase.exceptions import ConfigurationError, did_you_mean, quote
from vase.management._errors import CommandError
from vase.types import Fault

if TYPE_CHECKING:
    from vase.application import Vase
    from vase.conf import Settings

__all__ = ["Environment", "Project", "choose_settings"]

type Environment = Literal["dev", "test", "prod"]

_MODULES: dict[str, str] = {
    "dev": "development",
    "development": "development",
    "test": "test",
    "prod": "production",
    "production": "production",
}
_ENVIRONMENTS: dict[str, Environment] = {"development": "dev", "test": "test", "production": "prod"}


@dataclass(frozen=True, slots=True)
class Project:
    """What `manage.py` knows before anything is imported.

    A command of an app may take it as a parameter, like `Vase` and `Settings`: the command line does not show it.

    Args:
        directory: The folder that holds the apps and the settings package; it is on `sys.path`.
        settings_module: The settings module in force.
        is_chosen: Whether the user named the settings or the environment, so that a command must not choose another.
    """

    directory: Path
    settings_module: str
    is_chosen: bool = False

    @property
    def environment(self) -> Environment | None:
        """The short name of the environment, or None where the settings module follows no known name."""
        return _ENVIRONMENTS.get(self.settings_module.rpartition(".")[2])

    def switch(self, environment: Environment) -> "Project":
        """Return the same project with the sibling settings module of another environment."""
        return Project(self.directory, _sibling(self.settings_module, environment), self.is_chosen)

    def enter(self, environ: MutableMapping[str, str] | None = None) -> None:
        """Make the project importable and tell child processes (workers, pytest) which settings are in force."""
        environ = os.environ if environ is None else environ
        directory = str(self.directory)
        if directory not in sys.path:
            sys.path.insert(0, directory)
        environ["VASE_SETTINGS_MODULE"] = self.settings_module

    def settings(self) -> "Settings":
        """Return the settings.

        Raises:
            ConfigurationError: With every fault in them.
        """
        from vase.conf import load_settings  # noqa: PLC0415  # pydantic is paid for by those who ask

        settings, messages = load_settings(self.settings_module)
        _stop_on_errors(messages)
        return settings

    def application(self) -> "Vase":
        """Return the application, built and checked.

        Raises:
            ConfigurationError: With everything that keeps the site from starting.
        """
        from vase.application import Vase  # noqa: PLC0415  # the whole framework is behind this import

        app = Vase.from_settings(self.settings_module)
        _stop_on_errors(app.check())
        return app


def choose_settings(
    default: str,
    *,
    settings: str | None = None,
    environment: str | None = None,
    environ: Mapping[str, str] | None = None,
) -> tuple[str, bool]:
    """Return the settings module in force, and whether somebody named it.

    The order: `--settings`, `--env`, `VASE_SETTINGS_MODULE`, `VASE_ENV`, then the default that `manage.py` carries.
    """
    environ = os.environ if environ is None else environ
    if settings:
        return settings, True
    if environment:
        return _sibling(default, environment, source="--env"), True
    if environ.get("VASE_SETTINGS_MODULE"):
        return environ["VASE_SETTINGS_MODULE"], True
    if environ.get("VASE_ENV"):
        return _sibling(default, environ["VASE_ENV"], source="VASE_ENV"), True
    return default, False


def _sibling(module: str, environment: str, *, source: str = "environment") -> str:
    if environment not in _MODULES:
        raise CommandError(
            f"`{source}` names no environment: {quote(environment)}",
            code="management.E002",
            hint=did_you_mean(environment, _MODULES) or "use `dev`, `test` or `prod`",
        )
    return f"{module.rpartition('.')[0]}.{_MODULES[environment]}".lstrip(".")


def _stop_on_errors(messages: Iterable[Fault]) -> None:
    faults = list(messages)
    if any(fault.level == "error" for fault in faults):
        raise ConfigurationError(faults)
