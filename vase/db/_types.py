"""Column types that mean the same on SQLite and on PostgreSQL.

A `datetime` comes back aware on both, a `Decimal` comes back exact on both, and an enumeration is a checked text whose
members can be added without a migration. Migrations never name these classes: they are written with SQLAlchemy's own
types (see `_migrations/_render.py`), so old migrations survive a change here.
"""

import enum
import uuid
from datetime import UTC, datetime
from decimal import Decimal
from typing import Any, Final, Literal, override

import sqlalchemy as sa
from sqlalchemy.engine import Dialect
from sqlalchemy.types import TypeDecorator, TypeEngine

from vase.exceptions import quote

__all__ = ["ExactNumeric", "UtcDateTime", "annotation_types"]

_ENUM_LENGTH: Final = 64  # fixed, so that a longer member is not a change of the column

_JSON_ANNOTATIONS: Final = (
    # SQLAlchemy looks annotations up as they are written, parameters included; others name `sa.JSON` in `column`.
    *(dict, dict[str, Any], dict[str, object], dict[str, str], dict[str, int], dict[str, float]),
    *(list, list[Any], list[object], list[str], list[int], list[float], list[dict[str, Any]]),
)


class UtcDateTime(TypeDecorator[datetime]):
    """A moment: aware going in, aware (in UTC) coming out, on every database.

    SQLite keeps no time zone, so the moment is stored in UTC there. A naive `datetime` is refused, because nobody can
    tell later which zone it was meant in.
    """

    impl = sa.DateTime
    cache_ok = True

    def __init__(self) -> None:
        super().__init__(timezone=True)

    @override
    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        if value is None:
            return None
        if value.tzinfo is None:
            raise ValueError(
                f"a naive datetime cannot be stored: {quote(value.isoformat())}; write `datetime.now(UTC)`"
            )
        return value.astimezone(UTC)

    @override
    def process_result_value(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        if value is None:
            return None
        return value.replace(tzinfo=UTC) if value.tzinfo is None else value.astimezone(UTC)


class ExactNumeric(TypeDecorator[Decimal]):
    """A `Decimal` with a fixed number of digits, also on SQLite, which has no decimal type.

    SQLite stores the number as its nearest double; up to 15 digits come back exactly as they went in.

    Args:
        max_digits: Digits in all, or None for as many as the database takes.
        decimal_places: Digits after the point; values are rounded to it by the database or on the way in.
    """

    impl = sa.Numeric
    cache_ok = True

    def __init__(self, max_digits: int | None = None, decimal_places: int | None = None) -> None:
        super().__init__(max_digits, decimal_places)
        self.max_digits = max_digits
        self.decimal_places = decimal_places

    @override
    def load_dialect_impl(self, dialect: Dialect) -> TypeEngine[Any]:
        if dialect.name == "sqlite":
            return dialect.type_descriptor(sa.Numeric(self.max_digits, self.decimal_places, asdecimal=False))
        return super().load_dialect_impl(dialect)

    @override
    def process_bind_param(self, value: Decimal | None, dialect: Dialect) -> Decimal | None:
        return self._rounded(value) if value is not None and dialect.name == "sqlite" else value

    @override
    def process_result_value(self, value: Any, dialect: Dialect) -> Decimal | None:
        if value is None or isinstance(value, Decimal):
            return value
        return self._rounded(Decimal(repr(value)))

    def _rounded(self, value: Decimal) -> Decimal:
        if self.decimal_places is None:
            return value
        return Decimal(value).quantize(Decimal(1).scaleb(-self.decimal_places))


def annotation_types() -> dict[Any, TypeEngine[Any]]:
    """Return the column type of each Python type that `Mapped[…]` may name without more words."""
    return {
        str: sa.Text(),
        datetime: UtcDateTime(),
        Decimal: ExactNumeric(),
        uuid.UUID: sa.Uuid(),
        **dict.fromkeys(_JSON_ANNOTATIONS, sa.JSON()),
        enum.Enum: sa.Enum(enum.Enum, native_enum=False, length=_ENUM_LENGTH, values_callable=_stored_values),
        Literal: sa.Enum(enum.Enum, native_enum=False, length=_ENUM_LENGTH, validate_strings=True),
    }


def _stored_values(members: type[enum.Enum]) -> list[str]:
    return [str(member.value) for member in members]
