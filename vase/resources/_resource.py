"""`Resource`: a controller that answers for a model: list, create, retrieve, update, delete."""

from collections.abc import Awaitable, Callable, Sequence
from dataclasses import replace
from typing import Any, ClassVar, overload

import sqlalchemy as sa
from pydantic import BaseModel
from sqlalchemy import orm

from vase.checks import CheckMessage
from vase.db import AsyncSession, PlainModel, Session
from vase.resources._actions import ACTIONS, Action, ActionHandlers, flush, snake
from vase.resources._filters import FilterSet
from vase.resources._pagination import PageNumberPagination, Pagination
from vase.resources._resource_checks import model_named_by, resource_faults
from vase.urls import Mount, Route, URLPattern
from vase.views import Controller

__all__ = ["Resource"]


class Resource[M: PlainModel](Controller):
    """A controller that answers for a model.

    It has six actions, in the words of Django REST framework: `list`, `create`, `retrieve`, `update` (PUT),
    `partial_update` (PATCH) and `destroy`. What they take and answer is declared on the class. A method with the name
    of an action takes its place, with a signature of its own; further endpoints are marked as in every controller.

    Example:
        class Articles(Resource[Article]):
            prefix = "/articles"
            schema = ArticleOut
            create_schema = ArticleIn
            filters = ArticleFilters

        urlpatterns = [path("api", Articles)]
    """

    actions: ClassVar[Sequence[Action]] = ACTIONS
    """What it answers."""

    schema: ClassVar[type[BaseModel]]
    """What a row looks like in answers; read from the attributes of the row."""

    create_schema: ClassVar[type[BaseModel] | None] = None
    """What a client sends to make a row, or to replace one."""

    update_schema: ClassVar[type[BaseModel] | None] = None
    """What a client sends to change a row: the fields that are sent are set. Left out, it is `create_schema` with
    every field optional."""

    pagination: ClassVar[type[Pagination] | None] = PageNumberPagination
    """How the list comes in pages; None answers all rows at once."""

    filters: ClassVar[type[FilterSet[Any]] | None] = None
    """What a client may ask of the list."""

    lookup_field: ClassVar[str] = ""
    """The attribute of the model, and the parameter of the path, that finds one row; the primary key when left out."""

    session: ClassVar[type[Session | AsyncSession]] = Session
    """The session that the actions use: `AsyncSession` makes them `async def`."""

    @property
    def model(self) -> type[M]:
        """The model that it answers for."""
        found: type[M] = model_named_by(type(self))
        return found

    # What follows may be overridden with any signature: both take their parameters as handlers and dependencies do.

    def get_queryset(self, *args: Any, **kwargs: Any) -> Any:  # noqa: ARG002
        """Return the rows that there are, as a `select`, for all actions; a dependency with parameters of its own.

        Example:
            def get_queryset(self, user: Annotated[User, Depends(current_user)]) -> Select[Article]:
                return select(Article).where(Article.author_id == user.id).options(joinedload(Article.author))
        """
        return sa.select(self.model)

    list: ClassVar[Callable[..., Any]]
    create: ClassVar[Callable[..., Any]]
    retrieve: ClassVar[Callable[..., Any]]
    update: ClassVar[Callable[..., Any]]
    partial_update: ClassVar[Callable[..., Any]]
    destroy: ClassVar[Callable[..., Any]]

    # The parts that actions are made of, for methods that take their place.

    def new(self, data: BaseModel, **more: object) -> M:
        """Return a row of what a client has sent; `more` is what the client does not decide."""
        return self.model(**(data.model_dump() | more))

    def change(self, row: M, data: BaseModel, **more: object) -> M:
        """Set what a client has sent, and `more`, on a row."""
        for name, value in (data.model_dump(exclude_unset=True) | more).items():
            setattr(row, name, value)
        return row

    @overload
    def save(self, db: Session, row: M) -> M: ...
    @overload
    def save(self, db: AsyncSession, row: M) -> Awaitable[M]: ...
    def save(self, db: Session | AsyncSession, row: M) -> M | Awaitable[M]:
        """Store a row; with an `AsyncSession`, await it.

        Raises:
            Conflict: The database refuses it: a value that must be unique is there already, or a row that it refers to
                is not.
        """
        if isinstance(db, AsyncSession):
            return db.run_sync(_saved, row)
        return _saved(db, row)

    @classmethod
    def as_routes(cls) -> Sequence[URLPattern]:
        """Make the object and return its actions and endpoints under the prefix, as one entry of a URL conf."""
        if cls.declaration_faults():
            return []  # they are told in place of what would follow from them
        namespace = cls.namespace or snake(model_named_by(cls).__name__)
        found = [one for one in super().as_routes() if isinstance(one, Mount)]
        return [replace(one, included=replace(one.included, namespace=namespace)) for one in found]

    def _endpoints(self) -> Sequence[Route]:
        return [*super()._endpoints(), *ActionHandlers(self).routes()]

    @classmethod
    def declaration_faults(cls) -> Sequence[CheckMessage]:
        """Return what is wrong with the class, for `check`."""
        return tuple(resource_faults(cls))


def _saved[M: PlainModel](db: orm.Session, row: M) -> M:
    db.add(row)
    flush(db)
    return row
