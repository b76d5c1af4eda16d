"""Pages by a cursor: each leads to the next one, and what is inserted meanwhile shifts nothing."""

import inspect
from collections.abc import Awaitable, Callable, Mapping
from typing import Annotated, Any, ClassVar, overload

import sqlalchemy as sa
from pydantic import BaseModel

from vase.binding import Query
from vase.conf import Settings
from vase.db import AsyncSession, Session
from vase.http import Request, RequestValidationError, validation_fault
from vase.resources._keysets import CursorError, Key, Place, behind, dump_place, keys_of, load_place
from vase.resources._pages import CursorPage, Links, links_to
from vase.resources._pagination import Columns, Pagination, Statement, converter_of

__all__ = ["CursorPagination"]


class CursorPagination(Pagination):
    """Pages by a cursor: `?cursor=…`, which a client takes from the page before.

    The query is read from the place where the page before ended (its keys, not its number), so a page deep in a list
    costs as much as the first, and rows that come and go meanwhile neither repeat nor hide others.
    NULL comes last unless the query says `nulls_first()`.

    Example:
        @router.get("/")
        def list_articles(db: Session, page: CursorPagination) -> CursorPage[ArticleOut]:
            return page.of(db, select(Article).order_by(Article.created_at.desc()), ArticleOut)
    """

    page_class: ClassVar[Any] = CursorPage

    def __init__(self, request: Request, settings: Settings, cursor: str | None = None, page_size: int = 20) -> None:
        self.request = request
        self.cursor = cursor
        self.size = page_size
        self._secrets = [settings.SECRET_KEY, *settings.SECRET_KEY_FALLBACKS]

    @classmethod
    def _parameters(cls) -> Mapping[str, tuple[Any, Any]]:
        described = "Where the page begins, as the page before told it; the first page when left out."
        return {
            "request": (Request, inspect.Parameter.empty),
            "settings": (Settings, inspect.Parameter.empty),
            "cursor": (Annotated[str | None, Query(max_length=4096, description=described)], None),
            "page_size": cls._limit("How many results a page has."),
        }

    @overload
    def of[M](self, db: Session, query: sa.Select[M]) -> CursorPage[M]: ...
    @overload
    def of[M](self, db: AsyncSession, query: sa.Select[M]) -> Awaitable[CursorPage[M]]: ...
    @overload
    def of(self, db: Session, query: Columns) -> CursorPage[Any]: ...
    @overload
    def of(self, db: AsyncSession, query: Columns) -> Awaitable[CursorPage[Any]]: ...
    @overload
    def of[T: BaseModel](self, db: Session, query: Statement, to: type[T]) -> CursorPage[T]: ...
    @overload
    def of[T: BaseModel](self, db: AsyncSession, query: Statement, to: type[T]) -> Awaitable[CursorPage[T]]: ...
    @overload
    def of[M, T](self, db: Session, query: sa.Select[M], to: Callable[[M], T]) -> CursorPage[T]: ...
    @overload
    def of[M, T](self, db: AsyncSession, query: sa.Select[M], to: Callable[[M], T]) -> Awaitable[CursorPage[T]]: ...
    def of(self, db: Session | AsyncSession, query: Statement, to: Callable[[Any], Any] | None = None) -> Any:
        """Return the page of a query that the request asked for.

        Args:
            db: The session; with an `AsyncSession`, await the result.
            query: What the list is made of, filtered and ordered; the primary key is added to its order.
            to: What becomes of each row: a model with its fields, or a function.

        Raises:
            RequestValidationError: The cursor was not made here, or for another order.
            OrderError: The order of the query is none that a cursor can follow.
        """
        keys = keys_of(query)
        place, is_backwards = self._place(keys)
        ways = [key.reversed() for key in keys] if is_backwards else keys
        window = query.order_by(None).order_by(*(clause for key in ways for clause in key.clauses()))
        if place is not None:
            window = window.where(behind(ways, place))
        # The keys come along as columns of their own: what a row is ordered by need not be part of it.
        places = (key.expression.label(f"vase_place_{number}") for number, key in enumerate(keys))
        window = window.add_columns(*places).limit(self.size + 1)
        width = len(query.column_descriptions)

        def made(found: sa.Result[*tuple[Any, ...]]) -> CursorPage[Any]:
            rows = list(found.unique())
            has_more = len(rows) > self.size
            rows = rows[: self.size]
            if is_backwards:
                rows.reverse()
            places = [list(row[width:]) for row in rows]
            links = self._links(keys, places, has_more=has_more, is_backwards=is_backwards)
            plain = [row[0] if width == 1 else row[:width] for row in rows]
            convert = converter_of(to)
            results = plain if convert is None else [convert(row) for row in plain]
            kind: type[CursorPage[Any]] = CursorPage[to] if isinstance(to, type) else CursorPage  # type: ignore[valid-type]  # at runtime
            return kind.made_of(results, links=links)

        if isinstance(db, AsyncSession):
            return _when_there(db.execute(window), made)
        return made(db.execute(window))

    def _place(self, keys: list[Key]) -> tuple[Place | None, bool]:
        if self.cursor is None:
            return None, False
        try:
            return load_place(self.cursor, keys, self._secrets)
        except CursorError:
            message = "This is no cursor of this list in this order; begin again without one"
            fault = validation_fault(["query", "cursor"], message, "cursor", input=self.cursor[:200])
            raise RequestValidationError([fault]) from None

    def _links(self, keys: list[Key], places: list[Place], *, has_more: bool, is_backwards: bool) -> Links:
        """Return where the pages around this one are; who came from one finds back to it."""
        has_next = has_more or is_backwards
        has_previous = has_more if is_backwards else self.cursor is not None
        wanted: dict[str, Mapping[str, object]] = {}
        for name, place, back in (("prev", places[:1], True), ("next", places[-1:], False)):
            if place and (has_previous if back else has_next):
                cursor = dump_place(place[0], keys, is_backwards=back, secret=self._secrets[0])
                wanted[name] = {"cursor": cursor}
        return links_to(self.request, wanted)


async def _when_there(
    asked: Awaitable[sa.Result[*tuple[Any, ...]]], made: Callable[[sa.Result[*tuple[Any, ...]]], CursorPage[Any]]
) -> CursorPage[Any]:
    return made(await asked)
