"""Who may call a route: what guards let pass, who inherits from whom, and what a closed project refuses."""

import inspect
import json
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from typing import Annotated, Any

import pytest

from vase import Cookie, Depends, Header, Request, Router, Vase, guard, public
from vase.http import PermissionDenied, Unauthorized
from vase.testing import Client
from vase.urls import auth_label, path
from vase.views import Controller, get

type Project = Callable[[Mapping[str, str]], Path]


async def member(authorization: Annotated[str | None, Header()] = None) -> str | None:
    """Return who the client is; nobody without a token."""
    if authorization == "Bearer banned":
        raise PermissionDenied("you know why")
    return authorization.removeprefix("Bearer ") if authorization else None


def by_cookie(session: Annotated[str | None, Cookie()] = None) -> str:
    """Return who the client is; the plain `def` runs in a thread."""
    if session is None:
        raise Unauthorized("log in", authenticate='Cookie realm="shop"')
    return session


def asked(app: Vase, target: str, **headers: str) -> tuple[int, Any]:
    with Client(app) as client:
        response = client.get(target, headers=headers)
        return response.status_code, response.text


def test_a_guard_that_knows_nobody_is_a_401_with_a_challenge() -> None:
    """None and False are nobody: a guard that forgets to raise closes its route. The answer is problem details."""
    app = Vase()
    for name, found in (("none", None), ("false", False)):

        def nobody(found: bool | None = found) -> bool | None:
            return found

        app.add(f"/{name}", lambda: "secret", ["GET"], auth=nobody)
    with Client(app) as client:
        for target in ("/none", "/false"):
            response = client.get(target)
            assert (response.status_code, response.headers["www-authenticate"]) == (401, "Bearer")
            assert response.headers["content-type"] == "application/problem+json"
            assert response.json()["title"] == "Unauthorized"


def test_what_a_guard_raises_is_the_answer() -> None:
    """`PermissionDenied` is a 403, `Unauthorized` a 401 with the challenge that it names."""
    app = Vase(auth=member)

    @app.get("/")
    async def home() -> str:
        return "in"

    @app.get("/cookie", auth=by_cookie)
    async def cookie() -> str:
        return "in"

    with Client(app) as client:
        assert client.get("/").status_code == 401
        banned = client.get("/", headers={"authorization": "Bearer banned"})
        assert (banned.status_code, banned.json()["detail"]) == (403, "you know why")
        assert client.get("/", headers={"authorization": "Bearer ann"}).text == "in"
        refused = client.get("/cookie")
        assert (refused.status_code, refused.headers["www-authenticate"]) == (401, 'Cookie realm="shop"')
        assert client.get("/cookie", headers={"cookie": "session=ann"}).text == "in"


@pytest.mark.parametrize("form", ["async", "plain", "generator", "object", "request"])
def test_every_kind_of_callable_is_a_guard(form: str) -> None:
    """A guard is a dependency: awaited, in a thread, with teardown, an object, of the request alone."""
    closed: list[str] = []

    async def waits(token: str = "") -> str | None:
        return token or None

    def plain(token: str = "") -> str | None:
        return token or None

    def generator(token: str = "") -> Iterator[str | None]:
        yield token or None
        closed.append(token)

    class Checker:
        def __call__(self, token: str = "") -> str | None:
            return token or None

    def request(request: Request) -> object:
        return request.query_params.get("token")

    guards = {"async": waits, "plain": plain, "generator": generator, "object": Checker(), "request": request}
    chosen: Any = guards[form]
    app = Vase()

    @app.get("/", auth=chosen)
    async def home(who: Annotated[str, Depends(chosen)]) -> str:
        return who

    assert asked(app, "/")[0] == 401
    assert asked(app, "/?token=ann") == (200, "ann")
    assert closed == (["ann"] if form == "generator" else [])


def test_a_guard_runs_once_and_before_everything_else() -> None:
    """The handler gets the guard's value once; a stranger does not learn what is wrong with what he sent."""
    calls: list[str] = []

    async def counted(request: Request) -> str | None:
        calls.append("guard")
        return request.headers.get("x-user")

    async def other() -> None:
        calls.append("dependency")

    app = Vase()

    @app.post("/", auth=counted, dependencies=[Depends(other)])
    async def create(data: dict[str, int], number: int, who: Annotated[str, Depends(counted)]) -> str:
        return f"{who} {number} {data}"

    with Client(app) as client:
        assert client.post("/?number=x", json={"a": "b"}).status_code == 401
        assert calls == ["guard"]
        calls.clear()
        assert client.post("/?number=x", json={"a": "b"}, headers={"x-user": "ann"}).status_code == 422
        calls.clear()
        assert client.post("/?number=1", json={"a": 2}, headers={"x-user": "ann"}).text == "ann 1 {'a': 2}"
        assert calls == ["guard", "dependency"]


def test_the_nearest_word_wins() -> None:
    """Route before router before what is around it before the application; `public` opens again."""

    def one() -> str:
        return "one"

    def two() -> str:
        return "two"

    def view() -> str:
        return ""

    inner = Router("/inner")
    inner.add("/plain", view, ["GET"])
    inner.add("/own", view, ["GET"], auth=two)
    inner.add("/open", view, ["GET"], auth=public)
    outer = Router("/outer", auth=one)
    outer.include(inner)
    outer.include(inner, "/again", auth=two)

    class Pages(Controller):
        auth = one

        @get("/page")
        def page(self) -> str:
            return ""

    app = Vase(auth=public)
    app.add("/top", view, ["GET"])
    app.include(outer)
    app.include(Pages)
    found = {route.path: auth_label(route.route.auth).rpartition(".")[2] for route in app.routes()}
    assert found == {
        "/top": "public",
        "/outer/inner/plain": "one",
        "/outer/inner/own": "two",
        "/outer/inner/open": "public",
        "/outer/again/inner/plain": "two",
        "/outer/again/inner/own": "two",
        "/outer/again/inner/open": "public",
        "/page": "one",
    }


def test_a_guard_can_be_overridden_in_a_test() -> None:
    """A guard is a dependency, so a test may put another in its place."""
    app = Vase(auth=member)

    @app.get("/")
    async def home(who: Annotated[str, Depends(member)]) -> str:
        return who

    app.dependency_overrides[member] = lambda: "ann"
    assert asked(app, "/") == (200, "ann")


def test_a_closed_project_names_the_open_routes() -> None:
    """Where `AUTH_REQUIRED` is on, each route without `auth=` is an error with its file and line."""
    app = Vase(settings={"AUTH_REQUIRED": True})

    @app.get("/open", auth=public)
    async def open_() -> str:
        return ""

    line = inspect.currentframe().f_lineno + 2  # type: ignore[union-attr]

    @app.post("/bare")
    async def bare() -> str:
        return ""

    (fault,) = app.check()
    assert (fault.level, fault.code) == ("error", "application.E003")
    assert fault.message == "POST `/bare` does not say who may call it, and the project is closed"
    assert fault.place is not None
    assert (fault.place.file, fault.place.line) == (__file__, line)


def test_what_is_no_guard_is_told() -> None:
    """What cannot be called, or promises to return nothing, guards nothing."""

    def silent() -> None: ...

    app = Vase()
    app.add("/a", lambda: "", ["GET"], auth=silent)
    app.add("/b", lambda: "", ["GET"], auth=True)  # type: ignore[arg-type]  # the mistake
    faults = app.check()
    assert [fault.code for fault in faults] == ["application.E004"] * 2
    assert faults[0].message.endswith("it promises to return nothing")
    assert faults[1].message == "the `auth=` of GET `/b` is no guard: `True`: it cannot be called"


def test_the_default_guard_of_a_site(project: Project) -> None:
    """`DEFAULT_AUTH` guards what says nothing; a name that leads nowhere is told with the line of the setting."""
    files = {
        "guarded/__init__.py": "",
        "guarded/guards.py": "def member() -> str | None:\n    return None\n",
        "guarded/urls.py": "from vase.urls import path\n\n\ndef home() -> str:\n    return ''\n\n\n"
        "urlpatterns = [path('', home)]\n",
        "guarded/right.py": "ROOT_URLCONF = 'guarded.urls'\nALLOWED_HOSTS = ['*']\nAUTH_REQUIRED = True\n"
        "DEFAULT_AUTH = 'guarded.guards.member'\n",
        "guarded/wrong.py": "DEFAULT_AUTH = 'guarded.guards.membre'\n",
        "guarded/none.py": "DEFAULT_AUTH = 'guarded.urls.urlpatterns'\nROOT_URLCONF = 'guarded.urls'\n",
    }
    root = project(files)
    app = Vase.from_settings("guarded.right")
    assert app.check() == []
    assert asked(app, "/")[0] == 401
    (fault,) = Vase.from_settings("guarded.wrong").check()
    assert (fault.code, fault.hint) == ("application.E005", "did you mean `member`?")
    assert fault.place is not None
    assert (fault.place.file, fault.place.line) == (str(root / "guarded/wrong.py"), 1)
    (fault,) = Vase.from_settings("guarded.none").check()
    assert fault.code == "application.E005"
    assert "is no guard: it cannot be called" in fault.message


def test_a_marked_guard_names_its_challenge() -> None:
    """`@guard(scheme="basic")` asks for Basic."""

    @guard(scheme="basic")
    def till() -> str | None:
        return None

    app = Vase(auth=till)
    app.add("/", lambda: "", ["GET"])
    with Client(app) as client:
        assert client.get("/").headers["www-authenticate"] == "Basic"


def test_an_unguarded_route_costs_nothing() -> None:
    """`public` adds no dependency: the core calls the handler as if nobody had said anything."""
    app = Vase()

    @app.get("/", auth=public)
    async def home() -> str:
        return ""

    (plan,) = app._assembly.plans.values()
    assert plan.is_direct
    assert plan.callable is home


def test_path_takes_auth() -> None:
    """URL confs say it with the same word, for one handler and for an include."""

    def view() -> str:
        return ""

    router = Router()
    router.add("/x", view, ["GET"])
    app = Vase()
    app.router._entries += [path("a", view, auth=public), path("b", router, auth=member)]
    assert json.dumps([auth_label(route.route.auth).rpartition(".")[2] for route in app.routes()]) == (
        '["public", "member"]'
    )
