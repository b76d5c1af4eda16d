"""Lists and resources: pages keep the types of their results."""

from datetime import date
from decimal import Decimal
from typing import Annotated, Any, assert_type

from pydantic import BaseModel
from sqlalchemy import Select

from vase import Router, Vase
from vase.db import AsyncSession, Mapped, Model, Session, column, select
from vase.resources import (
    CursorPage,
    CursorPagination,
    Filter,
    FilterSet,
    LimitOffsetPagination,
    OrderingFilter,
    Page,
    PageNumberPagination,
    Resource,
    SearchFilter,
)
from vase.views import Deprecation, HeaderVersioning, post


class Book(Model):
    title: Mapped[str] = column(max_length=80)
    price: Mapped[Decimal] = column(max_digits=8, decimal_places=2)


class BookOut(BaseModel):
    id: int
    title: str


class BookIn(BaseModel):
    title: str
    price: Decimal


class BookFilters(FilterSet[Book]):
    title: str | None = None
    cheap: Annotated[bool | None, Filter(lambda yes: Book.price < 10 if yes else Book.price >= 10)] = None
    search: Annotated[str | None, SearchFilter("title")] = None
    ordering: Annotated[str | None, OrderingFilter("title", "price")] = "title"


class Small(PageNumberPagination):
    page_size = 10
    max_page_size = 50


class Version(HeaderVersioning):
    allowed_versions = ("1", "2")
    default_version = "2"


router = Router("/books", versions=Version, deprecated=Deprecation(since=date(2026, 1, 1)))


@router.get("/")
def list_books(db: Session, filters: BookFilters, page: Small) -> Page[BookOut]:
    query = filters.apply(select(Book))
    assert_type(query, Select[Book])
    assert_type(page.of(db, query), Page[Book])
    assert_type(page.of(db, query, lambda book: book.title), Page[str])
    assert_type(page.of(db, query).map(lambda book: book.title), Page[str])
    return page.of(db, query, BookOut)


@router.get("/offset")
async def by_offset(db: AsyncSession, page: LimitOffsetPagination) -> Page[BookOut]:
    assert_type(await page.of(db, select(Book)), Page[Book])
    return await page.of(db, select(Book), BookOut)


@router.get("/cursor")
async def by_cursor(db: AsyncSession, page: CursorPagination, version: Version) -> CursorPage[BookOut]:
    assert_type(version.number, str)
    assert_type(await page.of(db, select(Book)), CursorPage[Book])
    return await page.of(db, select(Book), BookOut)


class Books(Resource[Book]):
    prefix = "/all"
    schema = BookOut
    create_schema = BookIn
    filters = BookFilters
    pagination = CursorPagination
    actions = ("list", "retrieve", "create")

    def get_queryset(self, version: Version) -> Select[Book]:
        return select(Book).where(Book.price > len(version.number))

    def create(self, data: BookIn, db: Session, quietly: bool = False) -> BookOut:
        row = self.save(db, self.new(data))
        assert_type(row, Book)
        return BookOut.model_validate(row, from_attributes=True)

    @post("/{id}/sell")
    async def sell(self, id: int, db: AsyncSession) -> int:
        row = self.change(await db.get_one(Book, id), BookIn(title="", price=Decimal(1)))
        return (await self.save(db, row)).id


app = Vase()
app.include(router)
app.include(Books)


@router.exception_handler(KeyError)
def missing(request: Any, error: KeyError) -> str:
    return str(error)
