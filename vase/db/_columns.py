"""`column` and `ForeignKey`: SQLAlchemy's `mapped_column` in Django's words.

The Python type stands in the annotation, `Mapped[str]`, and decides the column type and whether it may be NULL; the
words say the rest. Whatever these words cannot say, `sqlalchemy.orm.mapped_column` says in their place.
"""

from collections.abc import Callable
from datetime import UTC, datetime
from enum import StrEnum
from typing import Any, Literal, TypedDict, Unpack

import sqlalchemy as sa
from sqlalchemy.engine.default import DefaultExecutionContext
from sqlalchemy.orm import InstrumentedAttribute, MappedColumn, mapped_column
from sqlalchemy.schema import SchemaItem
from sqlalchemy.types import TypeEngine

from vase.checks import caller_place
from vase.db._errors import ModelError
from vase.db._models import PlainModel
from vase.db._types import ExactNumeric
from vase.exceptions import quote

__all__ = ["ColumnWords", "ForeignKey", "OnDelete", "column"]


class OnDelete(StrEnum):
    """What the database does with a row when the row it points to is deleted."""

    CASCADE = "CASCADE"
    """Delete it too."""
    PROTECT = "RESTRICT"
    """Refuse the deletion."""
    SET_NULL = "SET NULL"
    """Empty the column, which must be nullable."""
    SET_DEFAULT = "SET DEFAULT"
    """Put the column's database default."""
    DO_NOTHING = "NO ACTION"
    """Leave it; the database refuses at the end of the transaction if the row still points nowhere."""


type OnDeleteWord = OnDelete | Literal["CASCADE", "PROTECT", "SET_NULL", "SET_DEFAULT", "DO_NOTHING"]


class ColumnWords(TypedDict, total=False):
    """The words of `column`; each is optional."""

    max_length: int
    """Longest text, in characters."""
    max_digits: int
    """Digits of a `Decimal` in all."""
    decimal_places: int
    """Digits of a `Decimal` after the point."""
    auto_now_add: bool
    """Set to the current moment (or day) when the row is inserted."""
    auto_now: bool
    """Set to the current moment (or day) at every insert and update."""
    default: object
    """A value, or a callable without arguments, used when the row is inserted without one."""
    db_default: str | sa.ColumnElement[Any]
    """The default that the database itself keeps."""
    unique: bool
    """Whether two rows may not have the same value."""
    index: bool
    """Whether to make an index; a foreign key has one unless this is False."""
    null: bool
    """Whether NULL is allowed, if other than the annotation says (`Mapped[str | None]` allows it)."""
    primary_key: bool
    """Whether this is the primary key, or part of it."""
    db_column: str
    """The name in the database, if other than the attribute's."""
    db_comment: str
    """A comment kept in the database."""
    deferred: bool
    """Whether to load the column only when it is asked for."""


class ForeignKey(sa.ForeignKey):
    """A reference to a row of another model, for use inside `column`.

    Args:
        to: The model, one of its attributes (`Country.code`), or `table.column` as text for a table of the same app.
        on_delete: What happens when the row it points to is deleted.

    Example:
        >>> author_id: Mapped[int] = column(ForeignKey(Profile, on_delete="CASCADE"))
    """

    def __init__(self, to: type[PlainModel] | InstrumentedAttribute[Any] | str, *, on_delete: OnDeleteWord) -> None:
        action = OnDelete[on_delete] if on_delete in OnDelete.__members__ else OnDelete(on_delete)
        super().__init__(_target(to), ondelete=None if action is OnDelete.DO_NOTHING else action.value)


def column(
    type_: TypeEngine[Any] | type[TypeEngine[Any]] | SchemaItem | None = None,
    *constraints: SchemaItem,
    **words: Unpack[ColumnWords],
) -> MappedColumn[Any]:
    """Declare a column of a model.

    Args:
        type_: A SQLAlchemy type, when the annotation's own is not meant, or a `ForeignKey`.
        constraints: Further things of SQLAlchemy's, like `CheckConstraint`.
        words: See `ColumnWords`.

    Raises:
        ModelError: Words that contradict each other.

    Example:
        >>> name: Mapped[str] = column(max_length=120, unique=True)
    """
    items = [type_, *constraints] if isinstance(type_, SchemaItem) else list(constraints)
    explicit = None if isinstance(type_, SchemaItem) else type_
    has_reference = any(isinstance(item, sa.ForeignKey) for item in items)
    default, on_update = _defaults(words)
    options: dict[str, Any] = {
        "default": default,
        "onupdate": on_update,
        "server_default": words.get("db_default"),
        "unique": words.get("unique") or None,
        "index": words.get("index", has_reference and not (words.get("unique") or words.get("primary_key"))) or None,
        "primary_key": words.get("primary_key", False),
        "comment": words.get("db_comment"),
        "deferred": words.get("deferred", False),
    }
    if "null" in words:
        options["nullable"] = words["null"]
    column_type = _column_type(words) if explicit is None else explicit
    positional: list[Any] = [words.get("db_column"), column_type, *items]
    return mapped_column(*(item for item in positional if item is not None), **options)


def _target(to: type[PlainModel] | InstrumentedAttribute[Any] | str) -> Any:
    if not isinstance(to, type):
        return to
    keys = sa.inspect(to).primary_key
    if len(keys) != 1:
        raise ModelError(
            f"a foreign key cannot point to `{to.__name__}`, whose primary key has {len(keys)} columns",
            code="db.E006",
            hint="name the columns in a `sqlalchemy.ForeignKeyConstraint`",
            place=caller_place(2),
        )
    return keys[0]


def _column_type(words: ColumnWords) -> TypeEngine[Any] | None:
    if "max_length" in words:
        return sa.String(words["max_length"])
    if "max_digits" in words or "decimal_places" in words:
        places = words.get("decimal_places", 0)
        if words.get("max_digits", places) < places:
            raise ModelError(
                f"`max_digits` is smaller than `decimal_places`: {quote(words.get('max_digits'))}",
                code="db.E006",
                hint="`max_digits` counts the digits before and after the point",
                place=caller_place(2),
            )
        return ExactNumeric(words.get("max_digits"), places)
    return None


def _defaults(words: ColumnWords) -> tuple[object, Callable[[DefaultExecutionContext], object] | None]:
    if words.get("auto_now"):
        return _now, _now
    if words.get("auto_now_add"):
        return _now, None
    return words.get("default"), None


def _now(context: DefaultExecutionContext) -> object:
    """Return the current moment, or the current day for a column of dates."""
    now = datetime.now(UTC)
    target = context.current_column
    return now.date() if target is not None and isinstance(target.type, sa.Date) else now
