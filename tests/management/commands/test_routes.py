"""`routes`: what the engine matches, as people and programs read it."""

import json
import textwrap


def test_routes_are_listed_with_handler_and_place(manage):
    """Each route has its methods, path, handler and the line that registered it."""
    lines = manage("routes").stdout.splitlines()
    assert lines[0].split() == ["methods", "path", "name", "handler", "place"]
    assert lines[1].split() == ["GET", "/", "home", "config.views.home", "config/urls.py:8"]
    rows = [line.split()[:2] for line in lines[2:]]
    assert ["POST", "/products/"] in rows
    assert ["DELETE", "/products/{id:int}"] in rows


def test_routes_as_json(shop, manage):
    """`--json` holds the same as data."""
    rows = json.loads(manage("routes", "--json").stdout)
    created = next(row for row in rows if row["methods"] == ["POST"])
    assert (created["path"], created["handler"]) == ("/products/", "catalog.api.create_product")
    source = (shop / "catalog/api.py").read_text().splitlines()
    assert created["file"] == str(shop / "catalog/api.py")
    assert '@router.post("/", status=201)' in source[created["line"] - 1]


def test_the_audit_says_who_may_call_what(manage):
    """`--audit` has a line for each method and path, sorted, with the guard or `public`."""
    lines = manage("routes", "--audit").stdout.splitlines()
    assert lines == sorted(lines, key=lambda line: line.split()[1::-1])
    assert "POST /products/ public" in lines


def test_sockets_and_mounts_are_routes_too(shop, manage):
    """A socket is listed and audited as `WEBSOCKET`, a mounted application as `MOUNT`; a change of theirs fails."""
    live = """
        from vase import Controller, WebSocket, public
        from vase.views import websocket, websocket_listener

        class Live(Controller):
            prefix = "/live"
            auth = public

            @websocket("/")
            async def talk(self, socket: WebSocket[str]) -> None: ...

            @websocket_listener("/echo", auth=lambda: "me")
            async def echo(self, data: str) -> str:
                return data

        async def legacy(scope, receive, send) -> None: ...
    """
    (shop / "config/live.py").write_text(textwrap.dedent(live))
    urls = shop / "config/urls.py"
    text = urls.read_text() + (
        "\nfrom vase.urls import mount\nfrom config.live import Live, legacy\n"
        'urlpatterns += [path("", Live), mount("old/", legacy, auth=public)]\n'
    )
    urls.write_text(text)
    lines = [line.split() for line in manage("routes").stdout.splitlines()]
    assert ["WEBSOCKET", "/live/", "-", "config.live.Live.talk", "config/live.py:9"] in lines
    assert ["WEBSOCKET", "/live/echo", "-", "config.live.Live.echo", "config/live.py:12"] in lines
    assert lines[-1][:4] == ["MOUNT", "/old/", "-", "config.live.legacy"]
    rows = json.loads(manage("routes", "--json").stdout)
    assert (rows[-1]["methods"], rows[-1]["auth"]) == (["MOUNT"], "public")
    audit = manage("routes", "--audit").stdout
    told = ["WEBSOCKET /live/ public", "WEBSOCKET /live/echo config.live.Live.<lambda>", "MOUNT /old/ public"]
    assert [line for line in audit.splitlines() if line.startswith(("WEBSOCKET", "MOUNT"))] == told
    (shop / "routes.audit").write_text(audit)
    urls.write_text(text.replace("legacy, auth=public", 'legacy, auth=lambda: "me"'))
    changed = manage("routes", "--check", "routes.audit")
    assert changed.returncode == 1
    assert changed.stdout.splitlines() == ["-MOUNT /old/ public", "+MOUNT /old/ config.urls.<lambda>"]


def test_an_unreviewed_change_fails(shop, manage):
    """`--check` exits with 0 while the file says the same, and with 1 and the changed lines after that."""
    file = shop / "routes.audit"
    missing = manage("routes", "--check", "routes.audit")
    assert (missing.returncode, "management.E013" in missing.stderr) == (1, True)
    file.write_text(manage("routes", "--audit").stdout)
    assert manage("routes", "--audit", "--check", "routes.audit").returncode == 0
    urls = shop / "config/urls.py"
    urls.write_text(urls.read_text().replace("auth=public", "auth=lambda: 'me'"))
    changed = manage("routes", "--audit", "--check", "routes.audit")
    assert changed.returncode == 1
    assert changed.stdout.splitlines() == ["-GET / public", "+GET / config.urls.<lambda>"]
    assert "routes --audit > routes.audit" in changed.stderr


def test_a_bare_route_fails_the_check_of_a_new_project(shop, manage):
    """A project of `startproject` is closed: `check` exits with 1 and names the line of a route without `auth=`."""
    urls = shop / "config/urls.py"
    urls.write_text(urls.read_text().replace("auth=public, ", ""))
    checked = manage("check")
    line = next(number for number, text in enumerate(urls.read_text().splitlines(), 1) if 'path("", home' in text)
    assert checked.returncode == 1
    assert f"config/urls.py:{line}: error[application.E003]: GET `/` does not say who may call it" in checked.stderr
