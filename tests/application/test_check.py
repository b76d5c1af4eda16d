"""`check` tells faults of all kinds at once, each with the line to mend."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

from tests.conftest import Project
from vase import Vase
from vase.checks import Report

SETTINGS = """
SECRET_KEY = "a key for tests that is long enough to be one of fifty signs"
ALLOWED_HOSTS = ["127.0.0.1"]
ROOT_URLCONF = "pages"
"""

FAULTY = {
    "settings.py": f"{SETTINGS}ALOWED_HOSTS = []\n",
    "pages.py": """
        from vase.urls import path

        def home(request, thing: "Thing") -> str:
            return "home"

        urlpatterns = [
            path("<itn:n>", home),
            path("", home),
        ]
    """,
}


def test_three_kinds_at_once(project: Project) -> None:
    """A setting, a route and a handler that are wrong are told in one report, with file, line and the nearest match."""
    project(FAULTY)
    app = Vase.from_settings("settings")
    report = Report(app.check()).render()
    assert (
        "settings.py:5: error[conf.E001]: unknown setting `ALOWED_HOSTS`\n  hint: did you mean `ALLOWED_HOSTS`?"
        in report
    )
    assert "pages.py:8: error[urls.E001]" in report
    assert "did you mean `int`?" in report
    assert "pages.py:4: error[binding.E" in report


def test_a_good_site_has_no_faults(project: Project) -> None:
    """A site without faults has an empty report."""
    project({"settings.py": SETTINGS, "pages.py": "urlpatterns = []\n"})
    assert Vase.from_settings("settings").check() == []


def test_checks_of_apps(project: Project) -> None:
    """What an app's `checks.py` finds is part of the report; `SILENCED_CHECKS` takes codes out of it."""
    files = {
        "settings.py": f"{SETTINGS}INSTALLED_APPS = ['shop']\n",
        "pages.py": "urlpatterns = []\n",
        "shop/__init__.py": "",
        "shop/checks.py": """
            from vase.checks import register, warning

            @register()
            def prices(app):
                yield warning("shop.W001", "there are no prices")
        """,
    }
    project(files)
    assert [fault.code for fault in Vase.from_settings("settings").check()] == ["shop.W001"]
    assert Vase.from_settings("settings", SILENCED_CHECKS=["shop.W001"]).check() == []


def test_checks_for_production(project: Project) -> None:
    """`deploy=True` looks for what must not be in production as well."""
    project({"settings.py": f"{SETTINGS}DEBUG = True\n", "pages.py": "urlpatterns = []\n"})
    app = Vase.from_settings("settings")
    assert app.check() == []
    assert app.check(deploy=True) != []


@pytest.mark.slow
@pytest.mark.parametrize("command", [["check"], ["runserver", "0"], ["runserver", "0", "--no-reload"]])
def test_a_misspelt_setting_ends_a_command(tmp_path: Path, command: list[str]) -> None:
    """`manage.py check` and `runserver` exit with 1 and name, file, line and nearest match; nothing is served."""
    subprocess.run(
        [sys.executable, "-m", "vase", "startproject", "shop"], cwd=tmp_path, check=True, capture_output=True
    )
    base = tmp_path / "shop" / "config" / "settings" / "base.py"
    base.write_text(f"{base.read_text()}ALOWED_HOSTS = []\n")
    line = len(base.read_text().splitlines())
    ended = subprocess.run(
        [sys.executable, "manage.py", *command],
        cwd=tmp_path / "shop",
        env={name: value for name, value in os.environ.items() if not name.startswith("VASE_")},
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    assert ended.returncode == 1
    assert f"config/settings/base.py:{line}: error[conf.E001]: unknown setting `ALOWED_HOSTS`" in ended.stderr
    assert "hint: did you mean `ALLOWED_HOSTS`?" in ended.stderr
    assert "Vase serves" not in ended.stderr
