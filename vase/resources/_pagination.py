"""Pages by number and by offset: what a handler asks for to answer a list in pieces."""

import inspect
from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Annotated, Any, ClassVar, Final, overload

import sqlalchemy as sa
from pydantic import BaseModel

from vase.binding import Query
from vase.checks import CheckMessage, error, place_of
from vase.db import AsyncSession, PlainModel, Session, count
from vase.http import HTTPException, NotFound, Request
from vase.resources._pages import Links, Page, links_to

__all__ = [
    "Columns",
    "LimitOffsetPagination",
    "PageNumberPagination",
    "Pagination",
    "Statement",
    "converter_of",
    "entities_of",
    "rows_of",
]

_NUMBER_END: Final = 2**31  # times the largest page this is still an offset that databases know

type Statement = sa.Select[*tuple[Any, ...]]

type Columns = sa.Select[Any, Any, *tuple[Any, ...]]
"""A query of two columns or more."""


def _parameter(name: str, annotation: Any, default: Any) -> inspect.Parameter:
    return inspect.Parameter(name, inspect.Parameter.POSITIONAL_OR_KEYWORD, annotation=annotation, default=default)


class Pagination:
    """What all ways of paging have in common.

    A subclass says how large its pages are; a handler names the class and gets what the request asked for.

    Example:
        class Small(PageNumberPagination):
            page_size = 10
            max_page_size = 50
    """

    provides_itself: ClassVar[bool] = True

    page_class: ClassVar[Any]
    """What a page is: `page_class[ArticleOut]` is what a handler answers."""

    page_size: ClassVar[int] = 20
    """How many results a page has when the request does not say it."""

    max_page_size: ClassVar[int] = 100
    """How many results a request may ask for."""

    def __init_subclass__(cls) -> None:
        super().__init_subclass__()
        # The limits of the class are those of its parameters: for binding, and so for the API document and clients.
        cls.__signature__ = inspect.Signature(  # type: ignore[attr-defined]  # read by `inspect`
            [_parameter(name, annotation, default) for name, (annotation, default) in cls._parameters().items()]
        )

    @classmethod
    def _parameters(cls) -> Mapping[str, tuple[Any, Any]]:
        """Return the annotation and default of each parameter."""
        raise NotImplementedError

    @classmethod
    def declaration_faults(cls) -> Sequence[CheckMessage]:
        """Return what is wrong with the class, for `check`."""
        sizes = (cls.page_size, cls.max_page_size)
        if all(type(size) is int and size >= 1 for size in sizes) and cls.page_size <= cls.max_page_size:
            return ()
        message = (
            f"`{cls.__name__}` has `page_size = {cls.page_size!r}` and `max_page_size = {cls.max_page_size!r}`, "
            "which are no sizes of pages"
        )
        hint = "write whole numbers from 1, `page_size` not above `max_page_size`"
        return (error("resources.E001", message, hint=hint, place=place_of(cls)),)

    @classmethod
    def _limit(cls, what: str) -> tuple[Any, Any]:
        """Return the annotation and default of the parameter that says how many results are wanted."""
        most = cls.max_page_size if type(cls.max_page_size) is int else 100
        return Annotated[int, Query(ge=1, le=max(most, 1), description=what)], cls.page_size


class _CountedPagination(Pagination):
    """Pages of lists whose length is asked for."""

    page_class: ClassVar[Any] = Page

    @classmethod
    def _parameters(cls) -> Mapping[str, tuple[Any, Any]]:
        return {}

    # `type[T]` before `Callable[[M], T]`: a model is made of a row by its fields, not by calling it.
    @overload
    def of[M](self, db: Session, query: sa.Select[M]) -> Page[M]: ...
    @overload
    def of[M](self, db: AsyncSession, query: sa.Select[M]) -> Awaitable[Page[M]]: ...
    @overload
    def of(self, db: Session, query: Columns) -> Page[Any]: ...
    @overload
    def of(self, db: AsyncSession, query: Columns) -> Awaitable[Page[Any]]: ...
    @overload
    def of[T: BaseModel](self, db: Session, query: Statement, to: type[T]) -> Page[T]: ...
    @overload
    def of[T: BaseModel](self, db: AsyncSession, query: Statement, to: type[T]) -> Awaitable[Page[T]]: ...
    @overload
    def of[M, T](self, db: Session, query: sa.Select[M], to: Callable[[M], T]) -> Page[T]: ...
    @overload
    def of[M, T](self, db: AsyncSession, query: sa.Select[M], to: Callable[[M], T]) -> Awaitable[Page[T]]: ...
    def of(self, db: Session | AsyncSession, query: Statement, to: Callable[[Any], Any] | None = None) -> Any:
        """Return the page of a query that the request asked for.

        The primary key is added to the order of the query, so that rows that are equal in it do not change places
        between two pages.

        Args:
            db: The session; with an `AsyncSession`, await the result.
            query: What the list is made of, filtered and ordered.
            to: What becomes of each row: a model with its fields, or a function.

        Raises:
            NotFound: There is no such page.
        """
        page = total_order(query)
        if isinstance(db, AsyncSession):
            return self._of_async(db, query, page, to)
        total = count(db, query)
        window = self._window(total)
        return self._made(rows_of(db.execute(page.limit(window.limit).offset(window.offset)), page), total, window, to)

    async def _of_async(
        self, db: AsyncSession, query: Statement, page: Statement, to: Callable[[Any], Any] | None
    ) -> Page[Any]:
        total = await count(db, query)
        window = self._window(total)
        found = await db.execute(page.limit(window.limit).offset(window.offset))
        return self._made(rows_of(found, page), total, window, to)

    def _made(self, rows: list[Any], total: int, window: "_Window", to: Callable[[Any], Any] | None) -> Page[Any]:
        convert = converter_of(to)
        results = rows if convert is None else [convert(row) for row in rows]
        kind: type[Page[Any]] = Page[to] if isinstance(to, type) else Page  # type: ignore[valid-type]  # at runtime
        return kind.made_of(results, count=total, links=window.links)

    def _window(self, total: int) -> "_Window":
        """Return the part of a list of this length that the request asked for."""
        raise NotImplementedError


@dataclass(frozen=True, slots=True)
class _Window:
    limit: int
    offset: int
    links: Links


class PageNumberPagination(_CountedPagination):
    """Pages by their number: `?page=3&page_size=50`.

    Example:
        @router.get("/")
        def list_articles(db: Session, page: PageNumberPagination) -> Page[ArticleOut]:
            return page.of(db, select(Article).order_by(Article.title), ArticleOut)
    """

    errors: ClassVar[Sequence[type[HTTPException]]] = (NotFound,)

    def __init__(self, request: Request, page: int = 1, page_size: int = 20) -> None:
        self.request = request
        self.number = page
        self.size = page_size

    @classmethod
    def _parameters(cls) -> Mapping[str, tuple[Any, Any]]:
        page = Annotated[int, Query(ge=1, lt=_NUMBER_END, description="The number of the page, from 1.")]
        return {
            "request": (Request, inspect.Parameter.empty),
            "page": (page, 1),
            "page_size": cls._limit("How many results a page has."),
        }

    def _window(self, total: int) -> _Window:
        last = max(1, -(-total // self.size))
        if self.number > last:
            raise NotFound(f"there is no page {self.number}: the last one is {last}")
        numbers = {"first": 1, "prev": self.number - 1, "next": self.number + 1, "last": last}
        wanted = {name: {"page": number} for name, number in numbers.items() if 1 <= number <= last}
        return _Window(self.size, (self.number - 1) * self.size, links_to(self.request, wanted))


class LimitOffsetPagination(_CountedPagination):
    """Pages by what stands before them: `?limit=50&offset=100`.

    Example:
        @router.get("/")
        async def list_articles(db: AsyncSession, page: LimitOffsetPagination) -> Page[ArticleOut]:
            return await page.of(db, select(Article).order_by(Article.title), ArticleOut)
    """

    def __init__(self, request: Request, limit: int = 20, offset: int = 0) -> None:
        self.request = request
        self.limit = limit
        self.offset = offset

    @classmethod
    def _parameters(cls) -> Mapping[str, tuple[Any, Any]]:
        offset = Annotated[int, Query(ge=0, lt=_NUMBER_END, description="How many results are left out before it.")]
        return {
            "request": (Request, inspect.Parameter.empty),
            "limit": cls._limit("How many results there are at most."),
            "offset": (offset, 0),
        }

    def _window(self, total: int) -> _Window:
        here, size = self.offset, self.limit
        wanted: dict[str, Mapping[str, object]] = {"first": {"limit": size, "offset": 0}}
        if here > 0:
            wanted["prev"] = {"limit": min(size, here), "offset": max(0, here - size)}
        if here + size < total:
            wanted["next"] = {"limit": size, "offset": here + size}
        wanted["last"] = {"limit": size, "offset": max(0, (total - 1) // size * size)}
        return _Window(size, here, links_to(self.request, wanted))


def converter_of(to: Callable[[Any], Any] | None) -> Callable[[Any], Any] | None:
    """Return what makes a result of a row."""
    if isinstance(to, type) and issubclass(to, BaseModel):
        read = to.__pydantic_validator__.validate_python
        return lambda row: read(row, from_attributes=True)
    return to


def entities_of(query: Statement) -> list[type[PlainModel]]:
    """Return the models whose rows a query selects."""
    found = [described["type"] for described in query.column_descriptions]
    return [kind for kind in found if isinstance(kind, type) and issubclass(kind, PlainModel)]


def total_order(query: Statement) -> Statement:
    """Return a query with the primary keys of its models behind its order, so that no two rows are equal in it."""
    return query.order_by(*(key for model in entities_of(query) for key in sa.inspect(model).primary_key))


def rows_of(result: sa.Result[*tuple[Any, ...]], query: Statement) -> list[Any]:
    """Return the rows of a result, or the objects where each row is one object."""
    unique = result.unique()
    return list(unique.scalars() if len(query.column_descriptions) == 1 else unique)
