"""What can be wrong with the declaration of a resource, told with all other faults and with its line."""

from collections.abc import Iterator, Sequence
from typing import Any, get_args

import sqlalchemy as sa
from pydantic import BaseModel

from vase.checks import CheckMessage, did_you_mean, error, place_of
from vase.db import AsyncSession, PlainModel, Session
from vase.exceptions import quote
from vase.resources._actions import ACTIONS, lookup_name, made_actions
from vase.resources._filter_checks import model_of
from vase.resources._filters import FilterSet
from vase.resources._lookups import LookupFault, find_lookup
from vase.resources._pagination import Pagination

__all__ = ["model_named_by", "resource_faults"]

_READS = frozenset({"list", "retrieve", "create", "update", "partial_update"})


def model_named_by(kind: type[Any]) -> Any:
    """Return what `Resource[…]` names, or None."""
    for base in kind.__mro__:
        for written in vars(base).get("__orig_bases__", ()):
            for argument in get_args(written):
                if isinstance(argument, type):
                    return argument
    return None


def resource_faults(kind: type[Any]) -> Iterator[CheckMessage]:
    """Yield what is wrong with a resource."""
    model = model_named_by(kind)
    if model is None:
        message = f"`{kind.__name__}` does not say of which model it is"
        yield _fault("resources.E004", kind, message, f"write `class {kind.__name__}(Resource[Model])`")
        return
    if not _is_mapped(model):
        message = f"`{kind.__name__}` is of {quote(model.__name__)}, which is no model with a table"
        yield _fault("resources.E004", kind, message, "name a class that derives from `vase.db.Model`")
        return
    found = [*_declared(kind, model)]
    yield from found
    if not found:
        missing = list(_missing(kind))
        yield from missing or _misfits(kind, model)


def _declared(kind: type[Any], model: type[PlainModel]) -> Iterator[CheckMessage]:
    """Look at everything but the schemas."""
    for action in kind.actions:
        if action not in ACTIONS:
            hint = did_you_mean(str(action), ACTIONS) or f"there are {', '.join(f'`{one}`' for one in ACTIONS)}"
            yield _fault(
                "resources.E004", kind, f"`{kind.__name__}` has an action {quote(action)}, which is none", hint
            )
    for word, base in (("pagination", Pagination), ("filters", FilterSet)):
        value = getattr(kind, word)
        if value is not None and not (isinstance(value, type) and issubclass(value, base)):
            message = f"`{word}` of `{kind.__name__}` is {quote(value)}"
            yield _fault("resources.E004", kind, message, f"name a subclass of `{base.__name__}`")
    if not (isinstance(kind.session, type) and issubclass(kind.session, Session | AsyncSession)):
        message = f"`session` of `{kind.__name__}` is {quote(kind.session)}"
        yield _fault("resources.E004", kind, message, "write `session = Session`, or `session = AsyncSession`")
    yield from _wrong_filters(kind, model)
    name = lookup_name(kind, model)
    try:
        lookup = find_lookup(model, name) if name else None
    except LookupFault as fault:
        yield _fault("resources.E004", kind, f"`lookup_field` of `{kind.__name__}`: {fault.args[0]}", fault.args[1])
        return
    if lookup is None or lookup.relations or lookup.name != "exact":
        message = f"`{kind.__name__}` does not say which column finds one `{model.__name__}`"
        yield _fault("resources.E004", kind, message, "write `lookup_field = …` with a column of the model")


def _wrong_filters(kind: type[Any], model: type[PlainModel]) -> Iterator[CheckMessage]:
    filters = kind.filters
    if not (isinstance(filters, type) and issubclass(filters, FilterSet)):
        return
    try:
        other = model_of(filters)
    except LookupFault:
        return  # told of the filter set itself
    if not issubclass(model, other):
        message = f"`filters` of `{kind.__name__}` is of `{other.__name__}`, and the resource of `{model.__name__}`"
        yield _fault("resources.E004", kind, message, f"name a `FilterSet[{model.__name__}]`")


def _missing(kind: type[Any]) -> Iterator[CheckMessage]:
    """Look for schemas that the actions need and that are not there."""
    made = made_actions(kind)
    needs: dict[str, Sequence[str]] = {
        "schema": [action for action in made if action in _READS],
        "create_schema": [
            action
            for action in made
            if action in {"create", "update"} or (action == "partial_update" and kind.update_schema is None)
        ],
        "update_schema": [],
    }
    for word, actions in needs.items():
        value = getattr(kind, word, None)
        if value is None and actions:
            message = f"`{kind.__name__}` has no `{word}`, which `{'`, `'.join(actions)}` need"
            hint = f"write `{word} = …` with a Pydantic model, or leave them out of `actions`"
            yield _fault("resources.E005", kind, message, hint)
        elif value is not None and not (isinstance(value, type) and issubclass(value, BaseModel)):
            message = f"`{word}` of `{kind.__name__}` is {quote(value)}, which is no Pydantic model"
            yield _fault("resources.E005", kind, message, "name a subclass of `pydantic.BaseModel`")


def _misfits(kind: type[Any], model: type[PlainModel]) -> Iterator[CheckMessage]:
    """Compare the schemas with the model."""
    made = made_actions(kind)
    names = [name for name in dir(model) if not name.startswith("_")]
    schema = getattr(kind, "schema", None)
    if schema is not None and any(action in _READS for action in made):
        for name, field in schema.model_fields.items():
            read = field.validation_alias if isinstance(field.validation_alias, str) else name
            if field.is_required() and not hasattr(model, read) and not hasattr(model, name):
                yield _misfit(kind, schema, name, model, did_you_mean(read, names))
    for word, actions in (("create_schema", {"create", "update"}), ("update_schema", {"partial_update"})):
        schema = getattr(kind, word)
        if schema is None or not actions & set(made):
            continue
        for name in schema.model_fields:
            if name not in sa.inspect(model).all_orm_descriptors:
                yield _misfit(kind, schema, name, model, did_you_mean(name, names))
        if "create" in actions & set(made) and kind.new.__module__.startswith("vase."):
            yield from _unset(kind, schema, model)


def _unset(kind: type[Any], schema: type[BaseModel], model: type[PlainModel]) -> Iterator[CheckMessage]:
    """Look for columns that a new row needs and that nobody sets."""
    mapper = sa.inspect(model)
    for column in mapper.columns:
        is_made = column.nullable or column.default is not None or column.server_default is not None
        is_key = column.primary_key and column is column.table.autoincrement_column
        name = mapper.get_property_by_column(column).key
        if is_made or is_key or column.computed is not None or column.identity is not None:
            continue
        if name not in schema.model_fields:
            message = f"no `{model.__name__}` can be made of `{schema.__name__}`: nobody sets `{name}`"
            hint = f"add it to `{schema.__name__}`, give the column a default, or write `create` of `{kind.__name__}`"
            yield _fault("resources.E006", kind, message, hint)


def _misfit(
    kind: type[Any], schema: type[BaseModel], name: str, model: type[PlainModel], near: str | None
) -> CheckMessage:
    message = f"`{schema.__name__}` has a field `{name}`, which `{model.__name__}` has not"
    return _fault(
        "resources.E006", kind, message, near or f"take it away, or give `{model.__name__}` such an attribute"
    )


def _is_mapped(model: type[Any]) -> bool:
    return issubclass(model, PlainModel) and sa.inspect(model, raiseerr=False) is not None


def _fault(code: str, kind: type[Any], message: str, hint: str) -> CheckMessage:
    return error(code, message, hint=hint, place=place_of(kind))
