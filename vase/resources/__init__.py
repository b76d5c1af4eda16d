"""Rows over HTTP: lists in pages, filtered, searched and ordered as declared.

    from vase.resources import Filter, FilterSet, OrderingFilter, Page, PageNumberPagination, SearchFilter

    class BookFilters(FilterSet[Book]):
        author: Annotated[str | None, Filter("author__name")] = None
        added__gte: datetime | None = None
        search: Annotated[str | None, SearchFilter("title")] = None
        ordering: Annotated[str | None, OrderingFilter("title", "added")] = "-added"

    @router.get("/")
    def list_books(db: Session, filters: BookFilters, page: PageNumberPagination) -> Page[BookOut]:
        return page.of(db, filters.apply(select(Book)), BookOut)

Both are asked for by their type alone; their parameters are those of the query, bounded, in the API document.
`Resource` is a controller that does all of it for a model, with creating, changing and deleting:

    class Books(Resource[Book]):
        prefix = "/books"
        schema = BookOut
        create_schema = BookIn
        filters = BookFilters

Codes: `resources.E001` to `resources.E006`. It reads `SECRET_KEY`, which signs cursors.
"""

from vase.resources._cursor_pagination import CursorPagination
from vase.resources._errors import OrderError, ResourceError
from vase.resources._filters import FilterSet
from vase.resources._pages import CursorPage, Page
from vase.resources._pagination import LimitOffsetPagination, PageNumberPagination, Pagination
from vase.resources._resource import Resource
from vase.resources._rules import Filter, OrderingFilter, SearchFilter

__all__ = [
    "CursorPage",
    "CursorPagination",
    "Filter",
    "FilterSet",
    "LimitOffsetPagination",
    "OrderError",
    "OrderingFilter",
    "Page",
    "PageNumberPagination",
    "Pagination",
    "Resource",
    "ResourceError",
    "SearchFilter",
]
