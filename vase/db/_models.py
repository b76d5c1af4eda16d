"""`Model`: what a table is declared with, and where the declarations live.

A model is a class, and a class belongs to the module that defines it, not to an application. So the declarations of an
app (SQLAlchemy's `registry` and `MetaData`) hang on the app's package itself, one set per package, made when its first
model is defined. Nothing is shared between packages:

- two applications in one process may each have an app labelled `catalog` from different packages; their tables meet
  in no common `MetaData`, and class names in strings, `relationship("Comment")`, are looked up in the model's own app
  only;
- a package that is imported anew (tests, reloads) starts from an empty set, because the old one went with the old
  module;
- what one application works with is put together from its installed apps alone, by `application_metadata`.

The price: a foreign key or relationship to another app names the class, `ForeignKey(Profile)`, not a string. That is
also what a type checker can follow.
"""

import importlib.util
import re
import sys
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from typing import Any, ClassVar, Final

import sqlalchemy as sa
from sqlalchemy.orm import DeclarativeBase, Mapped, MappedColumn, mapped_column, registry

from vase.apps import AppConfig
from vase.checks import CheckMessage, error, place_of
from vase.db._types import annotation_types

__all__ = [
    "NAMING_CONVENTION",
    "Declarations",
    "Model",
    "PlainModel",
    "application_metadata",
    "declarations_of",
    "installed_declarations",
]

NAMING_CONVENTION: Final[dict[str, str]] = {
    "ix": "ix_%(table_name)s_%(column_0_N_name)s",
    "uq": "uq_%(table_name)s_%(column_0_N_name)s",
    "ck": "ck_%(table_name)s_%(constraint_name)s",
    "fk": "fk_%(table_name)s_%(column_0_N_name)s_%(referred_table_name)s",
    "pk": "pk_%(table_name)s",
}
"""Every constraint has a name, so that every migration can drop it again."""

_PLACE_IN_PACKAGE: Final = "__vase_declarations__"
_WORD_START: Final = re.compile(r"(?<=[a-z0-9])(?=[A-Z])|(?<=[A-Z])(?=[A-Z][a-z])")


@dataclass(slots=True)
class Declarations:
    """The models of one app: its registry, its tables, and the models that could not be mapped.

    Args:
        package: Dotted name of the app's package, or of the module for models outside an app.
        label: The app's label; tables are called `<label>_<model>`.
    """

    package: str
    label: str
    faults: list[CheckMessage] = field(default_factory=list)
    registry: registry = field(init=False)

    def __post_init__(self) -> None:
        metadata = sa.MetaData(naming_convention=NAMING_CONVENTION)
        self.registry = registry(metadata=metadata, type_annotation_map=annotation_types())

    @property
    def metadata(self) -> sa.MetaData:
        """The tables of this app."""
        return self.registry.metadata


def declarations_of(module_name: str) -> Declarations:
    """Return the declarations of the app that a module belongs to, made at the first call.

    `shop.catalog.models` and `shop.catalog.models.product` belong to the package `shop.catalog`; a module whose path
    has no `models` in it is an app by itself (a one-file application).
    """
    parts = module_name.split(".")
    package = ".".join(parts[: parts.index("models")]) if "models" in parts[1:] else module_name
    module = sys.modules.get(package) or sys.modules[module_name]
    known = vars(module).get(_PLACE_IN_PACKAGE)
    if not isinstance(known, Declarations):
        known = Declarations(package, _label_of(package))
        setattr(module, _PLACE_IN_PACKAGE, known)
    return known


def installed_declarations(packages: Iterable[str]) -> Iterator[Declarations]:
    """Return the declarations of those of the given packages that have models."""
    for package in packages:
        module = sys.modules.get(package)
        known = vars(module).get(_PLACE_IN_PACKAGE) if module is not None else None
        if isinstance(known, Declarations):
            yield known


def application_metadata(packages: Iterable[str]) -> sa.MetaData:
    """Return one `MetaData` with copies of the tables of the given app packages.

    `metadata.info["labels"]` maps the name of each table to the label of the app that owns it.

    Args:
        packages: Dotted names of the installed apps, in the order of `INSTALLED_APPS`.
    """
    labels: dict[str, str] = {}
    metadata = sa.MetaData(naming_convention=NAMING_CONVENTION, info={"labels": labels})
    for known in installed_declarations(packages):
        for table in known.metadata.tables.values():
            if table.key not in metadata.tables:  # the same name twice is db.E004, told by the checks
                table.to_metadata(metadata)
                labels[table.key] = known.label
    return metadata


class PlainModel(DeclarativeBase):
    """A model that declares its own primary key; `Model` has one ready.

    Example:
        >>> class Country(PlainModel):
        ...     code: Mapped[str] = column(max_length=2, primary_key=True)
    """

    __abstract__ = True
    __app_label__: ClassVar[str]
    __select_by_key__: ClassVar[sa.Select[Any]]

    def __init_subclass__(cls, **options: Any) -> None:
        """Name the table after app and class, and map the class in the declarations of its app."""
        if cls.__dict__.get("__abstract__"):
            super().__init_subclass__(**options)
            return
        own = declarations_of(cls.__module__)
        chosen = _chosen_registry(cls) or own.registry
        # `_sa_registry` is where SQLAlchemy looks for the registry of a declarative class (2.0 and 2.1).
        cls._sa_registry = chosen
        cls.metadata = chosen.metadata
        cls.__app_label__ = own.label
        if _needs_table_name(cls):
            cls.__tablename__ = f"{own.label}_{_snake(cls.__name__)}"
        if (
            issubclass(cls, Model)
            and _has_own_primary_key(cls)
            and not any("id" in vars(one) for one in _bases_of(cls))
        ):
            cls.id = None  # type: ignore[assignment]  # SQLAlchemy's word for "leave this inherited column out"
        try:
            super().__init_subclass__(**options)
        except sa.exc.ArgumentError as failure:
            if "could not assemble any primary key" not in str(failure):
                raise
            _forget(cls, own)
        else:
            _lift_checks(cls.__table__)

    def __repr__(self) -> str:
        """Return the class and the primary key, without a query."""
        identity = sa.inspect(self).identity
        return f"<{type(self).__name__} {', '.join(map(repr, identity)) if identity else '(new)'}>"


class Model(PlainModel):
    """A table, declared as a class; the base of a site's models.

    The table is called `<app label>_<model in snake case>`, the primary key is an integer `id`.

    Example:
        >>> class Product(Model):
        ...     name: Mapped[str] = column(max_length=120)
        ...     price: Mapped[Decimal] = column(max_digits=10, decimal_places=2)
    """

    __abstract__ = True

    id: Mapped[int] = mapped_column(primary_key=True, sort_order=-1)


def _label_of(package: str) -> str:
    """Return the label of an app: what the `AppConfig` in its `apps.py` says, otherwise the last part of its name."""
    last = package.rpartition(".")[2].strip("_")
    if not hasattr(sys.modules.get(package), "__path__") or importlib.util.find_spec(f"{package}.apps") is None:
        return last
    module = importlib.import_module(f"{package}.apps")
    configs = [
        value
        for value in vars(module).values()
        if isinstance(value, type) and issubclass(value, AppConfig) and value.__module__ == module.__name__
    ]
    configs.sort(key=lambda config: not config.default)
    return (configs[0].label if configs else "") or last


def _snake(name: str) -> str:
    return _WORD_START.sub("_", name).lower()


def _bases_of(cls: type) -> list[type]:
    """Return the class and those of its bases that are mixins or abstract models of the user."""
    return [base for base in cls.__mro__ if base not in {Model, PlainModel, DeclarativeBase, object}]


def _chosen_registry(cls: type) -> registry | None:
    """Return the registry that an abstract model of the user's has for itself and its models."""
    return next((vars(base)["registry"] for base in _bases_of(cls) if "registry" in vars(base)), None)


def _needs_table_name(cls: type) -> bool:
    parent_is_mapped = any("__mapper__" in vars(base) for base in cls.__mro__[1:])
    if parent_is_mapped and not _has_own_primary_key(cls):
        return False  # single-table inheritance: the parent's table serves
    named = [base for base in _bases_of(cls) if "__mapper__" not in vars(base)]
    return not any("__tablename__" in vars(base) or "__table__" in vars(base) for base in named)


def _has_own_primary_key(cls: type) -> bool:
    return any(
        isinstance(value, MappedColumn) and value.column.primary_key
        for base in _bases_of(cls)
        if "__mapper__" not in vars(base)
        for value in vars(base).values()
    )


def _lift_checks(table: sa.FromClause) -> None:
    """Move CHECK constraints from columns to their table, for Alembic does not see those of columns."""
    for owner in table.columns if isinstance(table, sa.Table) else ():
        for check in [one for one in owner.constraints if isinstance(one, sa.CheckConstraint)]:
            owner.constraints.discard(check)
            owner.table.append_constraint(sa.CheckConstraint(check.sqltext, name=check.name))


def _forget(cls: type[PlainModel], own: Declarations) -> None:
    """Note a model without a primary key as a fault, to be told with all others, and take its table back."""
    own.faults.append(
        error(
            "db.E003",
            f"model `{cls.__name__}` has no primary key",
            hint="derive it from `Model`, or give one column `primary_key=True`",
            place=place_of(cls),
        )
    )
    table = own.metadata.tables.get(cls.__tablename__)
    if table is not None:
        own.metadata.remove(table)
