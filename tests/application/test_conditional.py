"""Conditional requests and content negotiation of handlers: 304, 412, 428, 406, and `Vary`."""

from collections.abc import AsyncIterator, Iterator
from datetime import UTC, datetime
from typing import Annotated, Any

import pytest

from vase import Depends, HTTPException, Request, StreamingResponse, Vase
from vase.exceptions import ConfigurationError
from vase.http import ETag, HeaderError, JSONResponse, Response, accepted_type, check_conditions, choose_type, negotiate
from vase.middleware import Middleware
from vase.testing import Client

MOMENT = datetime(2026, 2, 3, 4, 5, 6, 789, tzinfo=UTC)
STAMP = "Tue, 03 Feb 2026 04:05:06 GMT"
BEFORE, AFTER = "Tue, 03 Feb 2026 04:05:05 GMT", "Tue, 03 Feb 2026 04:05:07 GMT"


class Asked:
    """A request with these headers."""

    def __init__(self, method: str, headers: dict[str, str]) -> None:
        app = Vase()
        seen: list[int] = []

        @app.route("/", methods=["GET", "PUT", "DELETE", "POST"])
        async def handler(request: Request) -> Response:
            try:
                check_conditions(request, etag=self.etag, last_modified=self.moment, required=self.required)
            except HTTPException as refusal:
                seen.append(refusal.status_code)
            else:
                seen.append(200)
            return Response()

        self.etag: ETag | str | None = None
        self.moment: datetime | None = None
        self.required = False
        self._app = app
        self._seen, self._words = seen, (method, headers)

    def outcome(self, etag: ETag | str | None = None, moment: datetime | None = None, *, required: bool = False) -> int:
        self.etag, self.moment, self.required = etag, moment, required
        with Client(self._app) as client:
            client.request(self._words[0], "/", headers=self._words[1])
        return self._seen[-1]


@pytest.mark.parametrize(
    ("method", "headers", "etag", "moment", "outcome"),
    [
        # RFC 9110 section 13.1.2, weak comparison
        ("GET", {"if-none-match": '"a"'}, "a", None, 304),
        ("HEAD", {"if-none-match": 'W/"a"'}, "a", None, 304),
        ("GET", {"if-none-match": '"a"'}, ETag("a", is_weak=True), None, 304),
        ("GET", {"if-none-match": '"b", W/"a"'}, "a", None, 304),
        ("GET", {"if-none-match": '"b"'}, "a", None, 200),
        ("GET", {"if-none-match": "*"}, "a", None, 304),
        ("GET", {"if-none-match": "*"}, None, None, 200),
        ("GET", {"if-none-match": "a"}, "a", None, 200),
        ("PUT", {"if-none-match": "*"}, "a", None, 412),
        ("PUT", {"if-none-match": "*"}, None, None, 200),
        ("DELETE", {"if-none-match": '"a"'}, "a", None, 412),
        # 13.1.3; a condition of tags goes before one of dates
        ("GET", {"if-modified-since": STAMP}, None, MOMENT, 304),
        ("GET", {"if-modified-since": AFTER}, None, MOMENT, 304),
        ("GET", {"if-modified-since": BEFORE}, None, MOMENT, 200),
        ("GET", {"if-modified-since": "soon"}, None, MOMENT, 200),
        ("GET", {"if-modified-since": STAMP, "if-none-match": '"b"'}, "a", MOMENT, 200),
        ("PUT", {"if-modified-since": STAMP}, None, MOMENT, 200),
        # 13.1.1
        ("PUT", {"if-match": '"a"'}, "a", None, 200),
        ("PUT", {"if-match": '"b", "a"'}, "a", None, 200),
        ("PUT", {"if-match": '"b"'}, "a", None, 412),
        ("PUT", {"if-match": '"a"'}, None, None, 412),
        ("PUT", {"if-match": "*"}, "a", None, 200),
        ("PUT", {"if-match": "*"}, None, None, 412),
        ("PUT", {"if-match": '"a"'}, ETag("a", is_weak=True), None, 412),
        ("PUT", {"if-match": 'W/"a"'}, "a", None, 200),  # our own compression weakens what it compresses
        ("GET", {"if-match": '"b"'}, "a", None, 412),
        # 13.1.4
        ("PUT", {"if-unmodified-since": STAMP}, None, MOMENT, 200),
        ("PUT", {"if-unmodified-since": BEFORE}, None, MOMENT, 412),
        ("PUT", {"if-unmodified-since": BEFORE, "if-match": '"a"'}, "a", MOMENT, 200),
        ("PUT", {"if-unmodified-since": BEFORE}, "a", None, 200),
        ("GET", {}, "a", MOMENT, 200),
    ],
)
def test_the_order_of_conditions(
    method: str, headers: dict[str, str], etag: ETag | str | None, moment: datetime | None, outcome: int
) -> None:
    """The table of RFC 9110 section 13.2.2."""
    assert Asked(method, headers).outcome(etag, moment) == outcome


@pytest.mark.parametrize(
    ("method", "headers", "outcome"),
    [
        ("PUT", {}, 428),
        ("PUT", {"if-match": '"a"'}, 200),
        ("PUT", {"if-none-match": '"b"'}, 200),
        ("PUT", {"if-unmodified-since": STAMP}, 428),
        ("GET", {}, 200),
    ],
)
def test_changes_that_must_say_what_they_change(method: str, headers: dict[str, str], outcome: int) -> None:
    """A date does not count where the thing has none."""
    assert Asked(method, headers).outcome("a", required=True) == outcome
    assert Asked("PUT", {"if-unmodified-since": STAMP}).outcome(None, MOMENT, required=True) == 200


def test_tags() -> None:
    assert str(ETag("a")) == '"a"'
    assert str(ETag.parse('W/"a"')) == 'W/"a"'
    assert ETag.parse("a") == ETag("a")
    with pytest.raises(HeaderError) as refused:
        ETag('a"b')
    assert refused.value.code == "http.E010"


def test_a_handler_that_asks_before_its_work() -> None:
    """The headers that the check returns are those of both answers."""
    app = Vase()
    worked: list[int] = []

    @app.get("/")
    async def show(request: Request) -> JSONResponse:
        validators = check_conditions(request, etag="v7", last_modified=MOMENT, headers={"cache-control": "max-age=60"})
        worked.append(1)
        return JSONResponse({"a": 1}, headers=validators)

    with Client(app) as client:
        first = client.get("/")
        again = client.get("/", headers={"if-none-match": first.headers["etag"]})
    assert (first.status_code, first.headers["etag"], first.headers["last-modified"]) == (200, '"v7"', STAMP)
    assert (again.status_code, again.content) == (304, b"")
    assert "content-type" not in again.headers
    for name in ("etag", "last-modified", "cache-control"):
        assert again.headers[name] == first.headers[name]
    assert worked == [1]


def test_a_tag_of_the_body() -> None:
    """`etag=True` makes a tag of what is sent; a HEAD has the one of its GET."""
    app = Vase()
    value = {"a": 1}
    app.get("/", etag=True)(lambda: value)
    app.get("/weak", etag="weak")(lambda: "text")
    app.get("/error", etag=True)(lambda: Response("gone", 410))
    with Client(app) as client:
        first = client.get("/")
        assert client.head("/").headers["etag"] == first.headers["etag"]
        again = client.get("/", headers={"if-none-match": first.headers["etag"]})
        assert (again.status_code, again.content, again.headers["etag"]) == (304, b"", first.headers["etag"])
        value["a"] = 2
        assert client.get("/", headers={"if-none-match": first.headers["etag"]}).json() == {"a": 2}
        assert client.get("/weak").headers["etag"].startswith('W/"')
        assert "etag" not in client.get("/error").headers


def test_a_tag_of_the_handler_wins() -> None:
    """A tag that the answer has is compared; a stream that has one is not even begun."""
    app = Vase()
    pieces: list[int] = []

    @app.get("/", etag=True)
    def stream() -> StreamingResponse:
        def made() -> Iterator[bytes]:
            pieces.append(1)
            yield b"x"

        return StreamingResponse(made(), headers={"etag": '"mine"'})

    with Client(app) as client:
        assert client.get("/").headers["etag"] == '"mine"'
        assert client.get("/", headers={"if-none-match": '"mine"'}).status_code == 304
    assert pieces == [1]


def test_a_stream_that_is_not_sent_closes_its_dependencies() -> None:
    app = Vase()
    closed: list[str] = []

    async def resource() -> AsyncIterator[str]:
        try:
            yield "x"
        finally:
            closed.append("closed")

    @app.get("/", etag=True)
    def stream(one: Annotated[str, Depends(resource)]) -> StreamingResponse:
        return StreamingResponse([b"x"], headers={"etag": '"mine"'})

    with Client(app) as client:
        assert client.get("/", headers={"if-none-match": '"mine"'}).status_code == 304
    assert closed == ["closed"]


@pytest.fixture
def articles() -> Vase:
    app = Vase()
    store = {1: ("old", 1)}
    app.work = []  # type: ignore[attr-defined]  # what the handlers have done

    def version(id: int) -> int | None:
        return store[id][1] if id in store else None

    @app.get("/{id:int}", etag=version)
    def show(id: int) -> dict[str, str]:
        app.work.append("show")  # type: ignore[attr-defined]
        return {"text": store[id][0]}

    @app.put("/{id:int}", etag=version, precondition_required=True)
    def change(id: int, data: dict[str, str]) -> dict[str, str]:
        app.work.append("change")  # type: ignore[attr-defined]
        store[id] = (data["text"], store.get(id, ("", 0))[1] + 1)
        return data

    return app


def test_versions_of_a_dependency(articles: Vase) -> None:
    """The lost update: of two who change one version, the second is told; nothing is done for either 304 or 412."""
    with Client(articles) as client:
        tag = client.get("/1").headers["etag"]
        assert tag == '"1"'
        assert client.get("/1", headers={"if-none-match": tag}).status_code == 304
        first = client.put("/1", json={"text": "new"}, headers={"if-match": tag})
        assert first.status_code == 200
        assert "etag" not in first.headers  # that of the old version would be a lie
        second = client.put("/1", json={"text": "other"}, headers={"if-match": tag})
        assert (second.status_code, second.headers["etag"]) == (412, '"2"')
        assert client.put("/1", json={"text": "other"}).status_code == 428
        assert client.put("/1", content=b"no json", headers={"if-match": tag}).status_code == 412
        assert client.put("/2", json={"text": "made"}, headers={"if-none-match": "*"}).status_code == 200
        assert client.put("/2", json={"text": "made"}, headers={"if-none-match": "*"}).status_code == 412
    assert articles.work == ["show", "change", "change"]  # type: ignore[attr-defined]


def test_the_document_tells_versions(articles: Vase) -> None:
    item: Any = articles.openapi()["paths"]["/{id}"]  # type: ignore[index,call-overload]
    assert "304" in item["get"]["responses"]
    assert "ETag" in item["get"]["responses"]["200"]["headers"]
    assert {"412", "428"} <= set(item["put"]["responses"])
    assert "If-Match" in [one["name"] for one in item["put"]["parameters"]]


@pytest.mark.parametrize(
    ("accept", "chosen"),
    [
        (None, "application/json"),
        ("*/*", "application/json"),
        ("text/csv", "text/csv"),
        ("text/*", "text/csv"),
        ("application/json;q=0.5, text/csv;q=0.9", "text/csv"),
        ("text/csv;q=0, */*", "application/json"),
        ("text/html, application/xml;q=0.9", None),
        ("TEXT/CSV", "text/csv"),
        ("", "application/json"),
    ],
)
def test_what_a_client_wants_most(accept: str | None, chosen: str | None) -> None:
    assert choose_type(accept, ["application/json", "text/csv"]) == chosen


def table() -> Vase:
    app = Vase()

    def as_csv(rows: list[dict[str, Any]]) -> str:
        return "\n".join(",".join(map(str, row.values())) for row in rows)

    @app.get("/", produces={"application/json": None, "text/csv": as_csv}, etag=True)
    def rows() -> list[dict[str, int]]:
        return [{"a": 1, "b": 2}, {"a": 3, "b": 4}]

    return app


def test_types_to_choose_from() -> None:
    """The client chooses, the answer says that it did, and each type has a tag of its own."""
    with Client(table()) as client:
        json, csv = client.get("/"), client.get("/", headers={"accept": "text/csv"})
        assert json.json() == [{"a": 1, "b": 2}, {"a": 3, "b": 4}]
        assert (csv.text, csv.headers["content-type"]) == ("1,2\n3,4", "text/csv; charset=utf-8")
        assert json.headers["vary"] == csv.headers["vary"] == "accept"
        assert json.headers["etag"] != csv.headers["etag"]
        kept = client.get("/", headers={"accept": "text/csv", "if-none-match": csv.headers["etag"]})
        assert (kept.status_code, kept.headers["vary"]) == (304, "accept")


def test_nothing_that_the_client_would_read() -> None:
    """406 before the handler runs; the problem lists what there is."""
    with Client(table()) as client:
        answer = client.get("/", headers={"accept": "image/png"})
    assert (answer.status_code, answer.json()["available"]) == (406, ["application/json", "text/csv"])
    assert answer.headers["vary"] == "accept"


def test_renderers_see_what_the_promise_lets_through() -> None:
    """A field that the return annotation leaves out reaches no renderer."""
    from pydantic import BaseModel

    class Public(BaseModel):
        name: str

    class Secret(Public):
        password: str = "hidden"  # that is the test

    app = Vase()

    @app.get("/", produces={"text/plain": str})
    def show() -> Public:
        return Secret(name="ann")

    with Client(app) as client:
        assert client.get("/").text == "{'name': 'ann'}"


def test_handlers_that_write_by_themselves() -> None:
    """A list of types, and the one that was chosen as a dependency; or `negotiate` in the handler."""
    app = Vase()

    @app.get("/list", produces=["text/plain", "text/html"])
    def listed(media_type: Annotated[str, Depends(accepted_type)]) -> str:
        return f"<b>{media_type}</b>" if media_type == "text/html" else media_type

    @app.get("/own")
    def own(request: Request) -> Response:
        response = Response("x", media_type=negotiate(request, "text/plain", "application/xml"))
        response.headers.vary("accept")
        return response

    with Client(app) as client:
        html = client.get("/list", headers={"accept": "text/html"})
        assert (html.text, html.headers["content-type"]) == ("<b>text/html</b>", "text/html; charset=utf-8")
        assert client.get("/list").headers["content-type"] == "text/plain; charset=utf-8"
        assert client.get("/own", headers={"accept": "application/xml"}).headers["content-type"] == "application/xml"
        assert client.get("/own", headers={"accept": "image/png"}).status_code == 406


def test_vary_is_one_line() -> None:
    """What the handler, negotiation, compression and CORS depend on stands in one line, each name once."""
    layers = ["vase.middleware.cors", "vase.middleware.compression"]
    app = Vase(settings={"MIDDLEWARE": layers, "CORS_ALLOWED_ORIGINS": ["https://a.example"]})

    @app.get("/", produces=["text/plain", "text/html"])
    def show() -> Response:
        response = Response("x" * 5000, media_type="text/plain")
        response.headers.vary("Accept-Language", "Accept")
        return response

    with Client(app) as client:
        answer = client.get("/", headers={"accept-encoding": "gzip", "origin": "https://a.example"})
    assert answer.headers["content-encoding"] == "gzip"
    assert answer.headers.getlist("vary") == ["Accept-Language, Accept, accept-encoding, origin"]


def test_a_compressed_answer_is_still_protected() -> None:
    """Compression weakens the tag; the client that has it so may still ask and change by it."""
    app = Vase(settings={"MIDDLEWARE": ["vase.middleware.compression"]})

    def version() -> str:
        return "v1"

    app.get("/", etag=version)(lambda: "x" * 5000)
    app.put("/", etag=version)(lambda: "changed")
    with Client(app) as client:
        tag = client.get("/", headers={"accept-encoding": "gzip"}).headers["etag"]
        assert tag == 'W/"v1"'
        assert client.get("/", headers={"if-none-match": tag, "accept-encoding": "gzip"}).status_code == 304
        assert client.put("/", headers={"if-match": tag}).text == "changed"
        assert client.put("/", headers={"if-match": 'W/"v0"'}).status_code == 412


@pytest.mark.parametrize(
    ("options", "methods", "sentence"),
    [
        ({"etag": 7}, ["GET"], "it makes no tag"),
        ({"etag": True}, ["PUT"], "PUT has no body to compare with"),
        ({"last_modified": 7}, ["GET"], "it cannot be called"),
        ({"precondition_required": True}, ["PUT"], "nothing says which version there is"),
        ({"produces": "text/csv"}, ["GET"], "it is no list of media types"),
        ({"produces": []}, ["GET"], ""),
        ({"produces": ["csv"]}, ["GET"], "`csv` is no media type"),
        ({"produces": ["text/*"]}, ["GET"], "`text/*` is no media type"),
        ({"produces": {"text/csv": 7}}, ["GET"], "what writes `text/csv` cannot be called"),
    ],
)
def test_options_that_cannot_be_meant(options: Any, methods: list[str], sentence: str) -> None:
    app = Vase()
    app.route("/", methods=methods, **options)(lambda: "x")
    (fault,) = app.check()
    assert fault.code == "urls.E040"
    assert sentence in fault.message
    with pytest.raises(ConfigurationError):
        app.ensure_valid()


def test_middleware_protocol_is_untouched() -> None:
    """A route with a policy has its middleware around it, outermost first."""
    app = Vase()
    order: list[str] = []

    def named(name: str) -> Middleware:
        async def step(request: Request, call_next: Any) -> Response:
            order.append(name)
            answer: Response = await call_next(request)
            return answer

        return step

    app.middleware(named("app"))
    app.get("/", etag=True, middleware=[named("route")])(lambda: "x")
    with Client(app) as client:
        assert client.get("/").headers["etag"]
    assert order == ["app", "route"]
