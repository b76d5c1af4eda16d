"""Editing a site while it is served: nobody is refused, mistakes are shown and mended."""

import time
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.busy import slack
from tests.server.conftest import Reader, Server, until

pytestmark = pytest.mark.slow

SERVE = """
import sys
from pathlib import Path

from vase.server import ServerOptions, run

run(ServerOptions(settings_module="settings", port=int(sys.argv[1]), reload=True, watch=(Path.cwd(),)))
"""

SETTINGS = """
SECRET_KEY = "a key for tests that is long enough to be one of fifty signs"
DEBUG = True
ALLOWED_HOSTS = ["127.0.0.1"]
ROOT_URLCONF = "pages"
"""

PAGES = """
from vase.urls import path

async def home() -> str:
    return "{word}"

urlpatterns = [path("", home)]
"""


@pytest.fixture
def served(tmp_path: Path, launch: Callable[..., Server]) -> Server:
    (tmp_path / "serve.py").write_text(SERVE)
    (tmp_path / "settings.py").write_text(SETTINGS)
    write(tmp_path, "first")
    return launch("serve.py")


def write(folder: Path, word: str) -> None:
    (folder / "pages.py").write_text(PAGES.format(word=word))


def test_an_edit_refuses_nobody(served: Server, tmp_path: Path) -> None:
    """A client that asks all the time is always answered, within half a second, and soon by the new code."""
    with Reader(served) as reader:
        for word in ("second", "third", "fourth"):
            write(tmp_path, word)
            until(reader.sees(word), 5)
            time.sleep(0.3)
    assert reader.failures == []
    assert {answer.status for answer in reader.answers} == {200}
    assert reader.longest < 0.5 * slack()


def test_a_syntax_error_is_shown_and_mended(served: Server, tmp_path: Path) -> None:
    """The page says what is wrong and where; the next good version is served without anybody's help."""
    with Reader(served) as reader:
        (tmp_path / "pages.py").write_text("def home(:\n")
        until(reader.sees("pages.py"), 5)
        assert reader.last.status == 500
        assert "SyntaxError" in reader.last.text or "syntax" in reader.last.text
        write(tmp_path, "mended")
        until(reader.sees("mended"), 5)
        assert reader.last.status == 200
    assert reader.failures == []


def test_all_faults_are_on_the_page(served: Server, tmp_path: Path) -> None:
    """A site with faults shows each of them with its place."""
    with Reader(served) as reader:
        (tmp_path / "settings.py").write_text(f"{SETTINGS}ALOWED_HOSTS = []\nDEBGU = True\n")
        until(reader.sees("ALOWED_HOSTS"), 5)
        page = reader.last.text
    assert "settings.py" in page
    assert "DEBGU" in page
    assert reader.failures == []


def test_a_start_that_fails_is_shown(served: Server, tmp_path: Path) -> None:
    """What an app does when the site starts may fail as well: the page says so until it is mended."""
    app = tmp_path / "shop"
    app.mkdir()
    (app / "__init__.py").touch()
    with Reader(served) as reader:
        (app / "apps.py").write_text(
            "from vase.apps import AppConfig\n\n\nclass Shop(AppConfig):\n"
            "    def ready(self, *_: object) -> None:\n        raise RuntimeError('the shelf is empty')\n"
        )
        (tmp_path / "settings.py").write_text(f"{SETTINGS}INSTALLED_APPS = ['shop']\n")
        until(reader.sees("the shelf is empty"), 5)
        (tmp_path / "settings.py").write_text(SETTINGS)
        until(reader.sees("first"), 5)
    assert reader.failures == []
