"""Routes with `throttle=`: by address in the core, by identity behind the guard."""

from typing import Annotated, Any

import pytest

from vase import Depends, Header, Request, Throttle, Vase, guard
from vase.testing import AsyncClient, Client


@guard(scheme="bearer")
def member(authorization: Annotated[str, Header()] = "") -> str | None:
    return authorization.removeprefix("Bearer ") or None


def bearer(name: str) -> dict[str, str]:
    return {"authorization": f"Bearer {name}"}


async def test_by_address_without_python() -> None:
    """What comes too often is answered by the core: Python is not called, other routes are free."""
    app = Vase()
    app.get("/", throttle="2/minute")(lambda: "x")
    app.get("/free")(lambda: "free")
    client = AsyncClient(app)
    assert [(await client.get("/")).status_code for _ in range(2)] == [200, 200]
    calls = client.python_calls
    answer = await client.get("/")
    assert (answer.status_code, answer.json()["code"]) == (429, "throttle.exceeded")
    assert client.python_calls == calls
    assert {name: answer.headers[name] for name in answer.headers if name.startswith(("retry", "ratelimit"))} == {
        "retry-after": "30",
        "ratelimit": '"2/minute";r=0;t=30',
        "ratelimit-policy": '"2/minute";q=2;w=60',
    }
    assert (await client.get("/free")).status_code == 200


async def test_several_rates() -> None:
    """All hold; the refusal names the one that refuses."""
    app = Vase()
    app.get("/", throttle=["100/second", "1/day"])(lambda: "x")
    client = AsyncClient(app)
    assert (await client.get("/")).status_code == 200
    answer = await client.get("/")
    assert (answer.status_code, answer.headers["ratelimit"]) == (429, '"1/day";r=0;t=86400')
    assert answer.headers["ratelimit-policy"] == '"100/second";q=100;w=1, "1/day";q=1;w=86400'


def test_by_identity() -> None:
    """Each client of the guard has a count of its own, wherever it asks from; strangers are 401, not counted."""
    app = Vase()

    @app.get("/", throttle=Throttle("1/minute", by="identity"), auth=member)
    async def handler() -> str:
        return "x"

    with Client(app) as client:
        assert [client.get("/", headers=bearer(name)).status_code for name in ("ann", "bob", "ann")] == [200, 200, 429]
        answer = client.get("/", headers=bearer("bob"))
        assert (answer.json()["code"], answer.headers["retry-after"]) == ("throttle.exceeded", "60")
        assert answer.headers["ratelimit-policy"] == '"1/minute";q=1;w=60'
        assert [client.get("/").status_code for _ in range(2)] == [401, 401]


def test_by_a_dependency() -> None:
    """Any dependency says whose requests are counted together; it may have dependencies of its own."""
    app = Vase()

    def tenant(request: Request) -> str:
        return request.headers.get("x-tenant", "")

    def key(name: Annotated[str, Depends(tenant)]) -> str:
        return name.lower()

    app.get("/", throttle=Throttle("1/hour", by=key))(lambda: "x")
    with Client(app) as client:
        found = [client.get("/", headers={"x-tenant": name}).status_code for name in ("A", "a", "b", "", "")]
    assert found == [200, 429, 200, 200, 429]


def test_two_applications_count_for_themselves() -> None:
    """Nothing is global: a second application begins at nought."""
    for _ in range(2):
        app = Vase()
        app.get("/", throttle="1/day")(lambda: "x")
        with Client(app) as client:
            assert client.get("/").status_code == 200
            assert client.get("/").status_code == 429


@pytest.mark.parametrize(
    ("said", "sentence"),
    [
        ("often", "`often` is no rate"),
        ("0/minute", "`0/minute` is no rate"),
        (["1/minute", "2/week"], "`2/week` is no rate"),
        ([], "it has no rate"),
        (7, "it has no rate"),
        (Throttle("1/minute", by="identity"), "it counts by identity, and the route has no guard"),
        (Throttle("1/minute", by="user"), "nobody is known by `user`"),  # type: ignore[arg-type]
        (Throttle("1/minute", max_clients=0), "`max_clients` is no number above 0"),
    ],
)
def test_throttles_that_cannot_be_meant(said: Any, sentence: str) -> None:
    app = Vase()
    app.get("/", throttle=said)(lambda: "x")
    (fault,) = app.check()
    assert fault.code == "urls.E040"
    assert sentence in fault.message
    assert fault.place is not None


def test_the_document_tells_it() -> None:
    app = Vase()
    app.get("/", throttle="1/day")(lambda: "x")
    operation: Any = app.openapi()["paths"]["/"]["get"]  # type: ignore[index,call-overload]
    assert list(operation["responses"]["429"]["headers"]) == ["Retry-After", "RateLimit", "RateLimit-Policy"]
