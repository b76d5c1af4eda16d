"""Filters, search and order of a list, declared: a model of the query whose fields know what they mean for the rows."""

from collections.abc import Sequence
from typing import Any, ClassVar

import sqlalchemy as sa
from pydantic import BaseModel, ConfigDict

from vase.checks import CheckMessage
from vase.db import PlainModel
from vase.resources._filter_checks import filter_faults, model_of
from vase.resources._lookups import find_lookup
from vase.resources._rules import OrderingFilter, SearchFilter, names_of, path_of, rule_of

__all__ = ["FilterSet"]


class FilterSet[M: PlainModel](BaseModel):
    """What a client may ask of a list: filters, search, order.

    Each field is a parameter of the query. Its name says what it means for the rows of the model, in Django's notation:
    `title`, `price__gte`, `author__name__icontains`; or its annotation does, with `Filter`, `SearchFilter` or
    `OrderingFilter`. A field that is None asks for nothing. Parameters that nobody declared are refused, with the names
    of those that are there.

    Example:
        class BookFilters(FilterSet[Book]):
            price__lte: Decimal | None = None
            author: Annotated[str | None, Filter("author__name")] = None
            search: Annotated[str | None, SearchFilter("title", "author__name")] = None
            ordering: Annotated[str | None, OrderingFilter("title", "added")] = "-added"
    """

    model_config = ConfigDict(extra="forbid", frozen=True)

    is_of_query: ClassVar[bool] = True

    def apply[*Ts](self, query: sa.Select[*Ts]) -> sa.Select[*Ts]:
        """Return a query with what was asked for: more conditions, and another order where one was asked for."""
        model = model_of(type(self))
        made: Any = query
        for name, field in type(self).model_fields.items():
            value, rule = getattr(self, name), rule_of(field)
            if value is None:
                continue
            if isinstance(rule, SearchFilter):
                for word in value.split():
                    ways = (find_lookup(model, f"{path}__icontains").condition(word) for path in rule.paths)
                    made = made.where(sa.or_(*ways))
            elif isinstance(rule, OrderingFilter):
                columns = [(getattr(model, one.removeprefix("-")), one.startswith("-")) for one in names_of(value)]
                order = [column.desc() if descends else column.asc() for column, descends in columns]
                made = made.order_by(None).order_by(*order)
            elif rule is not None and not isinstance(rule.to, str):
                made = made.where(rule.to(value))
            else:
                made = made.where(find_lookup(model, path_of(name, rule)).condition(value))
        found: sa.Select[*Ts] = made
        return found

    @classmethod
    def declaration_faults(cls) -> Sequence[CheckMessage]:
        """Return what is wrong with the class, for `check`."""
        return list(filter_faults(cls, cls.model_fields))
