"""The migration files of an application: which there are, whose they are, how they follow one another."""

import re
from collections.abc import Iterable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final

from alembic.script import Script, ScriptDirectory
from alembic.util import CommandError

from vase.db._errors import MigrationError
from vase.db._site import InstalledApp, Site
from vase.exceptions import did_you_mean, quote
from vase.types import Place

__all__ = ["Scripts"]

_NUMBER: Final = re.compile(r"(\d{4,})_")


@dataclass(slots=True)
class Scripts:
    """The migrations of all installed apps, read from their files.

    Args:
        apps: The installed apps by label, in the order of `INSTALLED_APPS`.
        directory: Alembic's view of the files.
    """

    apps: dict[str, InstalledApp]
    directory: ScriptDirectory = field(init=False)
    _labels: dict[Path, str] = field(init=False)
    _all: list[Script] | None = field(init=False, default=None)

    def __post_init__(self) -> None:
        folders = [str(folder_of(app)) for app in self.apps.values()]
        self._labels = {folder_of(app).resolve(): label for label, app in self.apps.items()}
        # Alembic insists on a directory of its own that exists; it reads nothing from it.
        self.directory = ScriptDirectory(
            str(Path(__file__).parent), version_locations=folders or [str(Path(__file__).parent)]
        )

    @classmethod
    def of(cls, site: Site) -> "Scripts":
        """Read the migrations of an application.

        Raises:
            MigrationError: A file that cannot be read, or two migrations of one app with the same parent.
        """
        scripts = cls({app.label: app for app in site.apps})
        for label in scripts.apps:
            scripts._require_one_head(label)
        return scripts

    def require(self, label: str) -> InstalledApp:
        """Return the app of a label.

        Raises:
            MigrationError: No installed app has it.
        """
        if label not in self.apps:
            raise MigrationError(
                f"no installed app has the label {quote(label)}", code="db.E010", hint=did_you_mean(label, self.apps)
            )
        return self.apps[label]

    def all(self) -> list[Script]:
        """Return all migrations, each after the ones it needs."""
        if self._all is None:
            try:
                self._all = list(self.directory.walk_revisions())[::-1]
            except CommandError as error:
                raise MigrationError(f"the migrations do not fit together: {error}", code="db.E011") from error
        return self._all

    def of_app(self, label: str) -> list[Script]:
        """Return the migrations of one app in their order."""
        return [script for script in self.all() if self.label_of(script) == label]

    def head(self, label: str) -> str | None:
        """Return the newest revision of an app, or None when it has no migration."""
        own = self.of_app(label)
        return own[-1].revision if own else None

    def label_of(self, script: Script) -> str:
        """Return the label of the app whose folder a migration lies in."""
        return self._labels[Path(script.path).resolve().parent]

    def find(self, label: str, target: str) -> Script:
        """Return the migration of an app that a number, a name or the beginning of a name means.

        Raises:
            MigrationError: None or several are meant.
        """
        own = self.of_app(label)
        named = {name_of(script): script for script in own}
        matches = [script for name, script in named.items() if name.startswith(target) or script.revision == target]
        if len(matches) == 1:
            return matches[0]
        fact = "several migrations match" if matches else "no migration matches"
        hint = ", ".join(name_of(script) for script in matches) if matches else did_you_mean(target, named)
        raise MigrationError(f"{fact} {quote(target)} in app `{label}`", code="db.E012", hint=hint)

    def applied(self, heads: Iterable[str]) -> set[str]:
        """Return all revisions that a database with these heads has: the heads and everything below them.

        Raises:
            MigrationError: The database has a migration that no file describes.
        """
        known = {script.revision: script for script in self.all()}
        found: set[str] = set()
        waiting = list(heads)
        while waiting:
            revision = waiting.pop()
            if revision in found:
                continue
            if revision not in known:
                raise MigrationError(
                    f"the database has a migration that no file of the installed apps describes: {quote(revision)}",
                    code="db.E013",
                    hint="bring the file back, or add its app to `INSTALLED_APPS`",
                )
            found.add(revision)
            waiting += _names(known[revision].down_revision) + _names(known[revision].dependencies)
        return found

    def next_number(self, label: str) -> int:
        """Return the number of the next migration of an app."""
        numbers = [_NUMBER.match(path.name) for path in folder_of(self.apps[label]).glob("*.py")]
        return max((int(match[1]) for match in numbers if match), default=0) + 1

    def _require_one_head(self, label: str) -> None:
        own = self.of_app(label)
        parents = {parent for script in own for parent in _names(script.down_revision)}
        heads = [script for script in own if script.revision not in parents]
        if len(heads) > 1:
            names = " and ".join(f"`{name_of(script)}`" for script in heads)
            raise MigrationError(
                f"app `{label}` has {len(heads)} newest migrations: {names}",
                code="db.E011",
                hint=f"renumber one of them and set its `down_revision` to `{heads[0].revision}`",
                place=Place(heads[-1].path),
            )


def folder_of(app: InstalledApp) -> Path:
    """Return the folder of an app's migrations."""
    return Path(app.path) / "migrations"


def name_of(script: Script) -> str:
    """Return the name of a migration's file without `.py`."""
    return Path(script.path).stem


def _names(value: str | Iterable[str] | None) -> list[str]:
    if value is None:
        return []
    return [value] if isinstance(value, str) else list(value)
