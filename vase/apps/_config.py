"""One installed app: its names, where its files are, what it does when the application starts."""

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from types import ModuleType
from typing import ClassVar

__all__ = ["AppConfig", "CommandFile"]

_COMMAND_PACKAGES = ("commands", "management.commands")


@dataclass(frozen=True, slots=True)
class CommandFile:
    """A file of an app that holds one management command.

    Args:
        name: The command as it is typed.
        module: Dotted name of the module, not imported.
        file: The file.
    """

    name: str
    module: str
    file: Path


class AppConfig:
    """One installed app. An app that wants to say more than its folder does puts a subclass into its `apps.py`.

    Attributes:
        label: The short name, unique among the installed apps; the last part of the package by default.
        title: The name for people; made from the label by default.
        default: With several subclasses in one `apps.py`: whether this is the one that the package means.
        name: The dotted name of the package.
        module: The package.
        path: The directory of the package.
    """

    label: str = ""
    title: str = ""
    default: ClassVar[bool] = False

    def __init__(self, module: ModuleType) -> None:
        self.module = module
        self.name = module.__name__
        self.path = _directory_of(module)
        self.label = type(self).label or self.name.rpartition(".")[2]
        self.title = type(self).title or self.label.replace("_", " ").capitalize()

    def ready(self) -> None:
        """Connect signals; called once, when every app is known and all models are imported."""

    @property
    def migrations_path(self) -> Path:
        """Where the migrations are, whether or not there are any."""
        return self.path / "migrations"

    @property
    def migrations_module(self) -> str:
        """The dotted name of the package of the migrations."""
        return f"{self.name}.migrations"

    @property
    def templates_path(self) -> Path | None:
        """The `templates` directory, if the app has one."""
        return self._existing("templates")

    @property
    def static_path(self) -> Path | None:
        """The `static` directory, if the app has one."""
        return self._existing("static")

    @property
    def locale_path(self) -> Path | None:
        """The `locale` directory, if the app has one."""
        return self._existing("locale")

    def command_files(self) -> Iterator[CommandFile]:
        """Yield the commands of the app, one file each, without importing them."""
        for package in _COMMAND_PACKAGES:
            for file in sorted((self.path / package.replace(".", "/")).glob("*.py")):
                if not file.stem.startswith("_"):
                    yield CommandFile(file.stem, f"{self.name}.{package}.{file.stem}", file)

    def owns(self, module_name: str) -> bool:
        """Tell whether a module belongs to the app."""
        return f"{module_name}.".startswith(f"{self.name}.")

    def __repr__(self) -> str:
        return f"<{type(self).__name__} {self.label}: {self.name}>"

    def _existing(self, directory: str) -> Path | None:
        path = self.path / directory
        return path if path.is_dir() else None


def _directory_of(module: ModuleType) -> Path:
    file = getattr(module, "__file__", None)
    if file is not None:
        return Path(file).resolve().parent
    return Path(next(iter(module.__path__))).resolve()  # a folder without `__init__.py`
