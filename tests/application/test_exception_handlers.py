"""Exceptions of the routes of one router become answers that the router makes."""

from typing import ClassVar

import pytest

from vase import Controller, JSONResponse, Request, Response, Router, Vase
from vase.http import NotFound, RequestValidationError
from vase.testing import Client
from vase.views import get


class SoldOut(Exception):  # noqa: N818
    pass


class LastSoldOut(SoldOut):
    pass


def said(word: str, status: int = 409):
    def answer(request: Request, exception: Exception) -> Response:
        return JSONResponse({"said": word}, status)

    return answer


async def said_later(request: Request, exception: Exception) -> Response:
    return JSONResponse({"said": "later"}, 409)


def shop(has_middleware: bool) -> Vase:
    """Return a site in which each layer answers exceptions."""

    async def around(request: Request, call_next) -> Response:
        response = await call_next(request)
        response.headers["x-around"] = str(response.status_code)
        return response

    app = Vase()
    outer = Router("/shop", middleware=[around] if has_middleware else [])
    inner = Router("/tickets", exception_handlers={SoldOut: said("inner")})

    @inner.get("/sold")
    async def sold() -> str:
        raise LastSoldOut

    @inner.get("/own", exception_handlers={SoldOut: said_later})
    def own() -> str:
        raise SoldOut

    @inner.get("/other")
    def other() -> str:
        raise KeyError("x")

    @inner.get("/number/{n}")
    def number(n: str, count: int) -> int:
        return count

    @outer.exception_handler(KeyError)
    @outer.exception_handler(RequestValidationError)
    def outside(request: Request, exception: Exception) -> Response:
        return JSONResponse({"said": "outer", "path": request.path}, 418)

    @app.exception_handler(SoldOut)
    @app.exception_handler(NotFound)
    async def everywhere(request: Request, exception: Exception) -> Response:
        return JSONResponse({"said": "app"}, 410)

    @app.get("/sold")
    async def sold_here() -> str:
        raise LastSoldOut

    @outer.get("/missing")
    async def missing() -> str:
        raise NotFound

    outer.include(inner)
    app.include(outer)
    return app


@pytest.mark.parametrize("has_middleware", [False, True])
def test_the_nearest_handler_answers(has_middleware):
    """Route, router, routers around it, application: the first that knows a class of the exception answers."""
    with Client(shop(has_middleware)) as client:
        found = {
            url: (reply.status_code, reply.json()["said"])
            for url in ("/shop/tickets/sold", "/shop/tickets/own", "/shop/tickets/other", "/sold", "/shop/missing")
            for reply in [client.get(url)]
        }
        assert found == {
            "/shop/tickets/sold": (409, "inner"),
            "/shop/tickets/own": (409, "later"),
            "/shop/tickets/other": (418, "outer"),
            "/sold": (410, "app"),
            "/shop/missing": (410, "app"),
        }
        assert client.get("/shop/tickets/number/1?count=x").json()["said"] == "outer"
        assert client.get("/shop/tickets/number/1?count=7").json() == 7
        assert client.get("/shop/tickets/sold").headers.get("x-around") == ("409" if has_middleware else None)


def test_a_handler_may_raise_an_answer_and_may_fail():
    """An `HTTPException` out of a handler is an answer; any other failure is a 500."""

    def fails(request: Request, exception: Exception) -> Response:
        raise ZeroDivisionError

    def raises(request: Request, exception: Exception) -> Response:
        raise NotFound("gone")

    class Shop(Controller):
        prefix = "/shop"
        exception_handlers: ClassVar = {SoldOut: raises, KeyError: fails}

        @get("/sold")
        async def sold(self) -> str:
            raise SoldOut

        @get("/wrong")
        def wrong(self) -> str:
            raise KeyError

    app = Vase()
    app.include(Shop)
    with Client(app, raise_server_exceptions=False) as client:
        assert client.get("/shop/sold").json()["detail"] == "gone"
        assert client.get("/shop/wrong").status_code == 500


def test_a_handler_of_no_exception_is_told():
    """A status in place of a class, or a handler that cannot be called, fails `check`."""
    app = Vase()
    router = Router("/x", exception_handlers={404: said("x"), KeyError: "no"})  # type: ignore[dict-item]
    app.include(router)
    assert [(fault.code, fault.message) for fault in app.check()] == [
        ("urls.E050", "an exception handler of prefix `/x` is for `404`, which is no class of exceptions"),
        ("urls.E050", "the exception handler of prefix `/x` for `KeyError` is `no`"),
    ]
