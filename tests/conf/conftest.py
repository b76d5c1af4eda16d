from collections.abc import Callable

import pytest

from vase.checks import CheckMessage, Report
from vase.conf import Settings, load_settings

type Load = Callable[..., tuple[Settings, list[CheckMessage]]]

BASE = "config/settings/base.py"


@pytest.fixture
def load(project) -> Load:
    """Load settings from modules of `config.settings`, given as keywords; the last one is the one that is asked for."""

    def load_them(environ: dict[str, str] | None = None, files: dict[str, str] | None = None, **modules: str):
        written = {f"config/settings/{name}.py": text for name, text in modules.items()}
        project({"config/__init__.py": "", "config/settings/__init__.py": ""} | (files or {}) | written)
        return load_settings(f"config.settings.{[*modules][-1]}", environ=environ or {})

    return load_them


@pytest.fixture
def faults(load) -> Callable[..., list[str]]:
    """Load settings and return the printed faults, one text each."""

    def load_them(*args, **modules) -> list[str]:
        return [message.render() for message in Report(load(*args, **modules)[1])]

    return load_them
