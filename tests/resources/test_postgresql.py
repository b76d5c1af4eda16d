"""The same lists on PostgreSQL, whose order of texts and NULL is its own."""

import pytest

from tests.resources._library import Book, BookOut, books, store
from tests.resources.test_cursor_pagination import ORDERS, titles, walk
from tests.resources.test_filters import BookFilters
from vase import Vase
from vase.db import AsyncSession, Session, select
from vase.resources import CursorPage, CursorPagination, Page, PageNumberPagination
from vase.testing import Client

pytestmark = pytest.mark.postgres


@pytest.fixture(scope="module")
def app(postgres_url):
    app = Vase(settings={"DATABASES": {"default": postgres_url}, "SECRET_KEY": "k" * 50})
    engine = app.databases["default"].engine
    Book.metadata.create_all(engine)
    store(app, *books(23))

    @app.get("/filtered")
    async def filtered(db: AsyncSession, filters: BookFilters, page: PageNumberPagination) -> Page[BookOut]:
        return await page.of(db, filters.apply(select(Book)), BookOut)

    @app.get("/books/{number:int}")
    def list_books(number: int, db: Session, page: CursorPagination) -> CursorPage[BookOut]:
        order = list(ORDERS.values())[number]
        return page.of(db, select(Book).order_by(*order), BookOut)

    yield app
    Book.metadata.drop_all(engine)
    engine.dispose()


@pytest.fixture(scope="module")
def client(app):
    with Client(app) as client:
        yield client


@pytest.mark.parametrize("order", ORDERS)
def test_every_row_once_in_both_directions(client, order):
    """Whatever the order, the pages are the list in pieces, forwards and back."""
    url = f"/books/{list(ORDERS).index(order)}"
    whole = titles(client.get(f"{url}?page_size=50"))
    assert len(set(whole)) == 23
    pages = walk(client, f"{url}?page_size=5", "next")
    assert [title for page in pages for title in page] == whole
    last = client.get(f"{url}?page_size=5")
    while last.json()["next"]:
        last = client.get(last.json()["next"])
    back = walk(client, last.json()["previous"], "previous")
    assert [title for page in reversed(back) for title in page] == whole[:20]


@pytest.mark.parametrize(
    ("query", "count"),
    [
        ("kind=novel", 11),
        ("tag=t2&writer=eco", 0),
        ("search=ECO 01", 1),
        ("pages__gt=99999999999999999999", 0),
        ("title=a%00b", 0),
        ("added__lt=2024-01-01T01:00:00", 2),
        ("price__gte=4.10&ordering=-price", 4),
        ("id__in=99999999999", 0),
        ("pages__gt=40000", 0),
        ("price__gte=1e999999", 0),
        ("price__gte=1e-999999", 23),
        ("added__lt=0001-01-01T00:00:00%2B14:00", 0),
        ("added__lt=9999-12-31T23:59:59-14:00", 23),
    ],
)
def test_filters(client, query, count):
    """What is asked for is what is found, and nothing that a client sends is an error of the database."""
    reply = client.get(f"/filtered?{query.replace(' ', '%20')}")
    assert reply.status_code == 200
    assert reply.json()["count"] == count
