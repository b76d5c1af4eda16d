"""What the document says of lists and resources is what they do: schemathesis reads the one and asks the other."""

from datetime import UTC, datetime
from decimal import Decimal
from typing import Any

import pytest
from pydantic import BaseModel, ConfigDict, Field
from sqlalchemy.orm import joinedload

from tests.openapi.test_fuzz import fuzz
from tests.resources._library import Author, Book, Kind, books, store
from tests.resources.test_filters import BookFilters
from vase import Router, Vase, public
from vase.db import AsyncSession, Session, select
from vase.resources import CursorPage, CursorPagination, LimitOffsetPagination, Page, Resource
from vase.views import AcceptHeaderVersioning, HeaderVersioning

pytestmark = pytest.mark.slow


class AuthorOut(BaseModel):
    id: int
    name: str


class BookOut(BaseModel):
    id: int
    title: str
    pages: int | None
    kind: Kind
    author: AuthorOut


class BookIn(BaseModel):
    model_config = ConfigDict(extra="forbid")

    title: str = Field(min_length=1, max_length=80, pattern="^[a-zA-Z ]+$")
    pages: int | None = Field(default=None, ge=1, le=10_000)
    kind: Kind = Kind.NOVEL
    author_id: int = Field(ge=1, lt=2**31)


class Books(Resource[Book]):
    prefix = "/books"
    schema = BookOut
    create_schema = BookIn
    filters = BookFilters

    def get_queryset(self) -> Any:
        return select(Book).options(joinedload(Book.author))

    def new(self, data: BaseModel, **more: object) -> Book:
        return super().new(data, price=Decimal(1), added=datetime(2024, 1, 1, tzinfo=UTC), **more)


class LaterBooks(Books):
    prefix = "/later/books"
    namespace = "later"
    session = AsyncSession
    pagination = CursorPagination


class Version(HeaderVersioning):
    allowed_versions = ("1", "2")
    default_version = "2"


class MediaVersion(AcceptHeaderVersioning):
    allowed_versions = ("1", "2")
    default_version = "2"


lists = Router("/lists", versions=Version)


@lists.get("/offset")
def by_offset(db: Session, filters: BookFilters, page: LimitOffsetPagination) -> Page[AuthorOut]:
    return page.of(db, filters.apply(select(Book)), lambda book: AuthorOut(id=book.id, name=book.title))


@lists.get("/cursor")
async def by_cursor(db: AsyncSession, page: CursorPagination) -> CursorPage[AuthorOut]:
    return await page.of(db, select(Author).order_by(Author.name.desc()), AuthorOut)


@lists.get("/media", versions=MediaVersion)
async def by_media(version: MediaVersion) -> AuthorOut:
    return AuthorOut(id=1, name=version.number)


def test_resources_keep_their_word(tmp_path):
    """No 5xx, and no status, content type, header or body that the document does not have."""
    database = {"default": f"sqlite:///{tmp_path}/db.sqlite3"}
    app = Vase(settings={"DATABASES": database, "SECRET_KEY": "k" * 50, "OPENAPI_URL": "/openapi.json"}, auth=public)
    Book.metadata.create_all(app.databases["default"].engine)
    store(app, *books(12))
    app.include(Books)
    app.include(LaterBooks)
    app.include(lists)
    fuzz(app, tmp_path)
    app.databases["default"].engine.dispose()
