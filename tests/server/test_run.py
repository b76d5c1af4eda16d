"""`run`: what keeps a server from starting is told before its socket opens; what is only odd, after."""

import os
import socket
import subprocess
import sys
from collections.abc import Callable, Mapping
from contextlib import closing
from pathlib import Path

import pytest

from tests.server.conftest import Server, free_port, until
from vase.server import ServerError, ServerOptions, run

SERVE = """
import sys
from pathlib import Path

from vase.server import ServerOptions, run

options = {"reload": "reload" in sys.argv, "watch": (Path.cwd(),)}
run(ServerOptions(settings_module="settings", port=int(sys.argv[1]), **options))
"""

SETTINGS = """
SECRET_KEY = "a key for tests that is long enough to be one of fifty signs"
ALLOWED_HOSTS = ["127.0.0.1"]
ROOT_URLCONF = "pages"
"""

PAGES = """
from vase.urls import path

async def home() -> str:
    return "home"

urlpatterns = [path("", home)]
"""

type Write = Callable[[Mapping[str, str]], Path]


@pytest.fixture
def write(tmp_path: Path) -> Write:
    def write(files: Mapping[str, str]) -> Path:
        for name, text in {"serve.py": SERVE, "settings.py": SETTINGS, "pages.py": PAGES, **files}.items():
            path = tmp_path / name
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(text)
        return tmp_path

    return write


def serve(folder: Path, *words: str) -> "subprocess.CompletedProcess[str]":
    """Run a server that is expected to end by itself."""
    return subprocess.run(
        [sys.executable, "serve.py", *words],
        cwd=folder,
        env={name: value for name, value in os.environ.items() if not name.startswith("VASE_")},
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )


def test_no_site() -> None:
    """Neither a settings module nor an application is a mistake of who called."""
    with pytest.raises(ServerError, match="no site to serve") as refused:
        run(ServerOptions())
    assert refused.value.code == "server.E002"


@pytest.mark.slow
@pytest.mark.parametrize("reload", [(), ("reload",)])
def test_faults_end_the_start_before_the_socket_opens(write: Write, reload: tuple[str, ...]) -> None:
    """Faults of three kinds are told at once, with places, although the port is taken: nobody has asked for it."""
    folder = write(
        {
            "settings.py": f"{SETTINGS}ALOWED_HOSTS = []\n",
            "pages.py": f"{PAGES}urlpatterns += [path('<itn:n>', home), path('<int:n>', lambda n, thing: thing)]\n",
        }
    )
    with closing(socket.create_server(("127.0.0.1", 0))) as other:
        ended = serve(folder, str(other.getsockname()[1]), *reload)
    assert ended.returncode == 1
    assert "settings.py:5: error[conf.E001]: unknown setting `ALOWED_HOSTS`\n" in ended.stderr
    assert "hint: did you mean `ALLOWED_HOSTS`?" in ended.stderr
    assert "pages.py:8: error[urls.E001]" in ended.stderr
    assert "pages.py:8: error[binding.E" in ended.stderr
    assert "Traceback" not in ended.stderr
    assert "listens on" not in ended.stderr


@pytest.mark.slow
def test_a_site_that_cannot_be_built(write: Write) -> None:
    """What a settings module itself raises ends the start too."""
    ended = serve(write({"settings.py": "raise SystemExit(3)\n"}), str(free_port()))
    assert ended.returncode == 1
    assert ended.stderr


@pytest.mark.slow
def test_a_start_that_fails_ends_the_server(write: Write) -> None:
    """Faults that show only when the apps start end the server with status 1 instead of starting workers forever."""
    apps = (
        "from vase.apps import AppConfig\n\n\nclass Shop(AppConfig):\n"
        "    def ready(self) -> None:\n        raise RuntimeError('the shelf is empty')\n"
    )
    files = {"settings.py": f"{SETTINGS}INSTALLED_APPS = ['shop']\n", "shop/__init__.py": "", "shop/apps.py": apps}
    ended = serve(write(files), str(free_port()))
    assert ended.returncode == 1
    assert "the shelf is empty" in ended.stderr


@pytest.mark.slow
def test_warnings_and_missing_migrations_are_told(write: Write, launch: Callable[..., Server], tmp_path: Path) -> None:
    """A server whose database lacks migrations says so, and serves."""
    migration = '''
"""Nothing yet."""
revision = "shop.0001_initial"
down_revision = None
branch_labels = ("shop",)
depends_on = None


def upgrade() -> None: ...


def downgrade() -> None: ...
'''
    write(
        {
            "settings.py": f"{SETTINGS}INSTALLED_APPS = ['shop']\nDATABASES = {{'default': 'sqlite:///db.sqlite3'}}\n",
            "shop/__init__.py": "",
            "shop/migrations/__init__.py": "",
            "shop/migrations/0001_initial.py": migration,
        }
    )
    server = launch("serve.py")
    until(lambda: "migrate" in server.log, 15)
    assert "db.W001" in server.log
    assert "`shop.0001_initial`" in server.log
    assert server.get("/") == "home"
    assert not (tmp_path / "db.sqlite3").exists()
