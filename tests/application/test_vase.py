"""The one-file application: everything that hangs on `app`."""

import asyncio
import threading
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Annotated

import pytest

from vase import Depends, HTTPException, JSONResponse, NotFound, Request, Response, Router, Vase, inline, render
from vase.application import ApplicationError
from vase.conf import Settings
from vase.exceptions import ConfigurationError
from vase.http import RequestValidationError
from vase.middleware import CallNext
from vase.testing import Client
from vase.urls import URLResolver


def test_a_decorator_for_each_method() -> None:
    """`@app.get` and the others register a handler for their method; `@app.route` for several."""
    app = Vase()
    for method in ("get", "post", "put", "patch", "delete"):

        def handler(request: Request) -> str:
            return request.method

        getattr(app, method)(f"/{method}")(handler)

    @app.route("/two", methods=["GET", "POST"])
    def two(request: Request) -> str:
        return request.method

    with Client(app) as client:
        for method in ("get", "post", "put", "patch", "delete"):
            assert client.request(method, f"/{method}").text == method.upper()
        assert [client.get("/two").text, client.post("/two").text, client.put("/two").status_code] == [
            "GET",
            "POST",
            405,
        ]


def test_both_ways_of_writing_a_path() -> None:
    """`<int:id>` and `{id:int}` are the same; a bare name takes its converter from the annotation."""
    app = Vase()

    @app.get("/a/<int:number>/<word>")
    @app.get("/b/{number:int}/{word}")
    def both(number: int, word: str) -> list[object]:
        return [number, word]

    @app.get("/c/<number>")
    @app.get("/d/{number}")
    def bare(number: int) -> int:
        return number

    with Client(app) as client:
        assert client.get("/a/1/x").json() == client.get("/b/1/x").json() == [1, "x"]
        assert client.get("/c/7").json() == client.get("/d/7").json() == 7
        assert {client.get(f"/{letter}/x").status_code for letter in "cd"} == {404}


def test_the_order_of_middleware() -> None:
    """The first one added is the outermost; one that answers early keeps the others and the handler from running."""
    app, seen = Vase(), []

    @app.middleware
    async def outer(request: Request, call_next: CallNext) -> Response:
        seen.append("outer")
        response = await call_next(request)
        response.headers["x-outer"] = "yes"
        return response

    @app.middleware
    async def guard(request: Request, call_next: CallNext) -> Response:
        seen.append("guard")
        if "x-key" not in request.headers:
            return JSONResponse({"detail": "no key"}, status_code=401)
        return await call_next(request)

    @app.middleware
    async def inner(request: Request, call_next: CallNext) -> Response:
        seen.append("inner")
        return await call_next(request)

    @app.get("/")
    async def home() -> str:
        seen.append("home")
        return "home"

    with Client(app) as client:
        assert client.get("/", headers={"x-key": "1"}).text == "home"
        assert seen == ["outer", "guard", "inner", "home"]
        seen.clear()
        early = client.get("/")
    assert (early.status_code, early.headers["x-outer"], seen) == (401, "yes", ["outer", "guard"])


class OutOfStock(Exception):  # noqa: N818  # named as a site would name it
    pass


class SoldOut(OutOfStock):
    pass


def shop() -> Vase:
    app = Vase()

    @app.get("/out")
    async def out() -> str:
        raise OutOfStock("none left")

    @app.get("/sold")
    def sold() -> str:
        raise SoldOut("the last one")

    @app.get("/lost")
    async def lost() -> str:
        raise NotFound("lost")

    return app


def test_exception_handlers() -> None:
    """The nearest class answers, for every kind of handler, inside of middleware too."""
    app = shop()

    @app.middleware
    async def mark(request: Request, call_next: CallNext) -> Response:
        response = await call_next(request)
        response.headers["x-mark"] = "yes"
        return response

    @app.exception_handler(OutOfStock)
    def out(request: Request, exception: OutOfStock) -> Response:
        return JSONResponse({"path": request.path, "detail": str(exception)}, status_code=409)

    @app.exception_handler(SoldOut)
    def sold(request: Request, exception: SoldOut) -> Response:
        return JSONResponse({"gone": True}, status_code=410)

    @app.exception_handler(HTTPException)
    def other(request: Request, exception: HTTPException) -> Response:
        return JSONResponse({"status": exception.status_code}, status_code=exception.status_code)

    with Client(app) as client:
        answer = client.get("/out")
        assert (answer.status_code, answer.json()) == (409, {"path": "/out", "detail": "none left"})
        assert answer.headers["x-mark"] == "yes"
        assert (client.get("/sold").status_code, client.get("/sold").json()) == (410, {"gone": True})
        assert client.get("/lost").json() == {"status": 404}


def test_an_exception_handler_may_raise() -> None:
    """An `HTTPException` out of it is an answer; anything else is a 500 that the log and the test see."""
    app = shop()

    @app.exception_handler(OutOfStock)
    def out(request: Request, exception: OutOfStock) -> Response:
        raise HTTPException(503, "later")

    @app.exception_handler(SoldOut)
    def sold(request: Request, exception: SoldOut) -> Response:
        raise LookupError("wrong twice")

    with Client(app) as client:
        assert client.get("/out").status_code == 503
        with pytest.raises(LookupError, match="wrong twice"):
            client.get("/sold")
    with Client(app, raise_server_exceptions=False) as client:
        assert client.get("/sold").status_code == 500


def failing() -> Vase:
    """A site whose handlers of every kind fail."""
    app = Vase()

    async def dependency() -> None:
        await asyncio.sleep(0)
        raise OutOfStock("asked too late")

    @app.get("/coroutine")
    async def coroutine() -> str:
        raise OutOfStock("coroutine")

    @app.get("/task")
    async def task() -> str:
        await asyncio.sleep(0.001)
        raise OutOfStock("task")

    @app.get("/thread")
    def thread() -> str:
        raise OutOfStock("thread")

    @app.get("/inline")
    @inline
    def in_place() -> str:
        raise OutOfStock("inline")

    @app.get("/dependency", dependencies=[Depends(dependency)])
    async def depends() -> str:
        return "never"

    return app


@pytest.mark.parametrize("has_middleware", [False, True])
@pytest.mark.parametrize("path", ["coroutine", "task", "thread", "inline", "dependency"])
def test_an_exception_handler_may_wait(path: str, has_middleware: bool) -> None:
    """An `async def` is awaited on the loop, wherever the handler ran; its value becomes an answer as from a view."""
    app = failing()
    threads: list[str] = []

    if has_middleware:

        @app.middleware
        async def mark(request: Request, call_next: CallNext) -> Response:
            response = await call_next(request)
            response.headers["x-mark"] = "yes"
            return response

    @app.exception_handler(OutOfStock)
    async def out(request: Request, exception: OutOfStock) -> dict[str, str]:
        await asyncio.sleep(0.001)
        threads.append(threading.current_thread().name)
        return {"path": request.path, "detail": str(exception)}

    with Client(app) as client:
        answer = client.get(f"/{path}")
    expected = "asked too late" if path == "dependency" else path
    assert (answer.status_code, answer.json()) == (200, {"path": f"/{path}", "detail": expected})
    assert answer.headers.get("x-mark") == ("yes" if has_middleware else None)
    assert threads == ["MainThread"]


@pytest.mark.parametrize("path", ["task", "thread"])
def test_an_exception_handler_that_waits_may_raise(path: str) -> None:
    """It is like a plain one: an `HTTPException` is an answer, anything else a 500 that the test sees."""
    app = failing()
    raised: list[Exception] = [HTTPException(503, "later"), LookupError("wrong twice")]

    @app.exception_handler(OutOfStock)
    async def out(request: Request, exception: OutOfStock) -> Response:
        await asyncio.sleep(0)
        raise raised.pop(0)

    with Client(app) as client:
        assert client.get(f"/{path}").status_code == 503
        with pytest.raises(LookupError, match="wrong twice"):
            client.get(f"/{path}")


def test_an_exception_handler_of_faults_may_wait() -> None:
    """The answer to a request that does not fit is made by it as well."""
    app = Vase()

    @app.post("/numbers")
    async def numbers(data: list[int]) -> int:
        return sum(data)

    @app.exception_handler(RequestValidationError)
    async def refused(request: Request, exception: RequestValidationError) -> Response:
        await asyncio.sleep(0)
        return JSONResponse([fault["path"] for fault in exception.errors()], status_code=400)

    with Client(app) as client:
        answer = client.post("/numbers", json=[1, "x", None])
    assert (answer.status_code, answer.json()) == (400, ["body[1]", "body[2]"])


def test_an_exception_handler_is_for_exceptions() -> None:
    """A status is no class of exceptions."""
    with pytest.raises(ApplicationError, match="not for `404`") as refused:
        Vase().exception_handler(404)(lambda *_: Response())  # type: ignore[arg-type]
    assert refused.value.code == "application.E002"


class Clock:
    def now(self) -> str:
        return "today"


class StoppedClock(Clock):
    def now(self) -> str:
        return "yesterday"


def greeting() -> str:
    return "hello"


def test_providers_and_overrides() -> None:
    """A type is provided by `app.providers`; a client that exists already sees an override, and its end."""
    app = Vase()
    app.providers[Clock] = Clock

    @app.get("/")
    def home(clock: Clock, word: Annotated[str, Depends(greeting)]) -> str:
        return f"{word} {clock.now()}"

    with Client(app) as client:
        assert client.get("/").text == "hello today"
        app.dependency_overrides[greeting] = lambda: "bye"
        assert client.get("/").text == "bye today"
        with app.providers.override(Clock, StoppedClock):
            assert client.get("/").text == "bye yesterday"
        app.dependency_overrides.clear()
        assert client.get("/").text == "hello today"
        app.providers[Clock] = StoppedClock
        assert client.get("/").text == "hello yesterday"


def test_the_application_provides_itself() -> None:
    """A handler asks for the application, its settings or its names of routes by their types."""
    app = Vase(settings={"TIME_ZONE": "Europe/Vienna"})

    @app.get("/", name="home")
    def home(site: Vase, settings: Settings, resolver: URLResolver, request: Request) -> list[object]:
        return [site is app, request.app is app, settings.TIME_ZONE, resolver.reverse("home")]

    with Client(app) as client:
        assert client.get("/").json() == [True, True, "Europe/Vienna", "/"]


def test_the_lifespan() -> None:
    """It starts before the first request, stops after the last, and is given the application."""
    seen: list[object] = []

    @asynccontextmanager
    async def lifespan(app: Vase) -> AsyncIterator[None]:
        seen.append(app)
        yield
        seen.append("stop")

    app = Vase(lifespan=lifespan)

    @app.get("/")
    def home() -> str:
        seen.append("request")
        return "home"

    with Client(app) as client:
        client.get("/")
    assert seen == [app, "request", "stop"]


def test_a_lifespan_that_cannot_start() -> None:
    """What it raises comes out of the start; there is nothing to stop then."""

    @asynccontextmanager
    async def lifespan(app: Vase) -> AsyncIterator[None]:
        raise RuntimeError("no connection")
        yield

    app = Vase(lifespan=lifespan)
    client = Client(app)
    with pytest.raises(RuntimeError, match="no connection"), client:
        pass


def test_names_and_paths() -> None:
    """`app.reverse` makes paths of names, those of included routers with their namespace."""
    app, articles = Vase(), Router(prefix="/articles", namespace="articles")

    @articles.get("/{slug:slug}", name="detail")
    def detail(slug: str) -> str:
        return slug

    app.include(articles)
    assert app.reverse("articles:detail", slug="a-b") == "/articles/a-b"
    assert [route.path for route in app.routes()] == ["/articles/{slug:slug}"]


def test_templates_and_static_files(tmp_path: Path) -> None:
    """Directories that the settings name are searched; static files never reach Python."""
    for name, text in {"templates/hello.html": "<p>{{ name }}</p>", "static/site.css": "p {}"}.items():
        (tmp_path / name).parent.mkdir()
        (tmp_path / name).write_text(text)
    app = Vase(
        settings={
            "TEMPLATES": [{"dirs": [str(tmp_path / "templates")]}],
            "STATICFILES_DIRS": [str(tmp_path / "static"), str(tmp_path / "missing")],
        }
    )

    @app.get("/{name}")
    def hello(request: Request, name: str) -> Response:
        return render(request, "hello.html", {"name": name})

    assert app.static_roots() == [tmp_path / "static"]
    with Client(app) as client:
        assert client.get("/<b>").text == "<p>&lt;b&gt;</p>"
        calls = client.python_calls
        file = client.get("/static/site.css")
        assert (file.text, file.headers["content-type"].partition(";")[0]) == ("p {}", "text/css")
        assert client.python_calls == calls


def test_two_applications_in_one_process() -> None:
    """Nothing is global: each has its routes, settings and overrides."""
    first, second = Vase(settings={"TIME_ZONE": "UTC"}), Vase(settings={"TIME_ZONE": "Europe/Vienna"})
    for app in (first, second):

        @app.get("/")
        def home(settings: Settings) -> str:
            return settings.TIME_ZONE

    with Client(first) as one, Client(second) as two:
        assert (one.get("/").text, two.get("/").text) == ("UTC", "Europe/Vienna")


def test_an_application_with_faults_does_not_run() -> None:
    """Whatever needs the engine refuses to go on, with all faults."""
    app = Vase(settings={"DEBGU": True, "TIME_ZONE": "Mars"})
    with pytest.raises(ConfigurationError) as refused:
        app.ensure_valid()
    assert "DEBGU" in str(refused.value.render())
    assert "Mars" in str(refused.value.render())
    with pytest.raises(ConfigurationError):
        Client(app)


def test_what_is_registered_later_is_there_at_the_next_start() -> None:
    """A notebook or a test adds a route and middleware to an application that has answered before."""
    app = Vase()

    @app.get("/first")
    def first() -> str:
        return "first"

    with Client(app) as client:
        assert client.get("/second").status_code == 404

    @app.get("/second")
    def second() -> str:
        return "second"

    with Client(app) as client:
        assert client.get("/second").text == "second"

    @app.middleware
    async def shout(request: Request, call_next: CallNext) -> Response:
        response = await call_next(request)
        response.headers["x-loud"] = "yes"
        return response

    with Client(app) as client:
        assert client.get("/first").headers["x-loud"] == "yes"
