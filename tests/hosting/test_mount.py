"""`mount()` puts whole applications under prefixes of a site."""

import pytest

from tests.hosting.test_asgi import answer
from vase import Depends, HTTPException, Vase
from vase.exceptions import ConfigurationError
from vase.http import Request, Unauthorized
from vase.testing import Client
from vase.urls import mount, public
from vase.views import Router


async def asgi(scope, receive, send):
    if scope["type"] == "http":
        message = await receive()
        text = f"{scope['method']} {scope['root_path']} {scope['path']} {message['body'].decode()}"
        await answer(send, text.encode(), [(b"x-from", b"asgi")])


def wsgi(environ, start_response):
    start_response("200 OK", [("Content-Type", "text/plain"), ("X-From", "wsgi")])
    body = environ["wsgi.input"].read().decode()
    return [f"{environ['REQUEST_METHOD']} {environ['SCRIPT_NAME']} {environ['PATH_INFO']} {body}".encode()]


def site(**settings) -> Vase:
    app = Vase(settings=settings)
    app.mount("/new/", asgi, auth=public)
    app.mount("/old/", wsgi, auth=public)

    @app.get("/new/own")
    def own() -> str:
        return "own"

    return app


def test_an_application_sees_its_place() -> None:
    """ASGI has the whole path and `root_path`; WSGI has `SCRIPT_NAME` and the rest in `PATH_INFO`."""
    with Client(site()) as client:
        assert client.get("/new/a/b").text == "GET /new /new/a/b "
        assert client.post("/new/", content=b"x").text == "POST /new /new/ x"
        assert client.get("/old/a/b").text == "GET /old /a/b "
        assert client.post("/old/", content=b"x").text == "POST /old / x"


def test_routes_of_the_site_come_first() -> None:
    """A route below the prefix answers its own methods; all else there is the application's."""
    with Client(site()) as client:
        assert client.get("/new/own").text == "own"
        assert client.post("/new/own").text.startswith("POST /new")
        assert client.get("/elsewhere").status_code == 404


def test_a_prefix_without_its_slash_is_redirected_without_python() -> None:
    """The engine sends the client to the prefix with a slash; the query stays."""
    with Client(site()) as client:
        response = client.get("/old?x=1")
        assert (response.status_code, response.headers["location"]) == (301, "/old/?x=1")
        assert client.python_calls == 0


@pytest.mark.parametrize("path", ["/new/x", "/old/x"])
def test_middleware_of_the_site_is_around_applications(path) -> None:
    """Python middleware sees the request before the application and its answer after it, and may turn it away."""
    app = site()

    @app.middleware
    async def watch(request: Request, call_next):
        if "x-stranger" in request.headers:
            raise HTTPException(403, "no")
        response = await call_next(request)
        response.headers["x-watched"] = response.headers["x-from"]
        return response

    with Client(app) as client:
        response = client.post(path, content=b"body")
        assert response.text.startswith("POST")
        assert response.text.endswith("body")
        assert response.headers["x-watched"] == response.headers["x-from"]
        assert client.get(path, headers={"x-stranger": "yes"}).status_code == 403


@pytest.mark.parametrize("octets", [b"\xe9", "é".encode()])
def test_octets_of_a_header_pass_middleware(octets) -> None:
    """What an application sends in a header leaves as it is, be it UTF-8 or not, with middleware around it."""

    async def named(scope, receive, send) -> None:
        await send({"type": "http.response.start", "status": 200, "headers": [(b"x-name", octets)]})
        await send({"type": "http.response.body", "body": b"ok"})

    app = Vase(auth=public)
    app.mount("/inner/", named)

    @app.middleware
    async def watch(request: Request, call_next):
        return await call_next(request)

    with Client(app) as client:
        assert client.get("/inner/").headers["x-name"] == octets.decode("latin-1")


@pytest.mark.parametrize("inner", [asgi, wsgi])
def test_guards_and_dependencies_reach_applications(inner) -> None:
    """`auth=` and the dependencies of a router run before the application, as before any handler."""
    seen = []

    def user(request: Request) -> str:
        if request.headers.get("x-user") is None:
            raise Unauthorized
        return "somebody"

    def note(request: Request) -> None:
        seen.append(request.path)

    app = Vase()
    router = Router(prefix="/tools", dependencies=[Depends(note)])
    router.mount("/inner/", inner, auth=user)
    app.include(router)
    with Client(app) as client:
        assert client.get("/tools/inner/x").status_code == 401
        assert client.get("/tools/inner/x", headers={"x-user": "1"}).status_code == 200
    assert seen == ["/tools/inner/x"]


def test_a_streaming_application_inside_of_middleware() -> None:
    """An answer in pieces passes middleware in pieces, and its end is its end."""

    async def pieces(scope, receive, send):
        if scope["type"] != "http":
            return
        await send({"type": "http.response.start", "status": 200, "headers": [(b"x-from", b"pieces")]})
        for number in range(20):
            await send({"type": "http.response.body", "body": b"%d " % number, "more_body": True})
        await send({"type": "http.response.body"})

    app = Vase()
    app.mount("/", pieces)

    @app.middleware
    async def watch(request: Request, call_next):
        return await call_next(request)

    with Client(app) as client:
        assert client.get("/").text.split() == [str(number) for number in range(20)]


def test_mounts_stand_in_a_url_conf() -> None:
    """`mount()` is an entry of `urlpatterns`, also below a prefix."""
    from vase.urls import compile_urls, include, path

    table = compile_urls([path("shop/", include([mount("legacy/", asgi)]))])
    assert [found.prefix for found in table.mounts] == ["/shop/legacy/"]
    assert table.faults == ()


def test_mistakes_are_found_before_the_socket_opens() -> None:
    """A prefix with parameters, a taken prefix, and what is no application: told at once, each with its line."""
    app = Vase()
    app.mount("/<tenant>/", asgi)
    app.mount("/twice/", asgi)
    app.mount("/twice/", wsgi)
    app.mount("/nothing/", lambda: None)
    with pytest.raises(ConfigurationError) as caught:
        app.ensure_valid()
    told = caught.value.render()
    for code in ("urls.E030", "urls.E031", "hosting.E002"):
        assert code in told
    places = [line for line in told.splitlines() if "test_mount.py" in line and ": error[" in line]
    assert len(places) == 3


def test_a_failure_of_an_application_is_the_sites_failure() -> None:
    """The error answers of the site, its log and its observers serve mounted applications, too."""

    async def broken(scope, receive, send):
        raise ValueError("on purpose")

    app = Vase()
    app.mount("/", broken)
    with Client(app) as client, pytest.raises(ValueError, match="on purpose"):
        client.get("/")
    with Client(app, raise_server_exceptions=False) as client:
        assert client.get("/").status_code == 500
