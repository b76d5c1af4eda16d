"""Pages by a cursor."""

import pytest
import sqlalchemy as sa

from tests.resources._library import Author, Book, BookOut, books, store
from vase.db import AsyncSession, Session, select
from vase.resources import CursorPage, CursorPagination, OrderError
from vase.testing import Client, TestResponse

ORDERS = {
    "none": (),
    "one": (Book.title,),
    "down": (Book.added.desc(),),
    "mixed": (Book.price.desc(), Book.title.asc()),
    "null": (Book.pages,),
    "null down": (Book.pages.desc(), Book.added),
    "null first": (Book.pages.asc().nulls_first(), Book.price),
    "null last": (Book.pages.desc().nulls_last(),),
    "enum": (Book.kind.desc(), Book.pages),
    "flag": (Book.is_lent, Book.kind),
    "expression": (Book.price * 2,),
    "function": (sa.func.length(Book.title), Book.pages),
    "key down": (Book.id.desc(),),
}


def titles(reply: TestResponse) -> list[str]:
    assert reply.status_code == 200, reply.text
    return [book["title"] for book in reply.json()["results"]]


def walk(client: Client, url: str | None, word: str) -> list[list[str]]:
    """Return the titles of a page and of all that follow it in a direction."""
    found = []
    while url is not None:
        reply = client.get(url)
        found.append(titles(reply))
        url = reply.json()[word]
        assert len(found) < 100
    return found


@pytest.mark.parametrize("is_async", [False, True])
@pytest.mark.parametrize("order", ORDERS)
def test_every_row_once_in_both_directions(app, order, is_async):
    """Whatever the order, equal and missing values included, the pages are the list in pieces, forwards and back."""
    store(app, *books(23))
    query = select(Book).order_by(*ORDERS[order])

    if is_async:

        @app.get("/books")
        async def list_books(db: AsyncSession, page: CursorPagination) -> CursorPage[BookOut]:
            return await page.of(db, query, BookOut)
    else:

        @app.get("/books")
        def list_books_here(db: Session, page: CursorPagination) -> CursorPage[BookOut]:
            return page.of(db, query, BookOut)

    with Client(app) as client:
        whole = titles(client.get("/books?page_size=50"))
        assert sorted(whole) == [f"Book {number:02}" for number in range(23)]
        pages = walk(client, "/books?page_size=5", "next")
        assert [title for page in pages for title in page] == whole
        assert [len(page) for page in pages] == [5, 5, 5, 5, 3]
        last = client.get("/books?page_size=5")
        while last.json()["next"]:
            last = client.get(last.json()["next"])
        back = walk(client, last.json()["previous"], "previous")
        assert [title for page in reversed(back) for title in page] == whole[:20]


def test_null_comes_where_the_query_says(app):
    """NULL is last, whatever the database does, unless the query says otherwise."""
    store(app, *books(4))

    @app.get("/last")
    def last(db: Session, page: CursorPagination) -> CursorPage[BookOut]:
        return page.of(db, select(Book).order_by(Book.pages.desc()), BookOut)

    @app.get("/first")
    def first(db: Session, page: CursorPagination) -> CursorPage[BookOut]:
        return page.of(db, select(Book).order_by(Book.pages.desc().nulls_first()), BookOut)

    with Client(app) as client:
        assert titles(client.get("/last")) == ["Book 02", "Book 01", "Book 00", "Book 03"]
        assert titles(client.get("/first")) == ["Book 00", "Book 03", "Book 02", "Book 01"]


def test_what_is_inserted_and_deleted_shifts_nothing(app):
    """A row that was there all the time is on exactly one page, whatever comes and goes between the requests."""
    store(app, *books(10))

    @app.get("/books")
    def list_books(db: Session, page: CursorPagination) -> CursorPage[BookOut]:
        return page.of(db, select(Book).order_by(Book.title), BookOut)

    with Client(app) as client:
        first = client.get("/books?page_size=4")
        assert titles(first) == ["Book 00", "Book 01", "Book 02", "Book 03"]
        author = Author(name="New")
        new = books(3)
        for number, book in enumerate(new):
            book.title, book.author = f"Book 0{number}a", author
        store(app, *new)
        with app.databases["default"].session() as db:
            db.execute(sa.delete(Book).where(Book.title == "Book 03"))
            db.commit()
        second = client.get(first.json()["next"])
        assert titles(second) == ["Book 04", "Book 05", "Book 06", "Book 07"]


def test_a_cursor_is_of_one_list_in_one_order(app):
    """A cursor that was changed, or made for another order, is a fault of the request with its path."""
    store(app, *books(6))

    @app.get("/books")
    def list_books(db: Session, page: CursorPagination, down: bool = False) -> CursorPage[BookOut]:
        return page.of(db, select(Book).order_by(Book.title.desc() if down else Book.title), BookOut)

    with Client(app) as client:
        cursor = client.get("/books?page_size=2").json()["next"].rpartition("cursor=")[2]
        assert client.get(f"/books?cursor={cursor}").status_code == 200
        wrong = [cursor[:-2], cursor[:30] + "A" + cursor[31:], "", "x", "é", "%00", "A" * 300]
        for url in [f"/books?cursor={one}" for one in wrong] + [f"/books?down=1&cursor={cursor}"]:
            reply = client.get(url)
            assert reply.status_code == 422, url
            (fault,) = reply.json()["errors"]
            assert (fault["path"], fault["type"]) == ("query.cursor", "cursor")
        assert client.get("/books?cursor=" + "A" * 5000).json()["errors"][0]["type"] == "string_too_long"


def test_a_former_key_still_opens_its_cursors(app, tmp_path):
    """A cursor that a former SECRET_KEY has signed is good as long as the key is among the fallbacks."""
    store(app, *books(6))
    reply: list[str] = []
    for secret, fallbacks in (("a" * 50, []), ("b" * 50, ["a" * 50]), ("c" * 50, [])):
        site = type(app)(
            settings={
                "DATABASES": {"default": f"sqlite:///{tmp_path}/db.sqlite3"},
                "SECRET_KEY": secret,
                "SECRET_KEY_FALLBACKS": fallbacks,
            }
        )

        @site.get("/books")
        def list_books(db: Session, page: CursorPagination) -> CursorPage[BookOut]:
            return page.of(db, select(Book), BookOut)

        with Client(site) as client:
            url = reply[0] if reply else "/books?page_size=2"
            found = client.get(url)
            reply = reply or [found.json()["next"]]
            assert found.status_code == (422 if secret[0] == "c" else 200)


def test_pages_name_their_neighbours(app):
    """The `Link` field says what the body says, and the rest of the query stays."""
    store(app, *books(6))

    @app.get("/books")
    def list_books(db: Session, page: CursorPagination, word: str = "") -> CursorPage[BookOut]:
        return page.of(db, select(Book), BookOut)

    with Client(app) as client:
        first = client.get("/books?word=a%26b&page_size=2")
        assert first.json()["previous"] is None
        following = first.json()["next"]
        assert following.startswith("/books?word=a%26b&page_size=2&cursor=")
        assert first.headers["link"] == f'<{following}>; rel="next"'
        second = client.get(following)
        assert second.headers["link"] == (
            f'<{second.json()["previous"]}>; rel="prev", <{second.json()["next"]}>; rel="next"'
        )
        assert "link" not in client.get("/books").headers


def test_rows_of_several_columns(app):
    """A query of columns is followed as one of a model is."""
    store(app, *books(3))

    @app.get("/books")
    def list_books(db: Session, page: CursorPagination) -> CursorPage[str]:
        query = select(Book.title, Author.name).join(Book.author).order_by(Book.title)
        return page.of(db, query).map(lambda row: f"{row[0]} by {row[1]}")

    with Client(app) as client:
        assert client.get("/books?page_size=2").json()["results"] == ["Book 00 by Le Guin", "Book 01 by Eco"]


def test_an_order_that_nobody_can_follow(app):
    """A text in ORDER BY, and no order without a model, are told with their remedy."""
    page = object.__new__(CursorPagination)
    with app.databases["default"].session() as db:
        with pytest.raises(OrderError, match="a cursor cannot follow the order") as raised:
            page.of(db, select(Book).order_by(sa.text("title")))
        assert raised.value.code == "resources.E002"
        with pytest.raises(OrderError, match="a query without an order and without a model") as raised:
            page.of(db, select(Book.title))
        assert raised.value.hint == "give it an `order_by` that no two rows share"
