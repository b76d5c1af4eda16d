"""Routes with `idempotent=`: what runs, what is repeated, what is refused."""

import asyncio
import socket
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import timedelta
from typing import Annotated, Any

import pytest

from vase import Depends, Form, Header, Idempotency, Request, Router, StreamingResponse, UploadFile, Vase, guard
from vase.exceptions import ConfigurationError
from vase.http import Conflict, FileResponse, JSONResponse, NotFound, Response
from vase.testing import AsyncClient, Client, LiveServer
from vase.urls import URLError, identity_text

KEY = {"idempotency-key": '"8e03978e-40d5-43dd-bc93-6894a57f9324"'}


class Calls(list[Any]):
    """What the handlers have done."""


calls = Calls()


@pytest.fixture(autouse=True)
def no_calls() -> None:
    calls.clear()


def site(**settings: object) -> Vase:
    return Vase(settings={"IDEMPOTENCY_DATABASE": "sqlite://", **settings})


@asynccontextmanager
async def opened(app: Vase) -> AsyncIterator[AsyncClient]:
    try:
        yield AsyncClient(app)
    finally:
        await app.shutdown()


@guard(scheme="bearer")
def member(authorization: Annotated[str, Header()] = "") -> str | None:
    return authorization.removeprefix("Bearer ") or None


def test_a_repeated_request_runs_once() -> None:
    """The second answer is the first one, and says so."""
    app = site()

    @app.post("/orders", idempotent=True, status_code=201)
    def order(data: dict[str, int]) -> dict[str, int]:
        calls.append(data)
        return {"order": len(calls)}

    with Client(app) as client:
        first = client.post("/orders", json={"amount": 1}, headers=KEY)
        again = client.post("/orders", json={"amount": 1}, headers=KEY)
        other = client.post("/orders", json={"amount": 1}, headers={"idempotency-key": "another"})
    assert (first.status_code, first.json()) == (201, {"order": 1})
    assert "idempotent-replayed" not in first.headers
    assert (again.status_code, again.content) == (201, first.content)
    assert again.headers["content-type"] == "application/json"
    assert again.headers["idempotent-replayed"] == "true"
    assert other.json() == {"order": 2}


def test_headers_are_repeated_too() -> None:
    """An answer is its status, its headers and its body; text stays text."""
    app = site()

    @app.post("/orders", idempotent=True)
    async def order() -> Response:
        calls.append(1)
        return Response("made", 201, {"location": "/orders/1", "x-odd": "e"})

    with Client(app) as client:
        for _ in range(2):
            answer = client.post("/orders", headers=KEY)
            assert (answer.status_code, answer.text, answer.headers["location"]) == (201, "made", "/orders/1")
    assert calls == [1]


def test_another_request_with_the_same_key_is_refused() -> None:
    """Another body, path or query under one key is a mistake of the client: 422, and nothing runs."""
    app = site()

    @app.post("/pay/{number:int}", idempotent=True)
    def pay(number: int, data: dict[str, int]) -> str:
        calls.append((number, data))
        return "paid"

    with Client(app) as client:
        assert client.post("/pay/1", json={"amount": 1}, headers=KEY).status_code == 200
        for path, body in [("/pay/1", {"amount": 2}), ("/pay/2", {"amount": 1}), ("/pay/1?twice", {"amount": 1})]:
            answer = client.post(path, json=body, headers=KEY)
            assert (answer.status_code, answer.json()["code"]) == (422, "idempotency.reused")
    assert len(calls) == 1


def test_a_key_is_optional_unless_required() -> None:
    """Without a key each request runs; where one is required its lack is a 400."""
    app = site()

    @app.post("/free", idempotent=True)
    @app.post("/strict", idempotent="required")
    def order() -> str:
        calls.append(1)
        return "done"

    with Client(app) as client:
        assert [client.post("/free").status_code for _ in range(2)] == [200, 200]
        answer = client.post("/strict")
        assert (answer.status_code, answer.json()["code"]) == (400, "idempotency.missing")
        assert client.post("/strict", headers=KEY).status_code == 200
    assert len(calls) == 3


@pytest.mark.parametrize("key", ["", '""', "x" * 256, "two words", '"open', "a,b"])
def test_a_key_that_is_none(key: str) -> None:
    """What is no key is a 400, not a key that nobody meant."""
    app = site()
    app.post("/", idempotent=True)(lambda: calls.append(1))
    with Client(app) as client:
        answer = client.post("/", headers={"idempotency-key": key})
    assert (answer.status_code, answer.json()["code"]) == (400, "idempotency.malformed")
    assert calls == []


def test_quotes_are_no_part_of_the_key() -> None:
    """The draft's form and the bare one of many clients are one key."""
    app = site()

    @app.post("/", idempotent=True)
    def order() -> str:
        calls.append(1)
        return "done"

    with Client(app) as client:
        client.post("/", headers={"idempotency-key": '"abc"'})
        assert client.post("/", headers={"idempotency-key": "abc"}).headers["idempotent-replayed"] == "true"
    assert calls == [1]


async def test_two_at_once_run_once() -> None:
    """While the first runs, the second is told to come back; it does not wait in the server, and does not run."""
    app = site()
    begun, go_on = asyncio.Event(), asyncio.Event()

    @app.post("/", idempotent=True)
    async def order() -> str:
        calls.append(1)
        begun.set()
        await go_on.wait()
        return "done"

    async with opened(app) as client:
        first = asyncio.create_task(client.post("/", headers=KEY))
        await begun.wait()
        second = await client.post("/", headers=KEY)
        assert (second.status_code, second.json()["code"]) == (409, "idempotency.running")
        assert second.headers["retry-after"] == "1"
        go_on.set()
        assert (await first).text == "done"
        assert (await client.post("/", headers=KEY)).text == "done"
    assert calls == [1]


async def test_many_at_once_run_once() -> None:
    """Of twenty equal requests one runs; each of the others is told to wait or gets its answer."""
    app = site()

    @app.post("/", idempotent=True)
    async def order() -> str:
        calls.append(1)
        await asyncio.sleep(0.05)
        return "done"

    async with opened(app) as client:
        answers = await asyncio.gather(*[client.post("/", headers=KEY) for _ in range(20)])
    assert calls == [1]
    assert {answer.status_code for answer in answers} <= {200, 409}
    assert sum("idempotent-replayed" not in answer.headers for answer in answers if answer.status_code == 200) == 1


def test_keys_of_one_client_are_nothing_to_another() -> None:
    """The guard's client is part of the key, and a stranger never reaches it."""
    app = site()

    @app.post("/", idempotent=True, auth=member)
    def order(who: Annotated[str, Depends(member)]) -> str:
        calls.append(who)
        return who

    with Client(app) as client:
        for who in ("ann", "bob"):
            for _ in range(2):
                answer = client.post("/", headers={**KEY, "authorization": f"Bearer {who}"})
                assert (answer.status_code, answer.text) == (200, who)
        assert client.post("/", headers=KEY).status_code == 401
    assert calls == ["ann", "bob"]


def test_identity_of_a_route() -> None:
    """`identity=` is a dependency that stands for the guard."""
    app = site()

    def tenant(request: Request) -> str:
        return request.headers["x-tenant"]

    @app.post("/", idempotent=Idempotency(identity=tenant))
    def order() -> str:
        calls.append(1)
        return "done"

    with Client(app) as client:
        for name in ("a", "b", "a"):
            client.post("/", headers={**KEY, "x-tenant": name})
    assert len(calls) == 2


def test_identities() -> None:
    """Texts, numbers, ids of objects and of mappings stand for a client; what says nothing is refused."""

    class User:
        id = 7

    assert [identity_text(one) for one in ("ann", 7, User(), {"sub": "x"}, True, None)] == [
        "ann", "7", "7", "x", "", "",
    ]  # fmt: skip
    with pytest.raises(URLError) as refused:
        identity_text(object())
    assert refused.value.code == "urls.E041"


def test_what_failed_may_be_tried_again() -> None:
    """A failure of the server and a body that does not fit leave the key free; a refusal of the handler is kept."""
    app = site()

    @app.post("/{how:str}", idempotent=True)
    def order(how: str, data: dict[str, int]) -> Any:
        calls.append(how)
        if how == "breaks":
            raise RuntimeError
        if how == "conflict":
            raise Conflict
        if how == "bad-gateway":
            return JSONResponse({}, 502)
        raise NotFound("no such thing")

    with Client(app, raise_server_exceptions=False) as client:
        for how, status, runs in [("breaks", 500, 2), ("conflict", 409, 2), ("bad-gateway", 502, 2), ("gone", 404, 1)]:
            key = {"idempotency-key": how}
            assert [client.post(f"/{how}", json={}, headers=key).status_code for _ in range(2)] == [status] * 2
            assert calls.count(how) == runs
        for body, status in [({"a": "b"}, 422), ({"a": 1}, 404)]:
            assert client.post("/later", json=body, headers=KEY).status_code == status


def test_answers_expire() -> None:
    """After `keep` the key is new again, and a claim that was left behind is free after `lease`."""
    app = site()

    @app.post("/", idempotent=Idempotency(keep=timedelta(milliseconds=1)))
    def order() -> str:
        calls.append(1)
        return "done"

    with Client(app) as client:
        for _ in range(2):
            assert "idempotent-replayed" not in client.post("/", headers=KEY).headers
    assert len(calls) == 2


def test_forms_are_recognised_by_their_parts() -> None:
    """A form that is sent again has another boundary and is the same request."""
    app = site()

    @app.post("/", idempotent=True)
    async def upload(name: Annotated[str, Form()], file: UploadFile) -> str:
        calls.append(name)
        return f"{name} {len(await file.read())}"

    with Client(app) as client:
        for _ in range(2):
            answer = client.post("/", data={"name": "a"}, files={"file": ("a.txt", b"12345")}, headers=KEY)
            assert answer.text == "a 5"
        other = client.post("/", data={"name": "a"}, files={"file": ("a.txt", b"54321")}, headers=KEY)
    assert other.status_code == 422
    assert calls == ["a"]


def test_a_streamed_answer_is_not_kept() -> None:
    """It ran, and a repetition must not run it again: 409 says that there is nothing to repeat."""
    app = site()

    @app.post("/", idempotent=True)
    def order() -> Any:
        calls.append(1)
        return StreamingResponse([b"a", b"b"])

    with Client(app) as client:
        assert client.post("/", headers=KEY).text == "ab"
        answer = client.post("/", headers=KEY)
    assert (answer.status_code, answer.json()["code"]) == (409, "idempotency.not_kept")
    assert calls == [1]


def test_a_client_that_leaves_does_not_break_the_handler_off() -> None:
    """The connection that breaks is why there are keys: what began is finished, and its answer waits."""
    app = site()

    @app.post("/", idempotent=True)
    async def order() -> str:
        calls.append("begun")
        await asyncio.sleep(0.3)
        calls.append("done")
        return "done"

    with LiveServer(app) as server:
        with socket.create_connection((server.host, server.port)) as connection:
            connection.sendall(b"POST / HTTP/1.1\r\nhost: a\r\nidempotency-key: k\r\ncontent-length: 0\r\n\r\n")
            while not calls:
                time.sleep(0.01)
        time.sleep(0.6)
        with socket.create_connection((server.host, server.port)) as connection:
            connection.sendall(
                b"POST / HTTP/1.1\r\nhost: a\r\nidempotency-key: k\r\ncontent-length: 0\r\nconnection: close\r\n\r\n"
            )
            answer = b"".join(iter(lambda: connection.recv(4096), b""))
    assert answer.startswith(b"HTTP/1.1 200")
    assert b"idempotent-replayed: true" in answer.lower()
    assert calls == ["begun", "done"]


def test_middleware_stands_around_it() -> None:
    """Middleware sees repeated answers like all others."""
    app = site()
    router = Router()

    async def stamp(request: Request, call_next: Any) -> Response:
        answer: Response = await call_next(request)
        answer.headers["x-stamp"] = str(len(calls))
        return answer

    @router.post("/", idempotent=True, middleware=[stamp])
    def order() -> str:
        calls.append(1)
        return "done"

    app.include(router)
    with Client(app) as client:
        assert [client.post("/", headers=KEY).headers.get("x-stamp") for _ in range(2)] == ["1", "1"]
        assert client.post("/", headers=KEY).headers.getlist("x-stamp") == ["1"]


@pytest.mark.parametrize(
    ("said", "methods", "sentence"),
    [
        (True, ["GET"], "GET has no effect to repeat"),
        ("yes", ["POST"], "it is no such option"),
        (Idempotency(keep=timedelta()), ["POST"], "`keep` and `lease` are times above 0"),
        (Idempotency(identity=7), ["POST"], "its `identity` cannot be called"),  # type: ignore[arg-type]
    ],
)
def test_options_that_cannot_be_meant(said: Any, methods: list[str], sentence: str) -> None:
    app = site()
    app.route("/", methods=methods, idempotent=said)(lambda: "x")
    (fault,) = app.check()
    assert fault.code == "urls.E040"
    assert sentence in fault.message
    assert fault.place is not None
    assert fault.place.file.endswith("test_routes.py")


def test_keys_need_a_database() -> None:
    """Without a database the keys could not outlive the process, and the check says what to do."""
    app = Vase()
    app.post("/", idempotent=True)(lambda: "x")
    (fault,) = app.check()
    assert fault.code == "application.E007"
    assert "IDEMPOTENCY_DATABASE" in str(fault.hint)
    with pytest.raises(ConfigurationError):
        app.ensure_valid()


def test_answers_that_cannot_be_kept_are_told() -> None:
    app = site()

    @app.post("/", idempotent=True)
    def order() -> FileResponse:
        return FileResponse("x")

    (fault,) = app.check()
    assert fault.code == "application.E008"


def test_the_document_tells_it() -> None:
    """The header is a parameter, and what is refused is among the answers."""
    app = site()

    @app.post("/orders", idempotent="required")
    def order() -> str:
        return "done"

    operation: Any = app.openapi()["paths"]["/orders"]["post"]  # type: ignore[index,call-overload]
    (parameter,) = operation["parameters"]
    assert (parameter["name"], parameter["in"], parameter["required"]) == ("Idempotency-Key", "header", True)
    assert {"400", "409", "422"} <= set(operation["responses"])
    assert "Idempotent-Replayed" in operation["responses"]["200"]["headers"]
