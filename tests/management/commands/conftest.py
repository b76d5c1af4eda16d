"""A project made by the commands themselves, and a way to run more of them in it."""

import os
import shutil
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.management.forked import run_script

ROOT = Path(__file__).parents[3]

type Manage = Callable[..., subprocess.CompletedProcess[str]]


def _environ(**changes: str) -> dict[str, str]:
    kept = {name: value for name, value in os.environ.items() if not name.startswith(("VASE_", "PYTEST_"))}
    return {**kept, "PYTHONPATH": str(ROOT), **changes}


@pytest.fixture(scope="session")
def _made(tmp_path_factory) -> Path:
    folder = tmp_path_factory.mktemp("made")
    start = [sys.executable, "-m", "vase", "startproject", "shop"]
    subprocess.run(start, cwd=folder, env=_environ(), check=True, capture_output=True)
    model = "Product name:str(120) price:decimal(10,2)"
    made = run_script("manage.py", "startapp", "catalog", "--model", model, cwd=folder / "shop", environ=_environ())
    assert made.returncode == 0, made.stderr
    return folder / "shop"


@pytest.fixture
def shop(_made, tmp_path) -> Path:
    """Return a copy of a project `shop` with an app `catalog`, without migrations."""
    shutil.copytree(_made, tmp_path / "shop")
    return tmp_path / "shop"


@pytest.fixture
def manage(shop) -> Manage:
    """Return a function that runs `manage.py` in the project, environment variables as keyword arguments."""

    def run(*arguments: str, **environment: str) -> subprocess.CompletedProcess[str]:
        return run_script("manage.py", *arguments, cwd=shop, environ=_environ(**environment))

    return run
