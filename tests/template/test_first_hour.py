"""The first hour, as a stranger has it: the wheel in an empty environment, five commands, no edit by hand."""

import hashlib
import http.client
import json
import os
import re
import shutil
import signal
import subprocess
import sys
import time
import zipfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from vase.management.generate._files import read_tree

ROOT = Path(__file__).parents[2]
TEMPLATE = ROOT / "project_template"
MODEL = "Product name:str(120) price:decimal(10,2)"

pytestmark = pytest.mark.slow


def run(*command: str | Path, cwd: Path, timeout: float = 300, **environment: str) -> subprocess.CompletedProcess[str]:
    """Run a command without anything of this environment; it must succeed."""
    inherited = {
        name: value for name, value in os.environ.items() if not name.startswith(("VASE_", "PYTHON", "PYTEST_"))
    }
    inherited.pop("VIRTUAL_ENV", None)
    result = subprocess.run(
        [str(part) for part in command],
        cwd=cwd,
        env={**inherited, **environment},
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        timeout=timeout,
        check=False,
    )
    assert result.returncode == 0, f"{command}\n{result.stdout}\n{result.stderr}"
    return result


def find_tool(name: str) -> str:
    """Return a program of this environment."""
    beside = Path(sys.executable).with_name(name)
    found = str(beside) if beside.exists() else shutil.which(name)
    assert found is not None, f"`{name}` is not installed"
    return found


@pytest.fixture(scope="module")
def wheel(tmp_path_factory) -> Path:
    """Return the wheel, built from this tree."""
    folder = tmp_path_factory.mktemp("wheel")
    files = hashlib.sha256("\n".join(map(str, read_tree(TEMPLATE, words={}))).encode()).hexdigest()
    run(
        find_tool("maturin"),
        "build",
        "--profile",
        "dev",
        "--interpreter",
        sys.executable,
        "--out",
        folder,
        cwd=ROOT,
        timeout=1800,
        VASE_TEMPLATE_FILES=files,
    )
    return next(folder.glob("*.whl"))


@pytest.fixture(scope="module")
def environment(wheel, tmp_path_factory) -> Path:
    """Return the `bin` folder of an environment with the wheel and the tools of a generated project, nothing else."""
    folder = tmp_path_factory.mktemp("environment") / "venv"
    uv = find_tool("uv")
    run(uv, "venv", "--python", sys.executable, folder, cwd=folder.parent)
    tools = ["mypy>=2.4", "ruff>=0.17.5"]
    run(uv, "pip", "install", "--python", folder / "bin" / "python", wheel, *tools, cwd=folder.parent, timeout=600)
    return folder / "bin"


@pytest.fixture(scope="module")
def shop(environment, tmp_path_factory) -> Path:
    """Return a site made by the commands of the first hour."""
    folder = tmp_path_factory.mktemp("site")
    run(environment / "vase", "startproject", "shop", cwd=folder)
    shop = folder / "shop"
    python = environment / "python"
    run(python, "manage.py", "startapp", "catalog", "--model", MODEL, cwd=shop)
    run(python, "manage.py", "makemigrations", cwd=shop)
    run(python, "manage.py", "migrate", cwd=shop)
    return shop


def test_wheel_holds_the_whole_template(wheel):
    """Every file of the template is in the wheel once, where `startproject` looks for it, and nothing else is."""
    with zipfile.ZipFile(wheel) as archive:
        names = [name for name in archive.namelist() if name.startswith("vase/project_template/")]
    expected = [f"vase/project_template/{path}" for path in read_tree(TEMPLATE, words={})]
    assert sorted(names) == sorted(expected)


def test_wheel_holds_nothing_beside_the_package(wheel):
    """The wheel installs `vase` and its metadata: no tests, no template at the top of site-packages."""
    with zipfile.ZipFile(wheel) as archive:
        tops = {name.partition("/")[0] for name in archive.namelist()}
    assert {top for top in tops if not top.endswith(".dist-info")} == {"vase"}


def test_generated_tests_pass(environment, shop):
    """The tests that come with the project and with the model pass as they are."""
    result = run(environment / "python", "manage.py", "test", cwd=shop)
    assert re.search(r"\b8 passed\b", result.stdout), result.stdout


def test_site_is_typed_and_clean(environment, shop):
    """`mypy --strict`, the linter and the formatter have nothing to say."""
    run(environment / "mypy", "--strict", ".", cwd=shop)
    run(environment / "ruff", "check", ".", cwd=shop)
    run(environment / "ruff", "format", "--check", ".", cwd=shop)


def test_site_has_no_faults(environment, shop):
    """Nothing is wrong at home, nor in production once its variables are set, and the database is up to date."""
    python = environment / "python"
    assert "no faults" in run(python, "manage.py", "check", cwd=shop).stderr
    run(python, "manage.py", "makemigrations", "--check", cwd=shop)
    production: dict[str, Any] = {
        "SECRET_KEY": "k7Wc0yq9bX2mR4tZ8vL1nP6sD3fG5hJ0aQwErTyUiOpLkMjNhB",
        "ALLOWED_HOSTS": "shop.example",
        "DATABASE_URL": f"sqlite:///{shop / 'db.sqlite3'}",
    }
    assert "no faults" in run(python, "manage.py", "check", "--deploy", cwd=shop, **production).stderr


@pytest.fixture
def port(environment, shop) -> Iterator[int]:
    """Serve the site on a free port and stop it with SIGTERM, which must end it well."""
    log = shop / "server.log"
    with log.open("w") as stream:
        server = subprocess.Popen(
            [environment / "python", "manage.py", "runserver", "127.0.0.1:0"],
            cwd=shop,
            env={name: value for name, value in os.environ.items() if not name.startswith(("VASE_", "PYTHON"))},
            stdin=subprocess.DEVNULL,
            stdout=stream,
            stderr=stream,
        )
    try:
        yield wait_for_port(server, log)
        server.send_signal(signal.SIGTERM)
        assert server.wait(30) == 0, log.read_text()
    finally:
        if server.poll() is None:
            server.kill()
            server.wait(10)


def wait_for_port(server: subprocess.Popen[bytes], log: Path) -> int:
    """Return the port that the server names once it serves."""
    deadline = time.monotonic() + 60
    while time.monotonic() < deadline and server.poll() is None:
        announced = re.search(r"http://127\.0\.0\.1:(\d+)/", log.read_text())
        if announced is not None:
            return int(announced[1])
        time.sleep(0.05)
    raise AssertionError(f"the server did not start\n{log.read_text()}")


def ask(port: int, method: str, path: str, body: object = None) -> tuple[int, Any]:
    """Send a request over a socket and return status and body."""
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=30)
    try:
        content = None if body is None else json.dumps(body)
        connection.request(method, path, content, {} if body is None else {"content-type": "application/json"})
        response = connection.getresponse()
        text = response.read()
        is_json = "json" in (response.getheader("content-type") or "")
        return response.status, json.loads(text) if is_json else text.decode()
    finally:
        connection.close()


def test_site_is_served(port):
    """Pages, files and the API answer over a socket; products are created, listed, changed and deleted."""
    status, page = ask(port, "GET", "/")
    assert (status, "<h1>shop runs</h1>" in page) == (200, True)
    assert ask(port, "GET", "/static/site.css")[0] == 200
    assert ask(port, "GET", "/products/") == (200, [])
    created = {"id": 1, "name": "lamp", "price": "9.90"}
    assert ask(port, "POST", "/products/", {"name": "lamp", "price": "9.9"}) == (201, created)
    assert ask(port, "GET", "/products/") == (200, [created])
    status, problem = ask(port, "POST", "/products/", {"name": "lamp", "price": "9.999", "colour": "red"})
    assert status == 422
    assert {fault["pointer"] for fault in problem["errors"]} == {"#/price", "#/colour"}
    changed = {"id": 1, "name": "lamp", "price": "12.00"}
    assert ask(port, "PUT", "/products/1", {"name": "lamp", "price": 12}) == (200, changed)
    assert ask(port, "DELETE", "/products/1")[0] == 204
    assert ask(port, "GET", "/products/1")[0] == 404
