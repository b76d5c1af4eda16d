"""Places in an ordered query: the values by which a row is ordered, what lies behind them, and how they travel.

A place is the row's values of the expressions in ORDER BY, the primary key last. "The next page" is what lies behind
a place, whatever has been inserted or deleted since: no row is shown twice and none is left out.
"""

import base64
import binascii
import hashlib
import hmac
import json
import operator
import uuid
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time
from decimal import Decimal
from typing import Any, Final

import sqlalchemy as sa
from sqlalchemy.sql import elements, operators

from vase.resources._errors import OrderError
from vase.resources._pagination import Statement, entities_of

__all__ = ["CursorError", "Key", "Place", "behind", "dump_place", "keys_of", "load_place"]

type Place = list[Any]

_SIGNATURE_LENGTH: Final = 16
_MODIFIERS: Final = (operators.asc_op, operators.desc_op, operators.nulls_first_op, operators.nulls_last_op)
_TEXTS: Final[dict[str, tuple[type, Callable[[Any], str], Callable[[str], Any]]]] = {
    "d": (Decimal, str, Decimal),
    "t": (datetime, datetime.isoformat, datetime.fromisoformat),
    "D": (date, date.isoformat, date.fromisoformat),
    "T": (time, time.isoformat, time.fromisoformat),
    "u": (uuid.UUID, str, uuid.UUID),
}


class CursorError(Exception):
    """A cursor that was not made here, or for another order."""


@dataclass(frozen=True, slots=True)
class Key:
    """One expression of an ORDER BY.

    Args:
        expression: What is compared.
        descends: Whether large values come first.
        may_be_null: Whether it may be NULL.
        nulls_first: Whether NULL comes before all values.
    """

    expression: sa.ColumnElement[Any]
    descends: bool = False
    may_be_null: bool = False
    nulls_first: bool = False

    def reversed(self) -> "Key":
        """Return the key of the opposite order."""
        return Key(self.expression, not self.descends, self.may_be_null, not self.nulls_first)

    def clauses(self) -> Iterator[sa.ColumnElement[Any]]:
        """Yield what stands in ORDER BY; where NULL goes is said, since databases differ in it."""
        if self.may_be_null:
            is_null = self.expression.is_(None)
            yield is_null.desc() if self.nulls_first else is_null.asc()
        yield self.expression.desc() if self.descends else self.expression.asc()

    def equals(self, value: object) -> sa.ColumnElement[bool]:
        """Return the condition that a row has this value."""
        return self.expression.is_(None) if value is None else self.expression == self._bound(value)

    def follows(self, value: object) -> sa.ColumnElement[bool]:
        """Return the condition that a row comes behind this value."""
        if value is None:
            return self.expression.is_not(None) if self.nulls_first else sa.false()
        compare = operator.lt if self.descends else operator.gt
        condition: sa.ColumnElement[bool] = compare(self.expression, self._bound(value))
        return condition | self.expression.is_(None) if self.may_be_null and not self.nulls_first else condition

    def _bound(self, value: object) -> sa.ColumnElement[Any]:
        return sa.literal(value, self.expression.type)


def keys_of(query: Statement) -> list[Key]:
    """Return the order of a query, the primary keys of its models last, so that no two rows are equal in it.

    Raises:
        OrderError: An expression that nobody can follow.
    """
    keys = [_key(clause) for clause in query._order_by_clauses]  # noqa: SLF001  # SQLAlchemy has no public word for it
    known = {str(key.expression) for key in keys}
    for model in entities_of(query):
        # The attribute, not the column of the table: an ordered join may have the table under another name.
        mapper = sa.inspect(model)
        attributes = [getattr(model, mapper.get_property_by_column(column).key) for column in mapper.primary_key]
        keys += [_key(one.expression) for one in attributes if str(one.expression) not in known]
    if not keys:
        message = "a query without an order and without a model cannot be followed by a cursor"
        raise OrderError(message, code="resources.E002", hint="give it an `order_by` that no two rows share")
    return keys


def behind(keys: Sequence[Key], place: Place) -> sa.ColumnElement[bool]:
    """Return the condition that a row comes behind a place."""
    ways = []
    for index, (key, value) in enumerate(zip(keys, place, strict=True)):
        before = [one.equals(known) for one, known in zip(keys[:index], place, strict=False)]
        ways.append(sa.and_(*before, key.follows(value)))
    # Said twice, because a database finds the beginning in an index by this one alone.
    start = keys[0].follows(place[0]) | keys[0].equals(place[0])
    return sa.and_(start, sa.or_(*ways))


def dump_place(place: Place, keys: Sequence[Key], *, is_backwards: bool, secret: str) -> str:
    """Return a place as a client gets it: signed, so that nobody can ask where a value lies that he may not see."""
    text = json.dumps([int(is_backwards), *map(_plain, place)], separators=(",", ":"), ensure_ascii=False).encode()
    return base64.urlsafe_b64encode(_signature(text, keys, secret) + text).decode().rstrip("=")


def load_place(cursor: str, keys: Sequence[Key], secrets: Sequence[str]) -> tuple[Place, bool]:
    """Return the place that a cursor means, and whether the way leads back from it.

    Args:
        cursor: What the client sent.
        keys: The order of the query.
        secrets: The keys that may have signed it.

    Raises:
        CursorError: It was not made here, or for another order.
    """
    try:
        whole = base64.urlsafe_b64decode(cursor.encode() + b"=" * (-len(cursor) % 4))
    except (ValueError, binascii.Error) as reason:
        raise CursorError from reason
    signature, text = whole[:_SIGNATURE_LENGTH], whole[_SIGNATURE_LENGTH:]
    if not any(hmac.compare_digest(signature, _signature(text, keys, secret)) for secret in secrets):
        raise CursorError
    direction, *values = json.loads(text)
    return [_value(one) for one in values], bool(direction)


def _signature(text: bytes, keys: Sequence[Key], secret: str) -> bytes:
    # The order is part of what is signed: a cursor is worth nothing in a list that is ordered otherwise.
    order = "\0".join(f"{key.expression} {key.descends} {key.nulls_first}" for key in keys)
    signed = b"\0".join([b"vase.resources.cursor", order.encode(), text])
    return hmac.digest(secret.encode(), signed, hashlib.sha256)[:_SIGNATURE_LENGTH]


def _key(clause: Any) -> Key:
    descends, nulls_first = False, False
    while True:
        if isinstance(clause, elements._label_reference):  # noqa: SLF001  # how `order_by` wraps a label
            clause = clause.element
        modifier = clause.modifier if isinstance(clause, elements.UnaryExpression) else None
        if modifier not in _MODIFIERS:
            break
        descends = descends or modifier is operators.desc_op
        nulls_first = nulls_first or modifier is operators.nulls_first_op
        clause = clause.element
    if not isinstance(clause, sa.ColumnElement):
        message = f"a cursor cannot follow the order `{clause}`"
        raise OrderError(message, code="resources.E002", hint="order by columns or expressions, not by text")
    if isinstance(clause.type, sa.Enum):
        clause = sa.type_coerce(clause, sa.String())  # as it is stored, and as it is ordered
    is_filled = isinstance(clause, sa.Column) and not clause.nullable
    return Key(clause, descends, not is_filled, nulls_first)


def _plain(value: object) -> object:
    if value is None or isinstance(value, bool | int | float | str):
        return value
    for word, (kind, write, _) in _TEXTS.items():
        if isinstance(value, kind):
            return {word: write(value)}
    message = f"a cursor cannot hold a `{type(value).__name__}`"
    raise OrderError(message, code="resources.E002", hint="order by numbers, texts, dates, moments or UUIDs")


def _value(plain: Any) -> Any:
    if not isinstance(plain, dict):
        return plain
    ((word, text),) = plain.items()
    return _TEXTS[word][2](text)
