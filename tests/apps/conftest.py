from collections.abc import Callable

import pytest

from vase.apps import Apps, load_apps
from vase.checks import CheckMessage
from vase.conf import load_settings

type Load = Callable[..., tuple[Apps, list[CheckMessage]]]


@pytest.fixture
def load(project) -> Load:
    """Load the apps of a project made of these files, whose settings install these apps."""

    def load_them(files: dict[str, str], *installed: str) -> tuple[Apps, list[CheckMessage]]:
        lines = "\n".join(f'    "{entry}",' for entry in installed)
        project(files | {"config/__init__.py": "", "config/settings.py": f"INSTALLED_APPS = [\n{lines}\n]\n"})
        settings, faults = load_settings("config.settings", environ={})
        assert faults == []
        return load_apps(settings)

    return load_them
