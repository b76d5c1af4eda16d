"""What this room needs to know of an application, said from below."""

from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Protocol

from vase.db._database import Database

__all__ = ["InstalledApp", "Site"]


class InstalledApp(Protocol):
    """An installed app, as its `AppConfig` describes it."""

    @property
    def label(self) -> str:
        """The short name, the beginning of its tables' names."""
        ...

    @property
    def name(self) -> str:
        """The dotted name of its package."""
        ...

    @property
    def path(self) -> Path:
        """The folder of its package."""
        ...


class Site(Protocol):
    """An application: its installed apps and its databases. Every Vase application is one."""

    @property
    def apps(self) -> Iterable[InstalledApp]:
        """The installed apps in the order of `INSTALLED_APPS`, their models imported."""
        ...

    @property
    def databases(self) -> Mapping[str, Database]:
        """The databases by alias; migrations go to `default`."""
        ...
