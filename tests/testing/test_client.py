"""The client without a socket: what it sends, what it keeps, what it raises."""

import asyncio
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager

import pytest

from vase import HTTPException, JSONResponse, RedirectResponse, Request, Response, Router, Vase
from vase.loop import EventLoop
from vase.testing import AsyncClient, Client

router = Router()


@router.route("/echo", methods=["GET", "POST", "PUT", "PATCH", "DELETE", "OPTIONS", "HEAD"])
async def echo(request: Request) -> dict[str, object]:
    return {
        "method": request.method,
        "query": request.query_string,
        "body": (await request.body()).decode(),
        "type": request.headers.get("content-type"),
        "length": request.headers.get("content-length"),
        "cookies": request.cookies,
        "agent": request.headers.get("user-agent"),
        "host": request.host,
        "language": request.headers.get("accept-language"),
    }


@router.get("/said/{words}")
async def said(words: str) -> str:
    return words


@router.get("/sign-in")
async def sign_in() -> Response:
    response = JSONResponse({})
    response.set_cookie("session", "abc")
    response.set_cookie("theme", "dark")
    return response


@router.get("/sign-out")
async def sign_out() -> Response:
    response = JSONResponse({})
    response.delete_cookie("session")
    return response


@router.route("/moved", methods=["GET", "POST"])
async def moved(status: int, to: str = "/echo") -> RedirectResponse:
    return RedirectResponse(to, status_code=status)


@router.get("/circle")
async def circle() -> RedirectResponse:
    return RedirectResponse("/circle")


@router.get("/broken")
async def broken() -> str:
    raise RuntimeError("broken on purpose")


@router.get("/refused")
async def refused() -> str:
    raise HTTPException(409, "not now")


def make_app() -> Vase:
    app = Vase()
    app.include(router)
    return app


@pytest.fixture
def client() -> Iterator[Client]:
    with Client(make_app()) as one:
        yield one


def test_parameters(client: Client) -> None:
    """`params` follow the query of the URL; a list repeats its name; pairs keep their order."""
    assert client.get("/echo?a=1", params={"b": [2, 3], "c": "ä &"}).json()["query"] == "a=1&b=2&b=3&c=%C3%A4+%26"
    assert client.get("/echo", params=[("b", 1), ("a", 2)]).json()["query"] == "b=1&a=2"


def test_addresses_are_encoded(client: Client) -> None:
    """A path may be written as a reader sees it; what is encoded already stays so."""
    for path in ("/said/grüß <dich>", "/said/gr%C3%BC%C3%9F%20%3Cdich%3E"):
        assert client.get(path).text == "grüß <dich>"
    assert client.get("/echo?a=ä b").json()["query"] == "a=%C3%A4%20b"


@pytest.mark.parametrize(
    ("options", "body", "media_type"),
    [
        ({"json": {"name": "ä"}}, '{"name":"ä"}', "application/json"),
        ({"json": None}, "null", "application/json"),
        ({"data": {"a": [1, 2], "b": "x y"}}, "a=1&a=2&b=x+y", "application/x-www-form-urlencoded"),
        ({"content": "plain ä"}, "plain ä", None),
        ({"content": b"bytes"}, "bytes", None),
        ({"content": "a,b", "headers": {"Content-Type": "text/csv"}}, "a,b", "text/csv"),
        ({}, "", None),
    ],
)
def test_bodies(client: Client, options, body, media_type) -> None:
    """Each way of giving a body sends its bytes, their type and their length."""
    seen = client.post("/echo", **options).json()
    assert (seen["body"], seen["type"], seen["length"]) == (body, media_type, str(len(body.encode())))


def test_methods(client: Client) -> None:
    """Each method has a function; a HEAD has no body; OPTIONS reaches a handler that asks for it."""
    for method in ("get", "post", "put", "patch", "delete", "options"):
        assert getattr(client, method)("/echo").json()["method"] == method.upper()
    head = client.head("/echo")
    assert (head.status_code, head.content) == (200, b"")


def test_cookies_are_kept_and_dropped(client: Client) -> None:
    """What an answer sets goes out with every later request, until an answer takes it away or the test does."""
    client.get("/sign-in")
    assert client.cookies == {"session": "abc", "theme": "dark"}
    assert client.get("/echo").json()["cookies"] == {"session": "abc", "theme": "dark"}
    client.get("/sign-out")
    assert client.get("/echo").json()["cookies"] == {"theme": "dark"}
    client.cookies.clear()
    client.cookies["mine"] = "1"
    assert client.get("/echo").json()["cookies"] == {"mine": "1"}


def test_clients_share_no_cookies(client: Client) -> None:
    """Two clients are two browsers."""
    client.get("/sign-in")
    with Client(client.app) as other:
        assert other.get("/echo").json()["cookies"] == {}


def test_headers(client: Client) -> None:
    """Headers of the client go with every request; those of one request are stronger; names have any case."""
    client.headers["user-agent"] = "first"
    assert client.get("/echo").json()["agent"] == "first"
    assert client.get("/echo", headers={"User-Agent": "second"}).json()["agent"] == "second"
    with Client(client.app, headers={"Accept-Language": "de"}) as german:
        assert german.get("/echo").json()["language"] == "de"


def test_the_host(client: Client) -> None:
    """A path is asked of a host that the site allows; a whole URL of its own."""
    assert client.get("/echo").json()["host"] == "localhost"
    assert client.get("http://shop.example/echo").json()["host"] == "shop.example"


def test_redirects_are_followed_only_when_asked(client: Client) -> None:
    """A redirect is an answer like others."""
    response = client.get("/moved?status=302")
    assert (response.status_code, response.headers["location"]) == (302, "/echo")
    assert client.get("/moved?status=302", follow_redirects=True).json()["method"] == "GET"


@pytest.mark.parametrize(
    ("status", "method", "body"),
    [(301, "GET", ""), (302, "GET", ""), (303, "GET", ""), (307, "POST", "1"), (308, "POST", "1")],
)
def test_what_a_redirect_does_to_a_post(client: Client, status: int, method: str, body: str) -> None:
    """A POST becomes a GET without its body after 301, 302 and 303, and stays itself after 307 and 308."""
    seen = client.post("/moved", params={"status": status}, json=1, follow_redirects=True).json()
    assert (seen["method"], seen["body"], seen["query"]) == (method, body, "")


def test_a_relative_redirect(client: Client) -> None:
    """A location may be relative to the address that answered."""
    response = client.get("/moved", params={"status": 302, "to": "echo?a=1"}, follow_redirects=True)
    assert response.json()["query"] == "a=1"


def test_a_circle_of_redirects_ends(client: Client) -> None:
    """A circle is a failure of the test, not a test that never ends."""
    with pytest.raises(AssertionError, match="more than 20 redirects, the last to /circle"):
        client.get("/circle", follow_redirects=True)


def test_exceptions_are_raised_in_the_test(client: Client) -> None:
    """What became a 500 is raised where the test is, with its traceback; the next request is not bothered."""
    with pytest.raises(RuntimeError, match="broken on purpose") as raised:
        client.get("/broken")
    assert raised.traceback[-1].name == "broken"
    assert client.get("/refused").status_code == 409
    assert client.get("/echo").status_code == 200


def test_exceptions_as_answers(client: Client) -> None:
    """A test that is about the answer turns the raising off; clients do not hear each other's failures."""
    with Client(client.app, raise_server_exceptions=False) as calm:
        assert calm.get("/broken").status_code == 500
    assert client.get("/echo").status_code == 200


def test_an_answered_exception_is_not_raised() -> None:
    """What an exception handler answers is no failure, unless it answers with a 500."""
    app = make_app()
    status = 409

    @app.exception_handler(RuntimeError)
    def answer(request: Request, exception: RuntimeError) -> Response:
        return JSONResponse({"detail": str(exception)}, status_code=status)

    with Client(app) as client:
        assert client.get("/broken").json() == {"detail": "broken on purpose"}
        status = 500
        with pytest.raises(RuntimeError):
            client.get("/broken")


def test_the_counter_of_python_calls(client: Client) -> None:
    """A request that the engine answers alone does not count."""
    client.get("/nothing")
    assert client.python_calls == 0
    client.get("/echo")
    assert client.python_calls == 1


def test_the_lifespan_runs_around_the_block() -> None:
    """A client as a context manager starts and stops the application; without, `lifespan()` does."""
    seen: list[str] = []

    @asynccontextmanager
    async def lifespan(app: Vase) -> AsyncIterator[None]:
        seen.append("start")
        yield
        seen.append("stop")

    app = Vase(lifespan=lifespan)
    with Client(app):
        assert seen == ["start"]
    assert seen == ["start", "stop"]
    client = Client(app)
    assert seen == ["start", "stop"]
    with client.lifespan() as same:
        assert same is client
        assert seen == ["start", "stop", "start"]
    assert seen == ["start", "stop"] * 2
    client.close()


def test_the_async_client() -> None:
    """Several requests are under way at once on the loop of the test."""
    app = make_app()

    async def main() -> list[str]:
        client = AsyncClient(app)
        answers = await asyncio.gather(*(client.get("/echo", params={"n": number}) for number in range(5)))
        return [answer.json()["query"] for answer in answers]

    with asyncio.Runner(loop_factory=EventLoop) as runner:
        assert runner.run(main()) == [f"n={number}" for number in range(5)]


def test_the_async_client_needs_the_loop() -> None:
    """On another loop the engine cannot run, and the message says what to take."""

    async def main() -> None:
        AsyncClient(make_app())

    with pytest.raises(RuntimeError, match="`async_client` fixture"):
        asyncio.run(main())
