"""Filters, search and order of a list, declared."""

from datetime import datetime
from decimal import Decimal
from typing import Annotated
from urllib.parse import quote

import pytest
from pydantic import Field

from tests.resources._library import Book, BookOut, Kind, books, store
from vase import Query
from vase.db import Session, select
from vase.resources import Filter, FilterSet, OrderingFilter, Page, PageNumberPagination, SearchFilter
from vase.resources._lookups import LOOKUPS
from vase.testing import Client


class BookFilters(FilterSet[Book]):
    title: str | None = None
    title__icontains: str | None = None
    title__istartswith: str | None = None
    pages: int | None = None
    pages__gt: int | None = None
    pages__lte: int | None = None
    pages__isnull: bool | None = None
    price__gte: Decimal | None = None
    kind: Kind | None = None
    added__lt: datetime | None = None
    id__in: list[int] | None = None
    writer: Annotated[str | None, Filter("author__name")] = None
    tag: Annotated[str | None, Filter("tags__name")] = None
    dear: Annotated[bool | None, Filter(lambda yes: Book.price > 3 if yes else Book.price <= 3)] = None
    search: Annotated[str | None, SearchFilter("title", "author__name")] = None
    order: Annotated[str | None, OrderingFilter("title", "price", "pages"), Field(alias="ordering")] = "title"


@pytest.fixture
def client(app):
    store(app, *books(12))

    @app.get("/books")
    def list_books(db: Session, filters: BookFilters, page: PageNumberPagination, extra: str = "") -> Page[BookOut]:
        return page.of(db, filters.apply(select(Book)), BookOut)

    with Client(app) as client:
        yield client


def numbers(client: Client, query: str) -> list[int]:
    reply = client.get(f"/books?{query}")
    assert reply.status_code == 200, reply.text
    return [book["id"] - 1 for book in reply.json()["results"]]


@pytest.mark.parametrize(
    ("query", "found"),
    [
        ("title=Book 03", [3]),
        ("title=book 03", []),
        ("title__icontains=OK 1", [10, 11]),
        ("title__icontains=%25", []),
        ("title__istartswith=BOOK 0&pages=101", [1, 5]),
        ("pages__gt=102", [7, 11]),
        ("pages__lte=101", [1, 4, 5, 8]),
        ("pages__isnull=true", [0, 3, 6, 9]),
        ("price__gte=4.10", [4, 9]),
        ("kind=novel&id__in=1&id__in=2&id__in=4", [1, 3]),
        ("added__lt=2024-01-01T01:00:00Z", [0, 1]),
        ("added__lt=2024-01-01T01:00:00", [0, 1]),
        ("writer=Eco&pages=101", [1, 5]),
        ("tag=t2", [2, 5, 8, 11]),
        ("dear=1", [3, 4, 8, 9]),
        ("dear=0&pages=102", [2, 10]),
        ("search=eco 01", [1]),
        ("search=ECO GUIN", []),
        ("search=", list(range(12))),
        ("tag=all&ordering=-title&page_size=2", [11, 10]),
        ("ordering=-price,title&page_size=3", [4, 9, 3]),
        ("ordering=&page_size=2", [0, 1]),
        # What no row has, and some drivers fail at.
        ("title=a%00b", []),
        ("search=a%00b", []),
        ("pages=99999999999999999999999", []),
        ("pages__gt=-99999999999999999999999&pages=103", [7, 11]),
        ("id__in=1&id__in=99999999999999999999999", [0]),
        ("price__gte=1e999999", []),
        ("price__gte=1e-999999", list(range(12))),
        ("price__gte=-1e999999&pages=103", [7, 11]),
        ("added__lt=0001-01-01T00:00:00%2B14:00", []),
        ("added__lt=9999-12-31T23:59:59-14:00&pages=103", [7, 11]),
    ],
)
def test_what_is_asked_for_is_what_is_found(client, query, found):
    """A lookup means what it means in Django, over relations without a row coming twice."""
    assert numbers(client, quote(query, safe="=&%:")) == found


@pytest.mark.parametrize(
    ("query", "path", "kind", "words"),
    [
        (
            "titel=x",
            "query.titel",
            "extra_forbidden",
            ["did you mean `title`?", "`price__gte`", "`page_size`", "`extra`"],
        ),
        ("author_id=1", "query.author_id", "extra_forbidden", ["there are `added__lt`, `dear`"]),
        ("ordering=-added", "query.ordering", "unknown_ordering", ["`-added`", "there are `title`, `price`, `pages`"]),
        ("ordering=title,", "query.ordering", "unknown_ordering", ["``"]),
        ("ordering=id);drop", "query.ordering", "unknown_ordering", []),
        ("pages=many", "query.pages", "int_parsing", []),
        ("search=" + "a+" * 11, "query.search", "too_many_words", ["10 words"]),
        ("search=" + "a" * 201, "query.search", "string_too_long", ["200 characters"]),
    ],
)
def test_what_was_not_declared_is_refused(client, query, path, kind, words):
    """A fault has the path of the parameter, and the names that would have been allowed."""
    reply = client.get(f"/books?{query}")
    assert reply.status_code == 422
    (fault,) = reply.json()["errors"]
    assert (fault["path"], fault["type"]) == (path, kind)
    assert all(word in fault["msg"] for word in words), fault["msg"]


def test_all_faults_of_a_request_at_once(client):
    """Faults of the filters and of the page are told together."""
    reply = client.get("/books?pages=many&nmae=1&page=0&ordering=x")
    assert {fault["path"] for fault in reply.json()["errors"]} == {
        "query.pages", "query.nmae", "query.page", "query.ordering",
    }  # fmt: skip


def test_what_others_take_is_not_unknown(client):
    """Parameters of the handler and of its other dependencies are none of the filters' business."""
    assert numbers(client, "extra=1&page=2&page_size=5&title=Book 03".replace("page=2&", "").replace(" ", "%20")) == [3]


def test_filters_are_parameters_of_the_document(client, app):
    """Each field is a parameter with its type; search and order say what they take."""
    (operation,) = [item["get"] for path, item in app.openapi()["paths"].items() if path == "/books"]
    taken = {one["name"]: one for one in operation["parameters"]}
    assert set(taken) == {*(field.alias or name for name, field in BookFilters.model_fields.items()),
                          "page", "page_size", "extra"}  # fmt: skip
    schema = taken["ordering"]["schema"]
    assert (schema["type"], schema["default"]) == ("string", "title")
    assert schema["pattern"] == "^-?(title|price|pages)(,-?(title|price|pages))*$"
    assert taken["ordering"]["description"].startswith("The order: `title`, `price`, `pages`")
    assert taken["search"]["description"] == "Words that all occur in `title`, `author__name`."
    assert not any(one["required"] for one in taken.values())
    assert all(one["in"] == "query" for one in taken.values())


def test_without_an_order_the_query_keeps_its_own(app):
    """A filter set that orders nothing leaves the order of the query alone; one that does replaces it."""
    store(app, *books(3))

    class Plain(FilterSet[Book]):
        title: str | None = None
        ordering: Annotated[str | None, OrderingFilter("title")] = None

    @app.get("/books")
    def list_books(db: Session, filters: Plain, page: PageNumberPagination) -> Page[BookOut]:
        return page.of(db, filters.apply(select(Book).order_by(Book.title.desc())), BookOut)

    with Client(app) as client:
        assert numbers(client, "") == [2, 1, 0]
        assert numbers(client, "ordering=title") == [0, 1, 2]


def test_a_model_of_the_query_that_forbids_others(app):
    """The rule of filter sets is that of every model of the query that forbids unknown names."""
    from pydantic import BaseModel, ConfigDict

    class Colours(BaseModel):
        model_config = ConfigDict(extra="forbid")
        red: int = 0

    @app.get("/paint")
    async def paint(colours: Annotated[Colours, Query()], layers: int = 1) -> int:
        return colours.red * layers

    with Client(app) as client:
        assert client.get("/paint?red=3&layers=2").json() == 6
        (fault,) = client.get("/paint?rad=3").json()["errors"]
        assert fault["msg"] == "Unknown parameter; did you mean `red`?; there are `layers`, `red`"


def test_declarations_that_mean_nothing_are_told(app):
    """Paths that lead nowhere, types that do not fit and defaults that are not declared fail `check`, with the line."""

    class Wrong(FilterSet[Book]):
        titel: str | None = None
        title__like: str | None = None
        author: str | None = None
        pages: str | None = None
        kind: str | None = None
        id__in: int | None = None
        pages__isnull: int | None = None
        needed: Annotated[str, Filter("title")]
        search: Annotated[str | None, SearchFilter("pages")] = None
        order: Annotated[str | None, OrderingFilter("author__name")] = None
        ordering: Annotated[str | None, OrderingFilter("title")] = "-pages"

    class Nothing(FilterSet):  # type: ignore[type-arg]
        title: str | None = None

    @app.get("/wrong")
    def wrong(filters: Wrong) -> None: ...

    @app.get("/nothing")
    def nothing(filters: Nothing) -> None: ...

    faults = app.check()
    assert {fault.code for fault in faults} == {"resources.E003"}
    assert all(fault.place is not None and fault.place.file == __file__ for fault in faults)
    assert [(fault.message, fault.hint) for fault in faults] == [
        ("field `titel` of `Wrong`: `Book` has no attribute `titel`", "did you mean `title`?"),
        (
            "field `title__like` of `Wrong`: there is no lookup `like`",
            f"there are {', '.join(f'`{name}`' for name in LOOKUPS)}",
        ),
        ("field `author` of `Wrong`: `author` ends at the relationship `author`", "name a column of the other model"),
        ("field `pages` of `Wrong`: `pages` holds `int`, and the field `str`", "annotate it with `int`"),
        ("field `kind` of `Wrong`: `kind` holds `Kind`, and the field `str`", "annotate it with `Kind`"),
        ("field `id__in` of `Wrong`: `in` takes several values", "annotate it `list[…] | None`"),
        ("field `pages__isnull` of `Wrong`: `isnull` asks yes or no", "annotate it `bool | None`"),
        (
            "field `needed` of `Wrong` has no default, so that nobody could leave it out",
            "write `needed: … | None = None`",
        ),
        (
            "field `search` of `Wrong`: `pages` is no column of text, and only text is searched",
            "leave it out",
        ),
        (
            "field `order` of `Wrong`: `author__name` is no column of `Book`",
            "order by columns of the model itself",
        ),
        (
            "field `ordering` of `Wrong`: its default names `-pages`, which is not declared",
            "add it to `OrderingFilter(…)`",
        ),
        ("`Nothing` does not say of which model it is", "write `class Nothing(FilterSet[Model])`"),
    ]
