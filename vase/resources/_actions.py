"""The actions of a resource as handlers: each with a signature made of what the class declares."""

import functools
import inspect
import re
from collections.abc import Callable, Iterator, Mapping
from typing import TYPE_CHECKING, Annotated, Any, Final, Literal

import sqlalchemy as sa
from pydantic import BaseModel
from sqlalchemy import orm
from sqlalchemy.exc import IntegrityError

from vase.checks import place_of
from vase.db import AsyncSession, PlainModel, Session
from vase.di import Depends
from vase.http import Conflict, HTTPException, NotFound
from vase.resources._lookups import find_lookup
from vase.resources._pagination import Statement
from vase.resources._partial import partial_of
from vase.urls import Route, RouteOptions

if TYPE_CHECKING:
    from vase.resources._resource import Resource

__all__ = ["ACTIONS", "Action", "ActionHandlers", "flush", "lookup_name", "made_actions", "snake"]

type Action = Literal["list", "create", "retrieve", "update", "partial_update", "destroy"]

ACTIONS: Final[tuple[Action, ...]] = ("list", "create", "retrieve", "update", "partial_update", "destroy")

_METHODS: Final[Mapping[Action, str]] = {
    "list": "GET",
    "create": "POST",
    "retrieve": "GET",
    "update": "PUT",
    "partial_update": "PATCH",
    "destroy": "DELETE",
}
_OF_ALL: Final = frozenset({"list", "create"})
_STATUS: Final[Mapping[Action, int]] = {"create": 201, "destroy": 204}
_ERRORS: Final[Mapping[Action, tuple[type[HTTPException], ...]]] = dict.fromkeys(
    ("create", "update", "partial_update", "destroy"), (Conflict,)
)
_SENTENCES: Final[Mapping[Action, str]] = {
    "list": "List every {}.",
    "create": "Create one {}.",
    "retrieve": "Return one {}.",
    "update": "Replace one {}.",
    "partial_update": "Change one {}: what is sent is set.",
    "destroy": "Delete one {}.",
}
_NOT_WRITTEN: Final = object()
_WORD_START: Final = re.compile(r"(?<=[a-z0-9])(?=[A-Z])|(?<=[A-Z])(?=[A-Z][a-z])")


class ActionHandlers:
    """The actions of one resource.

    Args:
        resource: The resource; its declaration has no faults.
    """

    def __init__(self, resource: "Resource[Any]") -> None:
        self._resource = resource
        self._class = type(resource)
        self._model: type[PlainModel] = resource.model
        self._key = lookup_name(self._class, self._model)
        self._lookup = find_lookup(self._model, self._key)

    def routes(self) -> Iterator[Route]:
        """Yield a route for each action that the class does not mark itself."""
        named: set[bool] = set()
        for action in self._class.actions:
            own = getattr(self._class, action, _NOT_WRITTEN)
            if own is None or hasattr(own, "__vase_endpoints__"):
                continue
            is_of_all = action in _OF_ALL
            options: RouteOptions = {
                "name": None if is_of_all in named else "list" if is_of_all else "detail",
                "status_code": _STATUS.get(action),
                "errors": _ERRORS.get(action, ()),
            }
            named.add(is_of_all)
            # The core converts the key, and an address that holds none is not that of a row.
            path = "/" if is_of_all else f"/{{{self._key}}}"
            handler = self._made(action) if own is _NOT_WRITTEN else getattr(self._resource, action)
            place = place_of(self._class if own is _NOT_WRITTEN else own)
            yield Route.of(path, handler, (_METHODS[action],), place=place, options=options)

    def _made(self, action: Action) -> Callable[..., Any]:
        make: Callable[[], tuple[Callable[..., Any], dict[str, Any], Any]] = getattr(self, f"_{action}")
        work, parameters, promise = make()
        if issubclass(self._class.session, AsyncSession):
            parameters = {"db": AsyncSession, **parameters}

            async def handler(db: AsyncSession, *asked: Any) -> Any:
                # The work is written once, for a plain session; here it runs inside of the other one.
                return await db.run_sync(functools.partial(_swapped, work, asked))

        else:
            parameters = {"db": Session, **parameters}

            def handler(db: Session, *asked: Any) -> Any:  # type: ignore[misc]  # the other form of the same
                return work(db, *asked)

        kind = inspect.Parameter.POSITIONAL_OR_KEYWORD
        handler.__signature__ = inspect.Signature(  # type: ignore[attr-defined]  # read by `inspect`
            [inspect.Parameter(name, kind, annotation=annotation) for name, annotation in parameters.items()],
            return_annotation=promise,
        )
        handler.__name__ = f"{self._class.__name__}_{action}"
        handler.__qualname__ = f"{self._class.__qualname__}.{action}"
        handler.__module__ = self._class.__module__
        handler.__doc__ = _SENTENCES[action].format(snake(self._model.__name__).replace("_", " "))
        return handler

    @property
    def _query(self) -> Any:
        return Annotated[Any, Depends(self._resource.get_queryset)]

    @property
    def _one(self) -> dict[str, Any]:
        """The parameters by which a row is found."""
        return {self._key: self._lookup.column.type.python_type, "queryset": self._query}

    def _list(self) -> tuple[Callable[..., Any], dict[str, Any], Any]:
        filters, pagination, schema = self._class.filters, self._class.pagination, self._class.schema
        parameters: dict[str, Any] = {"queryset": self._query}
        parameters |= {"filters": filters} if filters is not None else {}
        parameters |= {"page": pagination} if pagination is not None else {}

        def work(db: Session, query: Statement, *asked: Any) -> Any:
            wanted = dict(zip(list(parameters)[1:], asked, strict=True))
            if "filters" in wanted:
                query = wanted["filters"].apply(query)
            if "page" in wanted:
                return wanted["page"].of(db, query, schema)
            return [self._shown(row) for row in db.scalars(query).unique()]

        return work, parameters, list[schema] if pagination is None else pagination.page_class[schema]  # type: ignore[valid-type]  # at runtime

    def _create(self) -> tuple[Callable[..., Any], dict[str, Any], Any]:
        def work(db: Session, query: Statement, data: BaseModel) -> Any:
            return self._shown(self._stored(db, self._resource.new(data), query))

        return work, {"queryset": self._query, "data": self._class.create_schema}, self._class.schema

    def _retrieve(self) -> tuple[Callable[..., Any], dict[str, Any], Any]:
        def work(db: Session, key: Any, query: Statement) -> Any:
            return self._shown(self._found(db, key, query))

        return work, self._one, self._class.schema

    def _update(self) -> tuple[Callable[..., Any], dict[str, Any], Any]:
        def work(db: Session, key: Any, query: Statement, data: BaseModel) -> Any:
            row = self._found(db, key, query)
            for name, value in data.model_dump().items():
                setattr(row, name, value)
            return self._shown(self._stored(db, row, query))

        return work, {**self._one, "data": self._class.create_schema}, self._class.schema

    def _partial_update(self) -> tuple[Callable[..., Any], dict[str, Any], Any]:
        def work(db: Session, key: Any, query: Statement, data: BaseModel) -> Any:
            row = self._resource.change(self._found(db, key, query), data)
            return self._shown(self._stored(db, row, query))

        sent = self._class.update_schema or partial_of(self._class.create_schema)
        return work, {**self._one, "data": sent}, self._class.schema

    def _destroy(self) -> tuple[Callable[..., Any], dict[str, Any], Any]:
        def work(db: Session, key: Any, query: Statement) -> None:
            db.delete(self._found(db, key, query))
            flush(db)

        return work, self._one, None

    def _found(self, db: Session, key: Any, query: Statement) -> Any:
        """Return the row with a key, out of the rows that there are.

        Raises:
            NotFound: There is none.
        """
        row = db.scalars(query.where(self._lookup.condition(key))).unique().first()
        if row is None:
            raise NotFound(f"no such {snake(self._model.__name__).replace('_', ' ')}")
        return row

    def _stored(self, db: Session, row: Any, query: Statement) -> Any:
        """Store a row and return it as it is now, with everything that the query loads."""
        self._resource.save(db, row)
        keys = sa.inspect(self._model).primary_key
        identity = sa.inspect(row).identity or ()
        conditions = [key == value for key, value in zip(keys, identity, strict=True)]
        again = query.where(*conditions).execution_options(populate_existing=True)
        return db.scalars(again).unique().first() or row

    def _shown(self, row: Any) -> BaseModel:
        return self._class.schema.model_validate(row, from_attributes=True)


def made_actions(kind: type["Resource[Any]"]) -> list[Action]:
    """Return the actions that are made here: the class has no method for them, and has not set them to None."""
    return [action for action in kind.actions if getattr(kind, action, _NOT_WRITTEN) is _NOT_WRITTEN]


def lookup_name(kind: type["Resource[Any]"], model: type[PlainModel]) -> str:
    """Return the attribute that finds a row: what the class says, or the primary key; empty where that is several."""
    if kind.lookup_field:
        return kind.lookup_field
    mapper = sa.inspect(model)
    keys = mapper.primary_key
    return mapper.get_property_by_column(keys[0]).key if len(keys) == 1 else ""


def flush(db: orm.Session) -> None:
    """Write what was changed.

    Raises:
        Conflict: The database refuses it.
    """
    try:
        db.flush()
    except IntegrityError as refusal:
        # Which value it is about, only the database knows, and its words are not for clients.
        raise Conflict("it does not fit the rows that are there: a value is taken, or refers to nothing") from refusal


def snake(name: str) -> str:
    """Return `order_line` for `OrderLine`."""
    return _WORD_START.sub("_", name).lower()


def _swapped(work: Callable[..., Any], asked: tuple[Any, ...], db: Any) -> Any:
    return work(db, *asked)
