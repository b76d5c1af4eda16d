"""Versions in headers and media types, and what is said of those that will go."""

from datetime import UTC, date, datetime
from typing import Any, ClassVar

import pytest
from pydantic import BaseModel

from vase import Controller, Router, Vase
from vase.http import NotFound
from vase.openapi import python_client
from vase.testing import Client
from vase.views import AcceptHeaderVersioning, Deprecation, HeaderVersioning, get

OLD = Deprecation(
    since=date(2026, 1, 1), sunset=datetime(2026, 7, 1, 12, tzinfo=UTC), link="https://example.com/moving"
)
OLD_FIELDS = {
    "deprecation": "@1767225600",
    "sunset": "Wed, 01 Jul 2026 12:00:00 GMT",
    "link": '<https://example.com/moving>; rel="deprecation"',
}


class Book(BaseModel):
    title: str


class InHeader(HeaderVersioning):
    allowed_versions = ("1", "2")
    default_version = "2"
    deprecated_versions: ClassVar = {"1": OLD}


class InAccept(AcceptHeaderVersioning):
    allowed_versions = ("1.0", "2.0")
    default_version = "2.0"
    deprecated_versions: ClassVar = {"1.0": OLD}


class Strict(AcceptHeaderVersioning):
    allowed_versions = ("1.0", "2.0")


def site(versions) -> Vase:
    app = Vase()
    router = Router("/books", versions=versions)

    @router.get("/number")
    async def number(version: versions) -> str:
        return version.number

    @router.get("/book")
    def book() -> Book:
        return Book(title="Dune")

    @router.get("/missing")
    async def missing() -> Book:
        raise NotFound("no such book")

    app.include(router)
    return app


def test_a_version_in_a_header():
    """The header chooses; without it the default does, and another version is a fault that names those that are."""
    with Client(site(InHeader)) as client:
        assert client.get("/books/number").text == "2"
        assert client.get("/books/number", headers={"X-API-Version": "1"}).text == "1"
        for url in ("/books/number", "/books/book"):
            refused = client.get(url, headers={"X-API-Version": "3"})
            assert refused.status_code == 422
            (fault,) = refused.json()["errors"]
            assert (fault["path"], fault["msg"]) == ("header.X-API-Version", "Input should be '1' or '2'")
            assert "x-api-version" in refused.headers["vary"]
        assert client.get("/books/book").headers["vary"] == "x-api-version"


def test_a_version_in_the_media_type():
    """The best version that the client accepts is chosen, and the answer says which it is."""
    with Client(site(InAccept)) as client:

        def number(accept: str) -> str:
            return client.get("/books/number", headers={"Accept": accept}).text

        assert number("*/*") == "2.0"
        assert number("application/json; version=1.0") == "1.0"
        assert number('application/json;q=0.5;version="2.0", application/json;version=1.0') == "1.0"
        assert number("application/json;version=9, application/json;version=1.0;q=0.1") == "1.0"
        assert number("application/json;version=9, */*;q=0.1") == "2.0"
        assert number("application/json;version=1.0;q=0, */*") == "2.0"
        assert number("application/json;version=1.0;q=much, */*") == "2.0"
        answer = client.get("/books/book", headers={"Accept": "application/json; version=1.0"})
        assert answer.headers["content-type"] == "application/json; version=1.0"
        assert "accept" in answer.headers["vary"]
        refused = client.get("/books/book", headers={"Accept": "application/json; version=9"})
        assert refused.status_code == 406
        assert refused.json()["detail"] == (
            "there is no version `9`; there are `1.0`, `2.0`: send `Accept: application/json; version=2.0`"
        )


def test_without_a_default_a_version_must_be_named():
    """A request that names no version is refused, where none is the usual one."""

    class Must(HeaderVersioning):
        allowed_versions = ("1",)

    with Client(site(Strict)) as client:
        refused = client.get("/books/book", headers={"Accept": "*/*"})
        assert refused.status_code == 406
        assert refused.json()["detail"].startswith("the request does not say which version it wants; there are `1.0`")
        assert client.get("/books/book", headers={"Accept": "application/json;version=2.0"}).status_code == 200
    with Client(site(Must)) as client:
        assert client.get("/books/book").json()["errors"][0]["type"] == "missing"


@pytest.mark.parametrize(
    ("versions", "old", "new"),
    [
        (InHeader, {"X-API-Version": "1"}, {"X-API-Version": "2"}),
        (InAccept, {"Accept": "application/json;version=1.0"}, {"Accept": "application/json;version=2.0"}),
    ],
)
def test_clients_of_an_old_version_are_told(versions, old, new):
    """Each answer of a deprecated version says since when, until when and where more is told; also an error does."""
    with Client(site(versions)) as client:
        for url in ("/books/number", "/books/book", "/books/missing"):
            headers = client.get(url, headers=old).headers
            assert {name: headers[name] for name in OLD_FIELDS} == OLD_FIELDS
            assert not {*OLD_FIELDS} & {*client.get(url, headers=new).headers}


def test_routes_of_a_prefix_are_told():
    """A deprecated router, controller, include or route tells the same, and what is nearest wins."""
    old = Router("/v1", deprecated=OLD)

    @old.get("/book")
    async def book() -> Book:
        return Book(title="Dune")

    @old.get("/kept", deprecated=False)
    async def kept() -> str:
        return "kept"

    @old.get("/older", deprecated=Deprecation(since=date(1970, 1, 2)))
    async def older() -> str:
        return "older"

    class Lists(Controller):
        prefix = "/v1/lists"
        deprecated = OLD

        @get("/")
        async def index(self) -> str:
            return "index"

    app = Vase()
    app.include(old)
    app.include(Lists)
    new = Router()
    new.add("/book", book, ["GET"])
    app.include(new, "/v2")
    with Client(app) as client:
        for url in ("/v1/book", "/v1/lists/"):
            headers = client.get(url).headers
            assert {name: headers[name] for name in OLD_FIELDS} == OLD_FIELDS
        for url in ("/v2/book", "/v1/kept"):
            assert not {*OLD_FIELDS} & {*client.get(url).headers}
        headers = client.get("/v1/older").headers
        assert (headers["deprecation"], "sunset" in headers) == ("@86400", False)
        assert client.get("/v3/book").status_code == 404
    paths: Any = app.openapi()["paths"]
    assert paths["/v1/book"]["get"]["deprecated"] is True
    assert set(paths["/v1/book"]["get"]["responses"]["200"]["headers"]) == {"Deprecation", "Sunset"}
    assert set(paths["/v1/older"]["get"]["responses"]["200"]["headers"]) == {"Deprecation"}
    assert "deprecated" not in paths["/v1/kept"]["get"]
    assert "deprecated" not in paths["/v2/book"]["get"]


def test_a_kept_answer_does_not_grow():
    """A response that a handler keeps and returns again has each field once."""
    from vase.http import Response

    kept = Response("kept", headers={"link": '</>; rel="index"'})
    app = Vase()

    @app.get("/kept", deprecated=OLD)
    async def answer() -> Response:
        return kept

    with Client(app) as client:
        client.get("/kept")
        again = client.get("/kept")
        assert again.headers.getlist("link") == ['</>; rel="index"', OLD_FIELDS["link"]]


def test_versions_are_in_the_document():
    """A header is a parameter with its values, a media type says its version, and a client is made of both."""
    document: Any = site(InHeader).openapi()
    operation = document["paths"]["/books/book"]["get"]
    assert operation["parameters"] == [
        {
            "name": "X-API-Version",
            "in": "header",
            "required": False,
            "schema": {"type": "string", "enum": ["1", "2"], "default": "2"},
            "description": "The version of the API that the request is for.",
        }
    ]
    document = site(InAccept).openapi()
    operation = document["paths"]["/books/book"]["get"]
    assert list(operation["responses"]["200"]["content"]) == [
        "application/json; version=1.0",
        "application/json; version=2.0",
    ]
    assert "406" in operation["responses"]
    assert "-> Book" in python_client(document)


def test_versions_that_are_none_are_told():
    """Wrong declarations fail `check` with their line."""

    class Empty(HeaderVersioning):
        pass

    class Odd(AcceptHeaderVersioning):
        allowed_versions = ("1", "2")
        default_version = "3"
        deprecated_versions: ClassVar = {"0": Deprecation(since=date(2026, 2, 1), sunset=date(2026, 1, 1))}

    app = Vase()

    @app.get("/empty", versions=Empty)
    async def empty() -> str:
        return ""

    @app.get("/odd", versions=Odd)
    async def odd() -> str:
        return ""

    @app.get("/none", versions="2")  # type: ignore[arg-type]
    async def none() -> str:
        return ""

    @app.get("/sunset", deprecated=Deprecation(since=date(2026, 2, 1), sunset=date(2026, 1, 1)))
    async def sunset() -> str:
        return ""

    faults = [fault for fault in app.check() if fault.code in {"views.E003", "urls.E051", "urls.E052"}]
    assert all(fault.place is not None and fault.place.file == __file__ for fault in faults)
    assert sorted((fault.code, fault.message) for fault in faults) == [
        ("urls.E051", "`versions=` of GET `/none` is `2`, which tells no versions"),
        ("urls.E052", "GET `/sunset` is deprecated since 2026-02-01, and its sunset is before that: 2026-01-01"),
        ("urls.E052", "version `0` of `Odd` is deprecated since 2026-02-01, and its sunset is before that: 2026-01-01"),
        ("views.E003", "`Empty` names no versions"),
        ("views.E003", "`Odd` deprecates a version that it has not: `0`"),
        ("views.E003", "the `default_version` of `Odd` is none of its versions: `3`"),
    ]
