"""Where the document and its pages are served, and that the pages need nothing from elsewhere."""

import hashlib
import json
import os
import re
import shutil
import subprocess
import sys
import types
from pathlib import Path

import pytest

from vase import Request, Vase
from vase.openapi import ASSETS
from vase.testing import Client, LiveServer
from vase.types import JSON

URLS = ("/openapi.json", "/docs", "/redoc")


def site(**settings: object) -> Vase:
    app = Vase(settings={"API_TITLE": 'Lamps & "more"', **settings})

    @app.get("/lamps")
    async def list_lamps() -> list[str]:
        """List the lamps that shine."""
        return []

    return app


def statuses(app: Vase) -> list[int]:
    with Client(app) as client:
        return [client.get(url).status_code for url in URLS]


def test_on_while_debugging_and_off_elsewhere() -> None:
    """`DEBUG` serves all three at their usual places; without it those are served that a setting names."""
    assert statuses(site(DEBUG=True)) == [200, 200, 200]
    assert statuses(site()) == [404, 404, 404]
    assert statuses(site(OPENAPI_URL="/openapi.json")) == [200, 404, 404]
    assert statuses(site(OPENAPI_URL="/openapi.json", DOCS_URL="/docs")) == [200, 200, 404]
    assert statuses(site(DEBUG=True, OPENAPI_URL=None)) == [404, 404, 404]
    assert statuses(site(DEBUG=True, REDOC_URL=None)) == [200, 200, 404]


def test_the_document_is_built_at_the_first_request() -> None:
    """It is JSON, made once, and says the same as the command."""
    app = site(DEBUG=True)
    built: list[int] = []
    build = app.openapi

    def counted() -> dict[str, JSON]:
        built.append(1)
        return build()

    app.openapi = counted  # type: ignore[method-assign]
    with Client(app) as client:
        assert client.get("/lamps").json() == []
        assert built == []
        first = client.get("/openapi.json")
        assert first.headers["content-type"] == "application/json"
        assert first.json() == build()
        assert client.get("/openapi.json").text == first.text
    assert built == [1]


def test_pages_carry_no_inline_script() -> None:
    """The policy names this site alone for scripts, every script and style is a file, and each file is there."""
    with Client(site(DEBUG=True)) as client:
        for url in ("/docs", "/redoc"):
            response = client.get(url)
            policy = response.headers["content-security-policy"]
            assert "default-src 'none'" in policy
            assert "script-src 'self';" in policy
            assert "<title>Lamps &amp; &quot;more&quot;</title>" in response.text
            assert not re.search(r"<script(?![^>]* src=)|<style| on\w+=", response.text)
            files = re.findall(r'(?:src|href)="(/[^"]+)"', response.text)
            assert len(files) >= 3
            for file in files:
                assert client.get(file).status_code == 200, file
        for name in ("MANIFEST.json", "nothing.js", "..%2F_pages.py"):
            assert client.get(f"/docs/assets/{name}").status_code == 404


def test_a_route_of_the_site_stays_what_it_is() -> None:
    """Who has a page at `/docs` keeps it."""
    app = site(DEBUG=True)
    app.add("/docs", lambda: "ours", ["GET"])
    assert app.check() == []
    with Client(app) as client:
        assert client.get("/docs").text == "ours"
        assert client.get("/redoc").status_code == 200


def keeper(request: Request) -> str | None:
    return request.headers.get("x-key")


def test_the_pages_can_be_guarded(monkeypatch: pytest.MonkeyPatch) -> None:
    """`OPENAPI_AUTH` names who may read; a name that leads nowhere closes them and is told."""
    guards = types.ModuleType("page_guards")
    guards.keeper = keeper  # type: ignore[attr-defined]
    monkeypatch.setitem(sys.modules, "page_guards", guards)
    app = site(DEBUG=True, AUTH_REQUIRED=False, OPENAPI_AUTH="page_guards.keeper")
    with Client(app) as client:
        assert [client.get(url).status_code for url in URLS] == [401, 401, 401]
        assert [client.get(url, headers={"x-key": "k"}).status_code for url in URLS] == [200, 200, 200]
    wrong = site(DEBUG=True, OPENAPI_AUTH="page_guards.nobody")
    assert [fault.code for fault in wrong.check()] == ["application.E005"]


def test_every_shipped_file_is_the_one_of_the_manifest() -> None:
    """Version, licence and hash of what others wrote stand beside it; nobody has edited a bundle."""
    manifest = json.loads((ASSETS / "MANIFEST.json").read_text(encoding="utf-8"))
    known = {name: entry for package in manifest["packages"] for name, entry in package["files"].items()}
    for name, entry in known.items():
        assert hashlib.sha256((ASSETS / name).read_bytes()).hexdigest() == entry["sha256"], name
    assert {package["license"] for package in manifest["packages"]} == {"Apache-2.0", "MIT"}
    ours = {"MANIFEST.json", "page.css", "redoc.start.js", "swagger-ui.start.js"}
    assert {path.name for path in ASSETS.iterdir()} == set(known) | ours


@pytest.mark.slow
@pytest.mark.parametrize("url", ["/docs", "/redoc"])
def test_a_browser_shows_the_pages_offline(url: str, tmp_path: Path) -> None:
    """A browser that knows no other host draws the operations, under the policy of the page."""
    browser = shutil.which("chromium") or shutil.which("google-chrome")
    if browser is None:
        if os.environ.get("CI") == "true":
            pytest.fail("CI must not leave this out: no browser is installed")
        pytest.skip("no browser is installed")
    with LiveServer(site(DEBUG=True)) as server:
        done = subprocess.run(
            [
                *(browser, "--headless", "--no-sandbox", "--disable-gpu", f"--user-data-dir={tmp_path}"),
                *("--host-resolver-rules=MAP * ~NOTFOUND , EXCLUDE 127.0.0.1", "--virtual-time-budget=20000"),
                *("--dump-dom", f"{server.url}{url}"),
            ],
            capture_output=True,
            text=True,
            timeout=120,
            check=False,
        )
    assert "List the lamps that shine" in done.stdout, done.stderr[-2000:]
