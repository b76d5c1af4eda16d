"""From `module:app` to an application, and what it is."""

import functools
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from tests.ports import free_port
from vase.hosting import HostedApp, HostingError, load_application

APP = """
import sys

async def app(scope, receive, send):
    if scope["type"] == "lifespan":
        await receive()
        await send({"type": "lifespan.startup.failed", "message": "no database here"})


class Box:
    inner = app


def create_app():
    return app
"""


@pytest.fixture
def folder(tmp_path, monkeypatch) -> Path:
    (tmp_path / "shopmain.py").write_text(APP)
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr(sys, "path", list(sys.path))
    sys.modules.pop("shopmain", None)
    return tmp_path


def test_a_target_names_an_application(folder) -> None:
    """A name, a dotted name or a call; the working directory is where modules are looked for first."""
    app = load_application("shopmain:app")
    assert callable(app)
    assert load_application("shopmain:Box.inner") is app
    assert load_application("shopmain:create_app()") is app


@pytest.mark.parametrize(
    "target", ["shopmain", "shopmain:", "shopmain:nothing", "nowhere:app", "shop main:app", ":app"]
)
def test_a_target_that_leads_nowhere_is_told(folder, target) -> None:
    """No module, no name or no target at all: one error with the code hosting.E001."""
    with pytest.raises(HostingError) as caught:
        load_application(target)
    assert caught.value.code == "hosting.E001"


async def asgi(scope: Any, receive: Any, send: Any) -> None: ...


def wsgi(environ, start_response): ...


def make_plain() -> Any:
    def plain(scope, receive, send):
        return asgi(scope, receive, send)

    return plain


class AsgiObject:
    async def __call__(self, scope, receive, send): ...


class WsgiObject:
    def __call__(self, environ, start_response): ...


@pytest.mark.parametrize(
    ("app", "interface"),
    [
        (asgi, "asgi"),
        (AsgiObject(), "asgi"),
        (functools.partial(asgi), "asgi"),
        (make_plain(), "asgi"),
        (wsgi, "wsgi"),
        (WsgiObject(), "wsgi"),
    ],
)
def test_the_interface_is_seen_from_the_signature(app, interface) -> None:
    """Coroutine functions and three arguments are ASGI, two are WSGI."""
    assert HostedApp(app).interface == interface


@pytest.mark.parametrize("app", [5, lambda: None, functools.partial(wsgi, {})])
def test_what_is_neither_is_told(app) -> None:
    """An object that is no application is an error with the code hosting.E002, before anything is served."""
    with pytest.raises(HostingError) as caught:
        HostedApp(app)
    assert caught.value.code == "hosting.E002"


@pytest.mark.parametrize(("target", "said"), [("shopmain:app", "no database here"), ("shopmain:ap", "hosting.E001")])
def test_a_server_that_cannot_start_ends_with_the_reason(folder, target, said) -> None:
    """`vase serve` exits with 1 and says why, as it does for a site with faults."""
    done = subprocess.run(
        [sys.executable, "-m", "vase", "serve", target, str(free_port())],
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )
    assert done.returncode == 1
    assert said in done.stderr
