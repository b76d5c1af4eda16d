"""Lookups: `price__gte`, `author__name`, in the notation of Django, as conditions of SQLAlchemy."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from decimal import Decimal
from types import MappingProxyType
from typing import Any, Final

import sqlalchemy as sa
from sqlalchemy.orm import InstrumentedAttribute, Mapper, RelationshipProperty

from vase.db import PlainModel, UtcDateTime
from vase.exceptions import did_you_mean, quote

__all__ = ["LOOKUPS", "Lookup", "LookupFault", "find_lookup"]

type Condition = sa.ColumnElement[bool]

_INTEGER_END: Final = 2**63 - 1  # no database has a larger whole number, and some drivers fail instead of saying so
_SMALL_END: Final = 2**15
_DIGITS_MOST: Final = 20  # before or behind the point; decimals of a million digits are for nobody's good
_DECIMAL_END: Final = Decimal(10) ** _DIGITS_MOST


class LookupFault(Exception):  # noqa: N818  # what is wrong with a declaration, in a sentence
    """A path that leads nowhere; `args` are the sentence and the hint."""


def _is_null(column: Any, value: Any) -> Condition:
    condition: Condition = column.is_(None) if value else column.is_not(None)
    return condition


LOOKUPS: Final[Mapping[str, Callable[[Any, Any], Condition]]] = MappingProxyType(
    {
        "exact": lambda column, value: column == value,
        "iexact": lambda column, value: sa.func.lower(column) == sa.func.lower(value),
        "contains": lambda column, value: column.contains(value, autoescape=True),
        "icontains": lambda column, value: column.icontains(value, autoescape=True),
        "startswith": lambda column, value: column.startswith(value, autoescape=True),
        "istartswith": lambda column, value: column.istartswith(value, autoescape=True),
        "endswith": lambda column, value: column.endswith(value, autoescape=True),
        "iendswith": lambda column, value: column.iendswith(value, autoescape=True),
        "gt": lambda column, value: column > value,
        "gte": lambda column, value: column >= value,
        "lt": lambda column, value: column < value,
        "lte": lambda column, value: column <= value,
        "in": lambda column, value: column.in_(value),
        "isnull": _is_null,
    }
)
"""The comparisons by name; the meanings are Django's."""


@dataclass(frozen=True, slots=True)
class Lookup:
    """What a path like `author__name__icontains` leads to.

    Args:
        relations: The relationships on the way.
        column: The attribute at its end.
        name: How it is compared.
    """

    relations: tuple[InstrumentedAttribute[Any], ...]
    column: InstrumentedAttribute[Any]
    name: str

    def condition(self, value: Any) -> Condition:
        """Return the condition on a row; a row of another table is looked for with EXISTS, so that none comes twice."""
        known = _known_to_databases(value, self.column.type)
        made = sa.false() if known is None else LOOKUPS[self.name](self.column, known)
        for relation in reversed(self.relations):
            made = relation.any(made) if relation.property.uselist else relation.has(made)
        return made


def find_lookup(model: type[PlainModel], path: str) -> Lookup:
    """Return what a path leads to.

    Args:
        model: Where it begins.
        path: Names of attributes, and perhaps a lookup, with two underscores between them.

    Raises:
        LookupFault: It leads nowhere.
    """
    steps = path.split("__")
    relations: list[InstrumentedAttribute[Any]] = []
    while True:
        mapper: Mapper[Any] = sa.inspect(model)
        step = steps.pop(0)
        if step not in mapper.attrs:
            names = mapper.attrs.keys()
            hint = did_you_mean(step, names) or f"it has {', '.join(f'`{name}`' for name in sorted(names))}"
            raise LookupFault(f"`{model.__name__}` has no attribute {quote(step)}", hint)
        attribute = getattr(model, step)
        if not isinstance(attribute.property, RelationshipProperty):
            break
        relations.append(attribute)
        model = attribute.property.mapper.class_
        if not steps or steps[0] == "isnull":
            raise LookupFault(f"{quote(path)} ends at the relationship `{step}`", "name a column of the other model")
    name = "__".join(steps) or "exact"
    if name not in LOOKUPS:
        hint = did_you_mean(name, LOOKUPS) or f"there are {', '.join(f'`{one}`' for one in LOOKUPS)}"
        raise LookupFault(f"there is no lookup {quote(name)}", hint)
    return Lookup(tuple(relations), attribute, name)


def _known_to_databases(value: Any, kind: Any) -> Any:
    """Return a value as databases take it, or None for one that no row has and some drivers fail at."""
    if isinstance(value, str):
        return None if "\0" in value else value
    if isinstance(value, int) and not isinstance(value, bool):
        bounded = max(-_INTEGER_END, min(value, _INTEGER_END))
        # A driver may insist on the width of the column, and another one compares as well.
        return bounded if abs(bounded) < _SMALL_END else sa.literal(bounded, sa.BigInteger())
    if isinstance(value, Decimal) and value and abs(value.adjusted()) > _DIGITS_MOST:
        return Decimal(0) if value.adjusted() < 0 else _DECIMAL_END.copy_sign(value)
    if isinstance(value, datetime) and isinstance(kind, UtcDateTime):
        return _in_utc(value)
    if isinstance(value, list | tuple | set | frozenset):
        known = (_known_to_databases(one, kind) for one in value)
        return [one for one in known if one is not None]
    return value


def _in_utc(value: datetime) -> datetime:
    """Return a moment in UTC; one without a zone is meant so, and one beyond the calendar is its edge."""
    if value.tzinfo is None:
        return value.replace(tzinfo=UTC)
    try:
        return value.astimezone(UTC)
    except OverflowError:
        return datetime.min.replace(tzinfo=UTC) if value.year == 1 else datetime.max.replace(tzinfo=UTC)
