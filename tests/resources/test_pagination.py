"""Pages by number and by offset."""

import pytest

from tests.resources._library import Author, Book, BookOut, books, store
from vase.db import AsyncSession, Session, select
from vase.resources import LimitOffsetPagination, Page, PageNumberPagination
from vase.testing import Client


class Small(PageNumberPagination):
    page_size = 4
    max_page_size = 10


@pytest.fixture
def client(app):
    store(app, *books(9))
    query = select(Book).order_by(Book.kind)

    @app.get("/numbers")
    def by_number(db: Session, page: Small, word: str = "") -> Page[BookOut]:
        return page.of(db, query, BookOut)

    @app.get("/offsets")
    def by_offset(db: Session, page: LimitOffsetPagination) -> Page[BookOut]:
        return page.of(db, query, BookOut)

    @app.get("/async/numbers")
    async def by_number_async(db: AsyncSession, page: Small, word: str = "") -> Page[BookOut]:
        return await page.of(db, query, BookOut)

    @app.get("/async/offsets")
    async def by_offset_async(db: AsyncSession, page: LimitOffsetPagination) -> Page[BookOut]:
        return await page.of(db, query, BookOut)

    with Client(app) as client:
        yield client


@pytest.mark.parametrize("prefix", ["", "/async"])
def test_pages_by_number(client, prefix):
    """A page has its results, their number in all, and where its neighbours are; the rest of the query stays."""
    whole = client.get(f"{prefix}/numbers?page_size=10").json()
    assert (whole["count"], whole["next"], whole["previous"]) == (9, None, None)
    reply = client.get(f"{prefix}/numbers?page=2&word=%26")
    base = f"{prefix}/numbers?word=%26&page="
    assert reply.json() == {
        "count": 9,
        "next": f"{base}3",
        "previous": f"{base}1",
        "results": whole["results"][4:8],
    }
    assert reply.headers["link"] == (
        f'<{base}1>; rel="first", <{base}1>; rel="prev", <{base}3>; rel="next", <{base}3>; rel="last"'
    )
    assert client.get(reply.json()["next"]).json()["results"] == whole["results"][8:]


@pytest.mark.parametrize("prefix", ["", "/async"])
def test_pages_by_offset(client, prefix):
    """What stands before a page is counted in results, and a page behind the end is empty."""
    whole = client.get(f"{prefix}/offsets").json()["results"]
    reply = client.get(f"{prefix}/offsets?limit=4&offset=3")
    base = f"{prefix}/offsets?limit="
    assert reply.json() == {
        "count": 9,
        "next": f"{base}4&offset=7",
        "previous": f"{base}3&offset=0",
        "results": whole[3:7],
    }
    assert f'<{base}4&offset=8>; rel="last"' in reply.headers["link"]
    behind = client.get(f"{prefix}/offsets?offset=50").json()
    assert (behind["results"], behind["next"]) == ([], None)


def test_pages_are_the_list_in_pieces(client):
    """Rows that are equal in the order of the query do not change places between two pages."""
    url, found = "/numbers?page_size=2", []
    while url:
        reply = client.get(url).json()
        found += [book["id"] for book in reply["results"]]
        url = reply["next"]
    assert sorted(found) == list(range(1, 10))


def test_limits_are_bounded(client):
    """A page that is too large or has no number is a fault; one that is not there is a 404 that names the last one."""
    reply = client.get("/numbers?page=0&page_size=11")
    assert [(fault["path"], fault["type"]) for fault in reply.json()["errors"]] == [
        ("query.page", "greater_than_equal"),
        ("query.page_size", "less_than_equal"),
    ]
    reply = client.get("/numbers?page=4")
    assert (reply.status_code, reply.json()["detail"]) == (404, "there is no page 4: the last one is 3")
    for url in ("/numbers?page=99999999999999999999", "/offsets?offset=99999999999", "/offsets?limit=101"):
        assert client.get(url).status_code == 422
    assert client.get("/numbers?page=2147483647").status_code == 404


def test_an_empty_list_has_one_page(app):
    """The first page of nothing is there."""

    @app.get("/books")
    def list_books(db: Session, page: Small) -> Page[BookOut]:
        return page.of(db, select(Book), BookOut)

    with Client(app) as client:
        assert client.get("/books").json() == {"count": 0, "next": None, "previous": None, "results": []}
        assert client.get("/books?page=2").status_code == 404


def test_rows_become_what_the_handler_says(app):
    """A function makes the results, before or after; without one they are the rows, written as promised."""
    store(app, *books(2))

    @app.get("/function")
    def with_function(db: Session, page: Small) -> Page[str]:
        return page.of(db, select(Book), lambda book: book.title.upper())

    @app.get("/map")
    def with_map(db: Session, page: Small) -> Page[str]:
        return page.of(db, select(Book)).map(lambda book: book.title)

    @app.get("/rows", response_model=Page[BookOut])
    def with_rows(db: Session, page: Small) -> Page[Book]:
        return page.of(db, select(Book))

    @app.get("/columns")
    def with_columns(db: Session, page: Small) -> Page[str]:
        query = select(Book.title, Author.name).join(Book.author).order_by(Book.title)
        return page.of(db, query).map(lambda row: f"{row[0]} by {row[1]}")

    with Client(app) as client:
        assert client.get("/function").json()["results"] == ["BOOK 00", "BOOK 01"]
        assert client.get("/map").json()["results"] == ["Book 00", "Book 01"]
        assert client.get("/rows").json()["results"] == [{"id": 1, "title": "Book 00"}, {"id": 2, "title": "Book 01"}]
        assert client.get("/columns").json()["results"] == ["Book 00 by Le Guin", "Book 01 by Eco"]
        assert "link" in client.get("/rows").headers


def test_the_document_tells_of_pages(client, app):
    """Parameters with their bounds, the page as a schema, the `Link` field and the 404 are in the API document."""
    document = app.openapi()
    operation = document["paths"]["/numbers"]["get"]
    (size,) = [one for one in operation["parameters"] if one["name"] == "page_size"]
    assert size["schema"] == {"type": "integer", "minimum": 1, "maximum": 10, "default": 4}
    answer = operation["responses"]["200"]
    assert answer["content"]["application/json"]["schema"] == {"$ref": "#/components/schemas/Page_BookOut_"}
    assert answer["headers"]["Link"]["schema"] == {"type": "string"}
    assert set(operation["responses"]) == {"200", "404", "422"}
    assert set(document["paths"]["/offsets"]["get"]["responses"]) == {"200", "422"}
    schema = document["components"]["schemas"]["Page_BookOut_"]
    assert schema["properties"]["results"]["items"] == {"$ref": "#/components/schemas/BookOut"}
    assert list(schema["properties"]) == ["count", "next", "previous", "results"]


def test_sizes_that_are_none_are_told(app):
    """A class whose pages have no size is a fault of the application, with its line."""

    class Wrong(PageNumberPagination):
        page_size = 200

    @app.get("/books")
    def list_books(db: Session, page: Wrong) -> Page[BookOut]:
        return page.of(db, select(Book), BookOut)

    (fault,) = app.check()
    assert fault.code == "resources.E001"
    assert fault.message == ("`Wrong` has `page_size = 200` and `max_page_size = 100`, which are no sizes of pages")
    assert fault.place is not None
    assert fault.place.file == __file__


def test_addresses_stay_on_this_host(app):
    """Whatever a client puts into a path, the address of a page is a path here and ends where it should."""
    store(app, *books(3))

    @app.get("/<path:anything>")
    def catch_all(anything: str, db: Session, page: PageNumberPagination) -> Page[BookOut]:
        return page.of(db, select(Book), BookOut)

    with Client(app) as client:
        reply = client.get("/a%3E;%20b?page_size=1")
        assert reply.json()["next"] == "/a%3E;%20b?page_size=1&page=2"
        reply = client.get(f"http://{app.test_host}//evil.example/x?page_size=1")
        assert reply.json()["next"] == "/.//evil.example/x?page_size=1&page=2"
