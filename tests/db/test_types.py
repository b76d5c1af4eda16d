"""Values come back as they went in."""

import enum
import uuid
from datetime import UTC, datetime, timedelta, timezone
from decimal import Decimal
from typing import Any, Literal

import pytest
import sqlalchemy as sa
from hypothesis import given, settings
from hypothesis import strategies as st

from vase.db import Database, Mapped, Model, column, select

ZONES = st.sampled_from([UTC, timezone(timedelta(hours=5, minutes=30))])
FIRST, LAST = datetime(2, 1, 1), datetime(9998, 1, 1)  # noqa: DTZ001  # hypothesis wants them naive
MOMENTS = st.datetimes(timezones=ZONES, min_value=FIRST, max_value=LAST)


class Colour(enum.Enum):
    RED = "red"
    GREEN = "dark green"


class Value(Model):
    moment: Mapped[datetime | None]
    amount: Mapped[Decimal | None] = column(max_digits=12, decimal_places=3)
    key: Mapped[uuid.UUID | None]
    data: Mapped[dict[str, Any] | None]
    words: Mapped[list[str] | None]
    colour: Mapped[Colour | None]
    size: Mapped[Literal["s", "m"] | None]


@pytest.fixture(scope="module")
def database():
    database = Database("sqlite://")
    Value.metadata.create_all(database.engine)
    yield database
    database.dispose()


def through(database: Database, **values: Any) -> Value:
    with database.session() as db:
        db.add(Value(**values))
        db.flush()
        db.expunge_all()
        return db.scalars(select(Value).order_by(Value.id.desc()).limit(1)).one()


@given(MOMENTS)
@settings(max_examples=50, deadline=None)
def test_moments(database, moment):
    """A moment comes back as the same moment, in UTC."""
    back = through(database, moment=moment).moment
    assert back == moment
    assert back.tzinfo is UTC


def test_naive_moments_are_refused(database):
    """Nobody can tell which moment a naive datetime means."""
    with pytest.raises(sa.exc.StatementError, match="a naive datetime cannot be stored: `2025-01-02T00:00:00`"):
        through(database, moment=datetime(2025, 1, 2))  # noqa: DTZ001


@given(st.decimals(min_value=-(10**9) + 1, max_value=10**9 - 1, places=3))
@settings(max_examples=50, deadline=None)
def test_decimals(database, amount):
    """A decimal within its digits comes back exactly, its zeros included, also on SQLite."""
    back = through(database, amount=amount).amount
    assert isinstance(back, Decimal)
    assert str(back) == str(amount) or back == amount == 0


def test_sums_are_decimal(database):
    """What the database adds up is a decimal too."""
    with database.session() as db:
        db.execute(sa.delete(Value))
        db.add_all([Value(amount=Decimal("0.1")), Value(amount=Decimal("0.2"))])
        db.flush()
        assert db.scalar(select(sa.func.sum(Value.amount))) == Decimal("0.3")


def test_other_types(database):
    """UUIDs, JSON, enumerations by value, and literals."""
    key = uuid.uuid4()
    back = through(database, key=key, data={"a": [1, None]}, words=["x"], colour=Colour.GREEN, size="m")
    assert (back.key, back.data, back.words, back.colour, back.size) == (
        key,
        {"a": [1, None]},
        ["x"],
        Colour.GREEN,
        "m",
    )
    with database.engine.connect() as connection:
        assert connection.scalar(sa.text("SELECT colour FROM test_types_value WHERE size = 'm'")) == "dark green"


def test_unknown_members_are_refused(database):
    """A literal that is not among the declared ones never reaches the database."""
    with pytest.raises(sa.exc.StatementError, match="'l' is not among the defined enum values"):
        through(database, size="l")
