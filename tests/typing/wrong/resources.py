"""What a type checker refuses of lists and resources."""

from pydantic import BaseModel

from vase import Router
from vase.db import AsyncSession, Mapped, Model, Session, column, select
from vase.resources import CursorPage, CursorPagination, Page, PageNumberPagination, Resource
from vase.views import Deprecation


class Book(Model):
    title: Mapped[str] = column(max_length=80)


class BookOut(BaseModel):
    title: str


class Wide(PageNumberPagination):
    page_size = "10"  # wrong: assignment | reportAssignmentType


def rows(db: Session, page: PageNumberPagination) -> Page[BookOut]:
    query = select(Book)
    return page.of(db, query)  # wrong: arg-type | reportReturnType


def cursor(db: Session, page: CursorPagination) -> Page[BookOut]:
    return page.of(db, select(Book), BookOut)  # wrong: return-value | reportReturnType


async def forgotten(db: AsyncSession, page: CursorPagination) -> CursorPage[BookOut]:
    return page.of(db, select(Book), BookOut)  # wrong: return-value | reportReturnType


class Books(Resource[Book]):
    schema = int  # wrong: assignment | reportAssignmentType
    actions = ("list", "delete")  # wrong: assignment | reportAssignmentType


old = Deprecation(since="2026-01-01")  # wrong: arg-type | reportArgumentType
router = Router("/books", deprecated="yes")  # wrong: arg-type | reportArgumentType
