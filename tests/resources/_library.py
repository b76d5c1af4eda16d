"""A small library with a database, for the tests of lists."""

from datetime import UTC, datetime, timedelta
from decimal import Decimal
from enum import Enum

from pydantic import BaseModel, ConfigDict

from vase import Vase
from vase.db import ForeignKey, Mapped, Model, column, relationship

START = datetime(2024, 1, 1, tzinfo=UTC)


class Kind(Enum):
    NOVEL = "novel"
    ESSAY = "essay"


class Author(Model):
    name: Mapped[str] = column(max_length=40)


class Tag(Model):
    name: Mapped[str] = column(max_length=40)
    book_id: Mapped[int] = column(ForeignKey("library_book.id", on_delete="CASCADE"))


class Book(Model):
    title: Mapped[str] = column(max_length=80, unique=True)
    pages: Mapped[int | None]
    price: Mapped[Decimal] = column(max_digits=8, decimal_places=2)
    kind: Mapped[Kind]
    added: Mapped[datetime]
    is_lent: Mapped[bool] = column(default=False)
    author_id: Mapped[int] = column(ForeignKey(Author, on_delete="CASCADE"))
    author: Mapped[Author] = relationship(lazy="raise")
    tags: Mapped[list[Tag]] = relationship(lazy="raise")


class BookOut(BaseModel):
    model_config = ConfigDict(from_attributes=True)

    id: int
    title: str


def store(app: Vase, *rows: Model) -> None:
    with app.databases["default"].session() as db:
        db.add_all(rows)
        db.commit()


def books(count: int) -> list[Book]:
    """Return books with many equal values, and pages that are not known of every third."""
    authors = [Author(name="Le Guin"), Author(name="Eco")]
    return [
        Book(
            title=f"Book {number:02}",
            pages=None if number % 3 == 0 else 100 + number % 4,
            price=Decimal(number % 5) + Decimal("0.10"),
            kind=Kind.NOVEL if number % 2 else Kind.ESSAY,
            added=START + timedelta(hours=number // 2),
            author=authors[number % 2],
            tags=[Tag(name=f"t{number % 3}"), Tag(name="all")],
        )
        for number in range(count)
    ]
