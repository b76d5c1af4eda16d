"""Small sites on disk: packages with models, imported and forgotten again by each test."""

import importlib
import sys
import textwrap
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest

from vase.db import Database, Databases

MODELS_HEADER = """
from datetime import date, datetime
from decimal import Decimal
from vase.db import ForeignKey, Mapped, Model, PlainModel, column, relationship
"""


@dataclass(frozen=True)
class App:
    label: str
    name: str
    path: Path


@dataclass
class SmallSite:
    """The smallest thing that is a `vase.db.Site`."""

    folder: Path
    apps: list[App] = field(default_factory=list)
    databases: Databases = field(default_factory=lambda: Databases({"default": "sqlite://"}))

    @property
    def database(self) -> Database:
        return self.databases["default"]

    @property
    def file(self) -> Path:
        return self.folder / "db.sqlite3"

    def models(self, app: str, source: str) -> None:
        """Write the models of an app, and import all apps anew."""
        package = self.folder / app.replace(".", "/")
        package.mkdir(parents=True, exist_ok=True)
        (package / "__init__.py").touch()
        (package / "models.py").write_text(MODELS_HEADER + textwrap.dedent(source))
        if not any(one.name == app for one in self.apps):
            self.apps.append(App(app.rpartition(".")[2], app, package))
        self.reload()

    def reload(self) -> None:
        self.forget()
        importlib.invalidate_caches()
        for app in self.apps:
            if (app.path / "models.py").exists():
                importlib.import_module(f"{app.name}.models")

    def forget(self) -> None:
        roots = {app.name.partition(".")[0] for app in self.apps}
        for name in [name for name in sys.modules if name.partition(".")[0] in roots]:
            del sys.modules[name]

    def model(self, dotted: str) -> Any:
        module, _, name = dotted.rpartition(".")
        return getattr(importlib.import_module(f"{module}.models"), name)


@pytest.fixture
def make_site(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Callable[..., SmallSite]]:
    made: list[SmallSite] = []
    monkeypatch.setattr(sys, "dont_write_bytecode", True)  # models written again within a second must be read again

    def make(name: str = "site", url: str | None = None) -> SmallSite:
        folder = tmp_path / name
        folder.mkdir()
        monkeypatch.syspath_prepend(str(folder))
        site = SmallSite(folder, databases=Databases({"default": url or f"sqlite:///{folder}/db.sqlite3"}))
        made.append(site)
        return site

    yield make
    for site in made:
        site.forget()
        site.database.dispose()


@pytest.fixture
def site(make_site: Callable[..., SmallSite]) -> SmallSite:
    return make_site()


@pytest.fixture
def postgres_site(make_site: Callable[..., "SmallSite"], postgres_url: str) -> Iterator["SmallSite"]:
    """A small site on an empty schema."""
    site = make_site("postgres", postgres_url)
    yield site
    with site.database.engine.begin() as connection:
        connection.exec_driver_sql("DROP SCHEMA public CASCADE")
        connection.exec_driver_sql("CREATE SCHEMA public")
