"""A project made by the commands themselves, and a way to run more of them in it."""

import os
import shutil
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[3]

type Manage = Callable[..., subprocess.CompletedProcess[str]]


def _run(*arguments: str, cwd: Path, **environment: str) -> subprocess.CompletedProcess[str]:
    environ = {name: value for name, value in os.environ.items() if not name.startswith(("VASE_", "PYTEST_"))}
    return subprocess.run(
        [sys.executable, *arguments],
        cwd=cwd,
        env={**environ, "PYTHONPATH": str(ROOT), **environment},
        input="",
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )


@pytest.fixture(scope="session")
def _made(tmp_path_factory) -> Path:
    folder = tmp_path_factory.mktemp("made")
    assert _run("-m", "vase", "startproject", "shop", cwd=folder).returncode == 0
    model = "Product name:str(120) price:decimal(10,2)"
    made = _run("manage.py", "startapp", "catalog", "--model", model, cwd=folder / "shop")
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
        return _run("manage.py", *arguments, cwd=shop, **environment)

    return run
