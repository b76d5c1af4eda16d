"""The example site: its own tests, run as its users run theirs, and the first requests of its README."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

EXAMPLE = Path(__file__).parents[2] / "example"


def run(*arguments: str, **environment: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, *arguments],
        cwd=EXAMPLE,
        env={**os.environ, "PYTHONPATH": str(EXAMPLE), **environment},
        capture_output=True,
        text=True,
        check=False,
        timeout=300,
    )


@pytest.mark.slow
def test_the_tests_of_the_example_pass():
    """Every app of the example is tested by the real stack, with the settings for tests."""
    done = run("-m", "pytest", ".", "-q", "-p", "no:cacheprovider", VASE_SETTINGS_MODULE="config.settings.test")
    assert done.returncode == 0, done.stdout + done.stderr
    assert " passed" in done.stdout


def test_who_may_call_what_has_been_reviewed():
    """The routes of the example are those of its audit; a route that is opened or added changes the file too."""
    script = "from vase.management import execute; execute('config.settings.test', directory='.')"
    done = run("-c", script, "routes", "--check", "routes.audit")
    assert done.returncode == 0, done.stdout + done.stderr


def test_models_and_migrations_of_the_example_agree():
    """Nobody forgot `makemigrations`, and every settings module is without faults."""
    script = (
        "from vase.application import Vase; from vase.db import make_migrations\n"
        "app = Vase.from_settings({module!r})\n"
        "assert not [str(fault) for fault in app.check()], app.check()\n"
        "assert not make_migrations(app, check=True).has_changes"
    )
    for name in ("development", "test", "production"):
        done = run(
            "-c",
            script.format(module=f"config.settings.{name}"),
            SECRET_KEY="a key of this test that is long enough to be taken for a real one",
            ALLOWED_HOSTS="conduit.example",
            DATABASE_URL="sqlite://",
        )
        assert done.returncode == 0, f"{name}: {done.stderr}"
