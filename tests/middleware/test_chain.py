"""A chain of middleware: outermost first, early answers, and answers instead of exceptions."""

import asyncio
import functools
import inspect
import re
import threading
from types import SimpleNamespace
from typing import Any

import pytest

from vase import Vase
from vase.http import HTTPException, JSONResponse, NotFound, PlainTextResponse, Request, Response, problem_response
from vase.middleware import CallNext, Middleware, MiddlewareError, answering, compose, form_of
from vase.testing import Client
from vase.urls import include, path
from vase.views import Controller, Router, get


def named(name: str) -> Middleware:
    async def add(request: Request, call_next: CallNext) -> Response:
        request.state.setdefault("order", []).append(name)
        response = await call_next(request)
        response.headers.add("x-out", name)
        return response

    return add


class Counting:
    made = 0

    def __init__(self, call_next: CallNext) -> None:
        type(self).made += 1
        self.call_next = call_next

    async def __call__(self, request: Request) -> Response:
        response = await self.call_next(request)
        response.headers["x-counted"] = "yes"
        return response


async def turn_away(request: Request, call_next: CallNext) -> Response:
    return PlainTextResponse("not today", 403)


async def ends(request: Request) -> Response:
    return PlainTextResponse("end")


def request() -> Any:
    return SimpleNamespace(state={})


def run(chain: CallNext, given: Any = None) -> Response:
    async def main() -> Response:
        return await chain(given or request())

    return asyncio.run(main())


def test_an_empty_chain_is_the_handler():
    """Without middleware nothing is put around the handler."""
    assert compose([], ends) is ends


def test_the_first_is_the_outermost():
    """The first middleware sees the request first and the answer last."""
    given = request()
    response = run(compose([named("a"), named("b"), named("c")], ends), given)
    assert given.state["order"] == ["a", "b", "c"]
    assert response.headers.getlist("x-out") == ["c", "b", "a"]


def test_an_early_answer():
    """A middleware that does not ask the rest answers by itself; those around see its answer."""
    given = request()
    response = run(compose([named("a"), turn_away, named("b")], ends), given)
    assert response.status_code == 403
    assert given.state["order"] == ["a"]
    assert response.headers.getlist("x-out") == ["a"]


def test_a_class_is_made_once():
    """The class form is made when the chain is, not for each request."""
    Counting.made = 0
    chain = compose([Counting, named("b")], ends)
    assert Counting.made == 1
    for _ in range(3):
        assert run(chain).headers["x-counted"] == "yes"
    assert Counting.made == 1


def test_a_factory_and_an_object():
    """A function that makes the callable, a partial of a class and an object with `__call__` are middleware too."""

    def factory(call_next: CallNext) -> CallNext:
        async def inner(request: Request, /) -> Response:
            response = await call_next(request)
            response.headers["x-factory"] = "yes"
            return response

        return inner

    class Configured(Counting):
        def __init__(self, call_next: CallNext, *, value: str) -> None:
            super().__init__(call_next)
            self.value = value

        async def __call__(self, request: Request) -> Response:
            response = await super().__call__(request)
            response.headers["x-value"] = self.value
            return response

    class Object:
        async def __call__(self, request: Request, call_next: CallNext) -> Response:
            response = await call_next(request)
            response.headers["x-object"] = "yes"
            return response

    response = run(compose([factory, functools.partial(Configured, value="7"), Object()], ends))
    assert dict(response.headers) == {
        "content-type": "text/plain; charset=utf-8",
        "x-object": "yes",
        "x-counted": "yes",
        "x-value": "7",
        "x-factory": "yes",
    }


def test_the_chain_is_a_coroutine_function():
    """What is composed can be told for a coroutine function, so that it is run as one."""
    assert inspect.iscoroutinefunction(compose([named("a")], ends))


@pytest.mark.parametrize(
    ("middleware", "reason"),
    [
        (7, "`7` is no middleware: it cannot be called"),
        (lambda: None, "it takes 0 arguments"),
        (lambda _a, _b, _c: None, "it takes 3 arguments"),
        (lambda _request, _call_next: None, "it is a plain `def`"),
        (ends, "it takes no `call_next`"),
        (type("NoArguments", (), {}), "a class is given `call_next` and nothing else"),
    ],
)
def test_what_is_no_middleware(middleware: Any, reason: str):
    """What is written in neither form is refused when the chain is made, with the reason."""
    with pytest.raises(MiddlewareError, match=re.escape(reason)) as caught:
        compose([middleware], ends)
    assert caught.value.code == "middleware.E003"


def test_a_class_that_makes_nothing():
    """A factory that forgets to return is refused when the chain is made."""

    def forgets(call_next: CallNext) -> None:
        pass

    with pytest.raises(MiddlewareError, match="it made `None`, which cannot be called"):
        compose([forgets], ends)  # type: ignore[list-item]


def test_forms():
    """The number of arguments tells the form; a `*args` is a function."""

    async def anything(*args: Any) -> Response:
        answer: Response = await args[1](args[0])
        return answer

    assert form_of(anything) == "function"
    assert form_of(Counting) == "factory"
    assert run(compose([anything], ends)).body == "end"


def on_error(request: Request, error: BaseException) -> Response:
    return problem_response(error)


def test_exceptions_become_answers_inside():
    """What a handler raises is an answer before middleware sees it, so its headers are there on errors too."""

    async def fails(request: Request) -> Response:
        raise NotFound("no")

    response = run(compose([named("a")], answering(fails, on_error=on_error)))
    assert response.status_code == 404
    assert response.headers["x-out"] == "a"


def test_exceptions_of_middleware_pass_outwards():
    """What a middleware raises is an exception for those around it."""
    seen = list[BaseException]()

    async def watches(request: Request, call_next: CallNext) -> Response:
        try:
            return await call_next(request)
        except HTTPException as error:
            seen.append(error)
            raise

    async def fails(request: Request, call_next: CallNext) -> Response:
        raise HTTPException(418)

    with pytest.raises(HTTPException):
        run(compose([watches, fails], ends))
    assert len(seen) == 1


def test_cancelling_is_no_answer():
    """A request that is cancelled is not answered with an error."""

    async def waits(request: Request) -> Response:
        await asyncio.sleep(10)
        return Response()

    async def main() -> None:
        task = asyncio.ensure_future(answering(waits, on_error=on_error)(request()))
        await asyncio.sleep(0)
        task.cancel()
        with pytest.raises(asyncio.CancelledError):
            await task

    asyncio.run(main())


@pytest.mark.parametrize("mode", ["async", "thread", "inline"])
def test_handlers_of_all_kinds(mode: Any):
    """A handler is awaited, run in a thread, or called in place; its plain value becomes an answer."""
    threads = list[int]()

    def plain(request: Request) -> dict[str, int]:
        threads.append(threading.get_ident())
        return {"a": 1}

    async def waiting(request: Request) -> dict[str, int]:
        return plain(request)

    handler = waiting if mode == "async" else plain
    response = run(answering(handler, on_error=on_error, mode=mode, status_code=201))
    assert (response.status_code, response.body) == (201, b'{"a":1}')
    assert (threads[0] == threading.get_ident()) is (mode != "thread")


def test_the_order_of_a_whole_application():
    """Middleware of the application stands around that of routers, that around the class, that around the handler."""
    app = Vase()
    router = Router(prefix="/r", middleware=[named("router")])

    class Things(Controller):
        prefix = "/c"
        middleware = [named("class")]  # noqa: RUF012  # as users write it

        @get("/", middleware=[named("handler")])
        async def show(self, request: Request) -> JSONResponse:
            return JSONResponse(request.state["order"])

    router.include(Things)
    app.include(include([path("m/", include(router), middleware=[named("mount")])]))
    app.middleware(named("application"))
    with Client(app) as client:
        response = client.get("/m/r/c/")
    assert response.json() == ["application", "mount", "router", "class", "handler"]


def test_errors_pass_middleware_as_answers():
    """In a whole application, an answer to a failure has what middleware adds, for `def` and `async def` alike."""
    app = Vase()
    app.middleware(named("a"))

    @app.get("/sync")
    def sync() -> str:
        raise NotFound("no")

    @app.get("/async")
    async def asynchronous() -> str:
        raise RuntimeError("hidden")

    with Client(app, raise_server_exceptions=False) as client:
        for url, status in (("/sync", 404), ("/async", 500)):
            response = client.get(url)
            assert response.status_code == status
            assert response.headers["x-out"] == "a"
            assert "hidden" not in response.text
