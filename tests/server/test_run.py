"""`run`: what keeps a server from starting is told before its socket opens; what is only odd, after."""

import os
import signal
import socket
import subprocess
import sys
from collections.abc import Callable, Mapping
from contextlib import closing
from pathlib import Path

import pytest

from tests.ports import free_port
from tests.server.conftest import Server, until
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

needs_proc = pytest.mark.skipif(
    not Path("/proc/self/task").exists(), reason="the processes below another are read from /proc"
)

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
    """A server under development whose database lacks migrations says so, and serves."""
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
    server = launch("serve.py", "reload")
    until(lambda: "migrate" in server.log, 15)
    assert "db.W001" in server.log
    assert "`shop.0001_initial`" in server.log
    assert server.get("/") == "home"
    assert not (tmp_path / "db.sqlite3").exists()


ONE_FILE = """
import os
import sys
from contextlib import asynccontextmanager

from vase import Vase


@asynccontextmanager
async def lifespan(app):
    if os.path.exists("database-is-away"):
        raise ConnectionError("the database is away")
    yield


app = Vase(lifespan=lifespan)


@app.get("/")
async def home() -> str:
    return "home"


if __name__ == "__main__":
    app.run(port=int(sys.argv[1]), workers=int(sys.argv[2]))
"""


@pytest.mark.slow
@pytest.mark.parametrize("workers", ["1", "2"])
def test_a_one_file_application_that_cannot_start(tmp_path: Path, workers: str) -> None:
    """What its lifespan raises in the worker is told once for each of them, and ends the server with status 1."""
    (tmp_path / "serve.py").write_text(ONE_FILE)
    (tmp_path / "database-is-away").touch()
    port = free_port()
    ended = serve(tmp_path, str(port), workers)
    assert ended.returncode == 1
    assert 1 <= ended.stderr.count("ConnectionError: the database is away") <= int(workers)
    assert "the site cannot start" in ended.stderr
    assert "starting another" not in ended.stderr
    with closing(socket.create_server(("127.0.0.1", port))):
        pass  # nobody holds the port any more


@pytest.mark.slow
@needs_proc
def test_a_reload_that_cannot_start_ends_nothing(launch: Callable[..., Server], tmp_path: Path) -> None:
    """Workers that serve go on while those of a later start fail, with longer and longer pauses between the tries."""
    (tmp_path / "serve.py").write_text(ONE_FILE)
    server = launch("serve.py", 1)
    until(lambda: len(workers_of(server)) == 1)  # what asked the site at the start may not have left yet
    (before,) = workers_of(server)
    (tmp_path / "database-is-away").touch()
    server.signal(signal.SIGHUP)
    until(lambda: "another try in 2 s" in server.log)
    assert before in workers_of(server)
    assert server.get("/") == "home"
    (tmp_path / "database-is-away").unlink()
    until(lambda: len(workers_of(server)) == 1 and before not in workers_of(server))
    assert server.get("/") == "home"


def workers_of(server: Server) -> list[int]:
    """The processes below the server."""
    pid = server.process.pid
    return [int(child) for child in Path(f"/proc/{pid}/task/{pid}/children").read_text().split()]


@pytest.mark.slow
@needs_proc
def test_nothing_runs_beside_the_workers_in_production(write: Write, launch: Callable[..., Server]) -> None:
    """A supervisor in production has its workers and nobody else: no watcher of files, nobody who asks the database."""
    write({"settings.py": f"{SETTINGS}DATABASES = {{'default': 'sqlite:///db.sqlite3'}}\n"})
    server = launch("serve.py")
    until(lambda: len(workers_of(server)) == 1, 5)
    command = Path(f"/proc/{workers_of(server)[0]}/cmdline").read_bytes()
    assert b"_watch.py" not in command
    assert "db.W001" not in server.log


@pytest.mark.slow
@pytest.mark.parametrize(("words", "is_frozen"), [((), True), (("reload",), False)])
def test_what_is_there_at_the_start_is_left_alone(
    write: Write, launch: Callable[..., Server], words: tuple[str, ...], is_frozen: bool
) -> None:
    """The collector of garbage does not look through the site's own objects; a reload does not wait for that."""
    write({"pages.py": PAGES.replace('return "home"', "import gc; return str(gc.get_freeze_count())")})
    assert (int(launch("serve.py", *words).get("/")) > 10_000) is is_frozen


@pytest.mark.slow
@needs_proc
def test_a_watcher_runs_under_reload(write: Write, launch: Callable[..., Server]) -> None:
    """The same place shows the watcher where there is one, so the test above would see it."""
    write({})
    server = launch("serve.py", "reload")
    commands = [Path(f"/proc/{pid}/cmdline").read_bytes() for pid in workers_of(server)]
    assert sum(b"_watch.py" in command for command in commands) == 1
