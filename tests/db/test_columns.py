"""Django's words, and what SQLAlchemy makes of them."""

from datetime import UTC, date, datetime, timedelta
from decimal import Decimal

import pytest
import sqlalchemy as sa

from vase.db import Database, ExactNumeric, ForeignKey, Mapped, Model, ModelError, OnDelete, PlainModel, column


class Ware(Model):
    name: Mapped[str] = column(max_length=10, unique=True, db_comment="what it is called")
    text: Mapped[str | None]
    price: Mapped[Decimal] = column(max_digits=6, decimal_places=2, default=Decimal("1.50"))
    stock: Mapped[int] = column(index=True, db_default="7")
    made_at: Mapped[datetime] = column(auto_now_add=True)
    made_on: Mapped[date] = column(auto_now_add=True)
    changed_at: Mapped[datetime] = column(auto_now=True)
    odd: Mapped[int] = column(null=True, db_column="strange")
    parent_id: Mapped[int | None] = column(ForeignKey("test_columns_ware.id", on_delete="SET_NULL"))


class Pair(PlainModel):
    left: Mapped[int] = column(primary_key=True)
    right: Mapped[int] = column(primary_key=True)


@pytest.fixture
def database():
    database = Database("sqlite://")
    Ware.metadata.create_all(database.engine)
    yield database
    database.dispose()


def test_types_and_words():
    """Each word is where SQLAlchemy keeps it."""
    columns = Ware.__table__.columns
    assert isinstance(columns["name"].type, sa.String)
    assert columns["name"].type.length == 10
    assert columns["name"].unique
    assert columns["name"].comment == "what it is called"
    assert (columns["text"].nullable, columns["name"].nullable, columns["strange"].nullable) == (True, False, True)
    assert isinstance(columns["price"].type, ExactNumeric)
    assert (columns["price"].type.max_digits, columns["price"].type.decimal_places) == (6, 2)
    assert columns["stock"].index
    assert columns["parent_id"].index, "a foreign key has an index"
    (reference,) = columns["parent_id"].foreign_keys
    assert reference.ondelete == "SET NULL"


def test_defaults_and_automatic_moments(database):
    """Defaults are filled in at the insert, `auto_now` again at each update, moments aware and in UTC."""
    with database.session() as db:
        ware = Ware(name="tea", odd=1)
        db.add(ware)
        db.flush()
        assert (ware.price, ware.stock) == (Decimal("1.50"), 7)
        assert abs(datetime.now(UTC) - ware.made_at) < timedelta(seconds=5)
        assert ware.made_on == datetime.now(UTC).date()
        before = ware.changed_at
        ware.text = "green"
        db.flush()
        assert ware.changed_at > before
        assert ware.made_at <= before


def test_null_and_unique_are_kept_by_the_database(database):
    """What a column refuses, the database refuses."""
    with database.session() as db:
        db.add(Ware(name="tea"))
    for wrong in (Ware(name="tea"), Ware(name=None)):
        with pytest.raises(sa.exc.IntegrityError), database.session() as db:
            db.add(wrong)


@pytest.mark.parametrize(
    ("word", "sql"),
    [
        ("CASCADE", "CASCADE"),
        ("PROTECT", "RESTRICT"),
        ("SET_NULL", "SET NULL"),
        ("SET_DEFAULT", "SET DEFAULT"),
        ("DO_NOTHING", None),
        (OnDelete.PROTECT, "RESTRICT"),
    ],
)
def test_on_delete(word, sql):
    """Django's words for what happens to a row whose target is deleted."""
    assert ForeignKey(Ware, on_delete=word).ondelete == sql


def test_foreign_key_to_a_model_with_two_keys_is_refused():
    """A reference needs one column to point to."""
    with pytest.raises(ModelError, match="cannot point to `Pair`, whose primary key has 2 columns") as caught:
        ForeignKey(Pair, on_delete="CASCADE")
    assert caught.value.code == "db.E006"
    assert caught.value.place is not None
    assert caught.value.place.file == __file__


def test_digits_that_contradict_each_other_are_refused():
    """There cannot be more digits behind the point than in all."""
    with pytest.raises(ModelError, match="`max_digits` is smaller than `decimal_places`: `1`") as caught:
        column(max_digits=1, decimal_places=2)
    assert caught.value.place is not None
    assert caught.value.place.file == __file__
