"""Commands of apps are found by looking at files."""

import sys
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from vase.management._discovery import app_commands, installed_apps, read_installed_apps, read_text_setting


@pytest.fixture
def project(tmp_path, monkeypatch) -> Path:
    """Return an empty folder that modules can be imported from."""
    monkeypatch.syspath_prepend(tmp_path)
    return tmp_path


def write(project: Path, **files: str) -> None:
    """Write modules: `settings__base="…"` is `settings/base.py`."""
    for name, text in files.items():
        path = project / f"{name.replace('__', '/')}.py"
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)


@pytest.mark.parametrize(
    ("source", "apps"),
    [
        ('INSTALLED_APPS = ["a", "b.c"]', ["a", "b.c"]),
        ('INSTALLED_APPS: list[str] = ["a"]', ["a"]),
        ('INSTALLED_APPS = ("a",)', ["a"]),
        ('INSTALLED_APPS = ["a"]\nINSTALLED_APPS += ["b"]', ["a", "b"]),
        ('INSTALLED_APPS = ["a"]\nINSTALLED_APPS = [*INSTALLED_APPS, "b"]', ["a", "b"]),
        ('INSTALLED_APPS = ["a"]\nINSTALLED_APPS = INSTALLED_APPS + ["b"]', ["a", "b"]),
        ("DEBUG = True", []),
        ("from os.path import *\nDEBUG = True", []),
        ("INSTALLED_APPS = [name for name in X]", None),
        ('INSTALLED_APPS = ["a"]\nif DEBUG:\n    INSTALLED_APPS += ["b"]', None),
        ('INSTALLED_APPS = ["a"]\nINSTALLED_APPS.append("b")', None),
        ("INSTALLED_APPS = [X]", None),
        ("INSTALLED_APPS = find()", None),
        ('INSTALLED_APPS = "a"', None),
        ("from elsewhere import INSTALLED_APPS", None),
        ("from elsewhere import *", None),
        ("INSTALLED_APPS = [", None),
    ],
)
def test_installed_apps_are_read_only_where_reading_settles_it(project, source, apps):
    """A list that is written out is read; anything that only running would tell is None."""
    write(project, site_settings=source)
    assert read_installed_apps("site_settings") == apps


def test_settings_that_build_on_others_are_followed(project):
    """`from base import *`, absolute or relative, brings the apps of the base."""
    write(
        project,
        conf__base='INSTALLED_APPS = ["a"]\nROOT_URLCONF = "conf.urls"\n',
        conf__development='from conf.base import *\nINSTALLED_APPS += ["b"]\n',
        conf__test="from .base import *\nROOT_URLCONF = 'conf.other'\n",
    )
    assert read_installed_apps("conf.development") == ["a", "b"]
    assert read_installed_apps("conf.test") == ["a"]
    assert read_text_setting("conf.development", "ROOT_URLCONF") == "conf.urls"
    assert read_text_setting("conf.test", "ROOT_URLCONF") == "conf.other"
    assert read_text_setting("conf.test", "TIME_ZONE") is None
    assert "conf" not in sys.modules


def test_settings_are_loaded_where_reading_does_not_settle_it(project):
    """A computed list, or an environment variable that overrides it, is left to the loader."""
    write(project, plain='INSTALLED_APPS = ["a"]', computed="INSTALLED_APPS = find()")
    assert installed_apps("plain", load=lambda: ["loaded"], environ={}) == ["a"]
    assert installed_apps("plain", load=lambda: ["loaded"], environ={"VASE_INSTALLED_APPS": "c"}) == ["loaded"]
    assert installed_apps("computed", load=lambda: ["loaded"], environ={}) == ["loaded"]


@given(st.text(max_size=80))
def test_any_text_is_read_or_left_alone(tmp_path_factory, text):
    """No settings module makes the reader fall over."""
    folder = tmp_path_factory.mktemp("settings")
    (folder / "strange.py").write_text(text, encoding="utf-8", errors="replace")
    sys.path.insert(0, str(folder))
    try:
        found = read_installed_apps("strange")
    finally:
        sys.path.remove(str(folder))
    assert found is None or isinstance(found, list)


def test_command_files_are_listed_with_their_help(project):
    """Each file is a command: its function's docstring is the help, else its module's; nothing is imported."""
    write(
        project,
        catalog____init__="raise RuntimeError('imported')",
        catalog__commands__publish='def publish():\n    """Publish a product.\n\n    More.\n    """\n',
        catalog__commands__load_all='"""Load everything."""\nasync def load_all():\n    pass\n',
        catalog__commands___private="",
        catalog__commands__broken="def (",
        catalog__management__commands__old='def old():\n    """Do as Django does."""\n',
        deep__shop__commands__sell='def sell():\n    """Sell."""\n',
    )
    entries = list(app_commands(["catalog.apps.CatalogConfig", "deep.shop", "missing"]))
    assert [(entry.name, entry.module, entry.help, entry.panel) for entry in entries] == [
        ("broken", "catalog.commands.broken", "(this file has a fault; run the command to see it)", "catalog"),
        ("load_all", "catalog.commands.load_all", "Load everything.", "catalog"),
        ("publish", "catalog.commands.publish", "Publish a product.", "catalog"),
        ("old", "catalog.management.commands.old", "Do as Django does.", "catalog"),
        ("sell", "deep.shop.commands.sell", "Sell.", "shop"),
    ]
    assert "catalog" not in sys.modules
