"""What a field of a filter set may mean for the rows: a path, a function, a search, an order."""

import re
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Final

import sqlalchemy as sa
from pydantic import GetCoreSchemaHandler, GetJsonSchemaHandler
from pydantic.fields import FieldInfo
from pydantic_core import CoreSchema, PydanticCustomError, core_schema

from vase.di import unwrap

__all__ = ["Filter", "OrderingFilter", "Rule", "SearchFilter", "names_of", "path_of", "rule_of"]

_TERMS_MOST: Final = 10  # each is a condition on every column; who types more words is not searching
_SEARCH_LENGTH: Final = 200


@dataclass(frozen=True, slots=True)
class Filter:
    """Says what a field of a `FilterSet` means, where its name does not.

    Args:
        to: A path from the model, `author__name__icontains`; or a function that makes the condition of the value.

    Example:
        tag: Annotated[str | None, Filter("tags__name")] = None
        long: Annotated[bool | None, Filter(lambda yes: Book.pages > 500 if yes else Book.pages <= 500)] = None
    """

    to: str | Callable[[Any], sa.ColumnElement[bool]]


@dataclass(frozen=True, slots=True, init=False)
class SearchFilter:
    """Says that a field searches: each word of it occurs in one of these columns, in any case.

    Args:
        *paths: The columns, from the model: `title`, `author__name`.

    Example:
        search: Annotated[str | None, SearchFilter("title", "author__name")] = None
    """

    paths: tuple[str, ...]

    def __init__(self, *paths: str) -> None:
        object.__setattr__(self, "paths", paths)

    def __get_pydantic_core_schema__(self, source: Any, handler: GetCoreSchemaHandler) -> CoreSchema:
        """Limit the length and the number of words."""
        return core_schema.no_info_after_validator_function(_check_search, handler(source))

    def __get_pydantic_json_schema__(self, schema: CoreSchema, handler: GetJsonSchemaHandler) -> dict[str, Any]:
        """Describe it in the API document."""
        words = {"description": f"Words that all occur in {_listed(self.paths)}.", "maxLength": _SEARCH_LENGTH}
        return _described(handler(schema), words)


@dataclass(frozen=True, slots=True, init=False)
class OrderingFilter:
    """Says that a field orders: names with commas between them, `-` before one that goes down.

    Args:
        *names: The columns of the model that may be named.

    Example:
        ordering: Annotated[str | None, OrderingFilter("title", "added")] = "-added"
    """

    names: tuple[str, ...]

    def __init__(self, *names: str) -> None:
        object.__setattr__(self, "names", names)

    def __get_pydantic_core_schema__(self, source: Any, handler: GetCoreSchemaHandler) -> CoreSchema:
        """Refuse names that were not declared."""
        return core_schema.no_info_after_validator_function(self.checked, handler(source))

    def __get_pydantic_json_schema__(self, schema: CoreSchema, handler: GetJsonSchemaHandler) -> dict[str, Any]:
        """Describe it in the API document."""
        name = f"-?({'|'.join(map(re.escape, self.names))})"
        description = f"The order: {_listed(self.names)}, with commas between them; `-` before a name turns it round."
        return _described(handler(schema), {"description": description, "pattern": f"^{name}(,{name})*$"})

    def checked(self, value: str | None) -> str | None:
        """Return the value, if it names what was declared."""
        for name in names_of(value):
            if name.removeprefix("-") not in self.names:
                told = {"name": name[:_SEARCH_LENGTH], "names": _listed(self.names)}
                raise PydanticCustomError("unknown_ordering", "Nothing is ordered by `{name}`; there are {names}", told)
        return value


type Rule = Filter | SearchFilter | OrderingFilter


def rule_of(field: FieldInfo) -> Rule | None:
    """Return what the annotation of a field says it means."""
    for one in (*field.metadata, *unwrap(field.annotation)[1]):
        if isinstance(one, Filter | SearchFilter | OrderingFilter):
            return one
    return None


def path_of(name: str, rule: Rule | None) -> str:
    """Return the path that a field means: what its `Filter` says, or its name."""
    return rule.to if isinstance(rule, Filter) and isinstance(rule.to, str) else name


def names_of(value: str | None) -> list[str]:
    """Return the names in the value of an ordering."""
    return [name.strip() for name in value.split(",")] if value else []


def _check_search(value: str | None) -> str | None:
    if value is not None and len(value) > _SEARCH_LENGTH:
        raise PydanticCustomError("string_too_long", "A search has at most {most} characters", {"most": _SEARCH_LENGTH})
    if value is not None and len(value.split()) > _TERMS_MOST:
        raise PydanticCustomError("too_many_words", "A search has at most {most} words", {"most": _TERMS_MOST})
    return value


def _listed(names: tuple[str, ...]) -> str:
    return ", ".join(f"`{name}`" for name in names)


def _described(schema: dict[str, Any], words: dict[str, Any]) -> dict[str, Any]:
    """Return the schema of `str` or `str | None` with more words about the text, and a description of the whole."""
    description = words.pop("description")
    members = [one | words if one.get("type") == "string" else one for one in schema.get("anyOf", ())]
    return (
        {**schema, "anyOf": members, "description": description}
        if members
        else {**schema, **words, "description": description}
    )
