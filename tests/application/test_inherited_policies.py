"""`throttle=`, `etag=` and their kin on routers, includes and controllers: for routes that do not say it themselves."""

from typing import Annotated, Any

import pytest

from vase import Controller, Header, Request, Router, Throttle, Vase, WebSocket, guard, public
from vase.testing import AsyncClient, Client, WebSocketDenialResponse
from vase.urls import Route, compile_urls, include, path
from vase.views import get, post


@guard(scheme="bearer")
def member(authorization: Annotated[str, Header()] = "") -> str | None:
    return authorization.removeprefix("Bearer ") or None


def by_tenant(request: Request) -> str:
    return request.headers.get("x-tenant", "")


def version() -> int:
    return 7


def home() -> str:
    return "home"


def compiled(*patterns: Any) -> list[Route]:
    table = compile_urls(patterns)
    assert table.faults == ()
    return [route.route for route in table.routes]


async def test_a_router_throttles_each_of_its_routes() -> None:
    """Each route counts for itself, in the core; the word of a route wins, and False is one."""
    router = Router("/shop", throttle="2/hour")
    router.get("/a")(lambda: "a")
    router.get("/b")(lambda: "b")
    router.get("/once", throttle="1/day")(lambda: "once")
    router.get("/free", throttle=False)(lambda: "free")
    app = Vase()
    app.include(router)
    app.get("/outside")(lambda: "outside")
    client = AsyncClient(app)

    async def asked(target: str) -> list[int]:
        return [(await client.get(target)).status_code for _ in range(3)]

    assert await asked("/shop/a") == await asked("/shop/b") == [200, 200, 429]
    assert await asked("/shop/once") == [200, 429, 429]
    assert await asked("/shop/free") == await asked("/outside") == [200, 200, 200]
    calls = client.python_calls
    assert (await client.get("/shop/a")).headers["ratelimit-policy"] == '"2/hour";q=2;w=3600'
    assert client.python_calls == calls


def test_the_nearest_word_wins() -> None:
    """A route before its router, that before the include around it; what nobody says is not there."""
    inner = Router("/inner", throttle="2/hour")
    inner.get("/said", throttle="3/hour")(home)
    inner.get("/unsaid")(home)
    outer = Router("/outer")
    outer.include(inner)
    outer.get("/")(home)
    silent = Router("/silent", throttle=False)
    silent.get("/")(home)
    found = compiled(
        path("v1/", include([*outer.as_routes(), *silent.as_routes()]), throttle="9/hour"), path("x", home)
    )
    assert [route.throttle for route in found] == ["3/hour", "2/hour", "9/hour", None, None]


def test_a_controller_has_them_as_attributes() -> None:
    """They hold for the endpoints of a subclass too."""

    class Base(Controller):
        throttle = "1/day"
        etag = version
        precondition_required = True

    class Lamps(Base):
        prefix = "/lamps"

        @get("/")
        async def show(self) -> str:
            return "lamp"

        @post("/")
        async def change(self) -> str:
            return "changed"

        @post("/free", throttle=False, precondition_required=False)
        async def free(self) -> str:
            return "free"

    app = Vase()
    app.include(Lamps)
    assert app.check() == []
    with Client(app) as client:
        first = client.get("/lamps/")
        assert (first.status_code, first.headers["etag"]) == (200, '"7"')
        assert client.get("/lamps/").status_code == 429
        assert client.post("/lamps/").status_code == 428
        assert [client.post("/lamps/free").status_code for _ in range(2)] == [200, 200]


def test_tags_of_bodies_are_for_those_who_read() -> None:
    """`etag=True` of a router is no fault of its other routes, and none of its sockets."""
    router = Router("/shop", etag="weak")
    router.get("/a")(lambda: "a")
    router.get("/plain", etag=False)(lambda: "plain")
    router.post("/a")(lambda: "changed")

    @router.websocket("/live")
    async def live(socket: WebSocket) -> None: ...

    app = Vase()
    app.include(router)
    assert app.check() == []
    with Client(app) as client:
        tag = client.get("/shop/a").headers["etag"]
        assert tag.startswith("W/")
        assert client.get("/shop/a", headers={"if-none-match": tag}).status_code == 304
        assert "etag" not in client.get("/shop/plain").headers
        assert client.post("/shop/a", headers={"if-match": '"x"'}).status_code == 200


def test_versions_of_a_dependency_are_for_all() -> None:
    """Those who read get 304, those who change must say what they change."""
    router = Router("/shop", etag=version, last_modified=None, precondition_required=True)
    router.get("/a")(lambda: "a")
    router.put("/a")(lambda: "changed")
    app = Vase()
    app.include(router)
    with Client(app) as client:
        assert client.get("/shop/a", headers={"if-none-match": '"7"'}).status_code == 304
        answers = [client.put("/shop/a", headers=headers) for headers in ({}, {"if-match": '"6"'}, {"if-match": '"7"'})]
        assert [answer.status_code for answer in answers] == [428, 412, 200]


def test_by_identity_behind_the_guard_of_the_router() -> None:
    """The guard may be inherited as well; each route counts each client."""
    router = Router("/shop", auth=member, throttle=Throttle("1/hour", by="identity"))
    router.get("/a")(lambda: "a")
    router.get("/b")(lambda: "b")
    app = Vase()
    app.include(router)
    with Client(app) as client:
        found = [
            client.get(target, headers={"authorization": f"Bearer {name}"}).status_code
            for target, name in (("/shop/a", "ann"), ("/shop/a", "bob"), ("/shop/b", "ann"), ("/shop/a", "ann"))
        ]
    assert found == [200, 200, 200, 429]


@pytest.mark.parametrize("throttle", [Throttle("1/hour", by=by_tenant), "1/hour"])
def test_sockets_are_throttled_at_the_handshake(throttle: Any) -> None:
    """In the core or by a dependency: the second handshake is answered with 429."""
    router = Router(throttle=throttle)

    @router.websocket("/live")
    async def live(socket: WebSocket) -> None:
        await socket.send("hello")

    app = Vase()
    app.include(router)
    with Client(app) as client:
        with client.websocket_connect("/live", headers={"x-tenant": "a"}) as socket:
            assert socket.receive() == "hello"
        with (
            pytest.raises(WebSocketDenialResponse) as denied,
            client.websocket_connect("/live", headers={"x-tenant": "a"}),
        ):
            pass
    assert denied.value.status_code == 429
    assert denied.value.response.headers["retry-after"] == "3600"


@pytest.mark.parametrize(
    ("options", "sentence"),
    [
        ({"throttle": "often"}, "`throttle='often'` of prefix `/shop`: `often` is no rate"),
        ({"etag": "strong"}, "`etag='strong'` of prefix `/shop`: it makes no tag"),
        ({"last_modified": 3}, "`last_modified=3` of prefix `/shop`: it cannot be called"),
    ],
)
def test_what_cannot_be_meant_is_told_once(options: Any, sentence: str) -> None:
    """With the line of the router, not once for each route."""
    router = Router("/shop", **options)
    router.get("/a")(home)
    router.get("/b")(home)
    app = Vase()
    app.include(router)
    (fault,) = app.check()
    assert (fault.code, fault.message) == ("urls.E040", sentence)
    assert fault.place is not None
    assert fault.place.file.endswith("test_inherited_policies.py")


@pytest.mark.parametrize(
    ("options", "hint"),
    [
        ({"throttle": Throttle("1/day", by="identity")}, "throttle=False"),
        ({"precondition_required": True}, "precondition_required=False"),
    ],
)
def test_a_route_that_cannot_do_it_must_say_so(options: Any, hint: str) -> None:
    """Nothing is dropped in silence: the route is named, and what it may say instead."""
    router = Router("/shop", auth=public, **options)
    router.post("/a")(home)
    app = Vase()
    app.include(router)
    (fault,) = app.check()
    assert fault.code == "urls.E040"
    assert fault.hint is not None
    assert hint in fault.hint


def test_the_document_tells_it() -> None:
    """429, 304, 412, 428 and the headers, of what is said around the route."""
    router = Router("/shop", throttle="1/day", etag=version, precondition_required=True)
    router.get("/a")(home)
    router.put("/a")(home)
    router.put("/b", throttle=False, etag=False, precondition_required=False)(home)
    app = Vase()
    app.include(router)
    paths: Any = app.openapi()["paths"]
    reading, changing = paths["/shop/a"]["get"], paths["/shop/a"]["put"]
    assert {"200", "304", "412", "429"} <= reading["responses"].keys()
    assert {"200", "412", "428", "429"} <= changing["responses"].keys()
    assert [one["name"] for one in changing["parameters"]] == ["If-Match"]
    assert "RateLimit" in changing["responses"]["429"]["headers"]
    assert not {"412", "428", "429"} & paths["/shop/b"]["put"]["responses"].keys()
