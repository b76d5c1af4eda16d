"""Markers that say where a parameter comes from: `Annotated[int, Query(ge=1)]`, or as a default `= Query(1, ge=1)`."""

import copy
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any, Final, Literal, TypedDict, Unpack

from pydantic import Field
from pydantic.fields import FieldInfo

from vase.di import EMPTY

__all__ = ["Body", "Cookie", "FieldOptions", "File", "Form", "Header", "Marker", "Path", "Query", "Source"]

type Source = Literal["path", "query", "header", "cookie", "body", "form", "request"]
"""The part of a request that a parameter comes from."""

_ELLIPSIS: Final = ...


class FieldOptions(TypedDict, total=False):
    """What Pydantic is told about a parameter; the names and meanings are those of `pydantic.Field`.

    Attributes:
        title: A title for the API document.
        description: A sentence for the API document.
        examples: Examples for the API document.
        deprecated: Whether clients should stop using it.
        gt: Greater than.
        ge: Greater than or equal.
        lt: Less than.
        le: Less than or equal.
        multiple_of: A multiple of this number.
        min_length: Shortest text or list.
        max_length: Longest text or list.
        pattern: A regular expression that the text matches.
        allow_inf_nan: Whether `inf` and `nan` are numbers here.
        max_digits: Digits of a decimal.
        decimal_places: Digits behind its point.
        discriminator: The field that tells the members of a union apart.
        json_schema_extra: Added to the schema in the API document.
    """

    title: str
    description: str
    examples: list[Any]
    deprecated: bool | str
    gt: float
    ge: float
    lt: float
    le: float
    multiple_of: float
    min_length: int
    max_length: int
    pattern: str
    allow_inf_nan: bool
    max_digits: int
    decimal_places: int
    discriminator: str
    json_schema_extra: dict[str, Any]


@dataclass(frozen=True, slots=True, eq=False)
class Marker:
    """What `Query(...)` and the others leave in a signature.

    Args:
        source: The part of the request.
        default: The default, or `EMPTY`.
        default_factory: Makes the default for each request.
        alias: The name on the wire.
        convert_underscores: Whether `x_token` is read from `x-token`; headers alone.
        embed: Whether the body is an object with one member per parameter; bodies alone.
        is_file: Whether the value is a file; forms alone.
        max_size: The most bytes that such a file may have.
        options: What Pydantic is told.
        include_in_schema: Whether the API document shows it.
    """

    source: Source
    default: object = EMPTY
    default_factory: Callable[[], Any] | None = None
    alias: str | None = None
    convert_underscores: bool = True
    embed: bool = False
    is_file: bool = False
    max_size: int | None = None
    options: FieldOptions = field(default_factory=FieldOptions)
    include_in_schema: bool = True

    def field_info(self) -> FieldInfo | None:
        """Return what Pydantic is told about the type, or None when it is told nothing."""
        if not self.options:
            return None
        options = self.options.copy()
        if options.pop("deprecated", False):
            # Pydantic knows the word for fields of models alone; here it belongs to the API document.
            options["json_schema_extra"] = {**options.get("json_schema_extra", {}), "deprecated": True}
        made = Field(**options)
        return made if isinstance(made, FieldInfo) else None

    def key(self, name: str) -> str:
        """Return the name on the wire of the parameter with this name."""
        if self.alias is not None:
            return self.alias
        return name.replace("_", "-") if self.source == "header" and self.convert_underscores else name


def Query(  # noqa: N802  # FastAPI's name
    default: Any = _ELLIPSIS,
    *,
    default_factory: Callable[[], Any] | None = None,
    alias: str | None = None,
    include_in_schema: bool = True,
    **options: Unpack[FieldOptions],
) -> Any:
    """Take a parameter from the query: one value, a list of all values, or a model whose fields are parameters.

    Args:
        default: The value when the query has none; left out, the parameter is required.
        default_factory: Makes the default anew for each request.
        alias: The name in the query.
        include_in_schema: Whether the API document shows it.
        **options: Constraints and descriptions, as `pydantic.Field` takes them.
    """
    return Marker(
        "query",
        _default(default),
        default_factory,
        alias,
        options=options,
        include_in_schema=include_in_schema,
    )


def Path(  # noqa: N802  # FastAPI's name
    *, alias: str | None = None, include_in_schema: bool = True, **options: Unpack[FieldOptions]
) -> Any:
    """Say more about a parameter of the path; its name in the route is enough to take it.

    Args:
        alias: The name in the route.
        include_in_schema: Whether the API document shows it.
        **options: Constraints and descriptions, as `pydantic.Field` takes them.
    """
    return Marker("path", alias=alias, options=options, include_in_schema=include_in_schema)


def Header(  # noqa: N802  # FastAPI's name
    default: Any = _ELLIPSIS,
    *,
    default_factory: Callable[[], Any] | None = None,
    alias: str | None = None,
    convert_underscores: bool = True,
    include_in_schema: bool = True,
    **options: Unpack[FieldOptions],
) -> Any:
    """Take a parameter from a header: `x_token` is read from `x-token`; a list takes all fields of the name.

    Args:
        default: The value when the header is missing; left out, the parameter is required.
        default_factory: Makes the default anew for each request.
        alias: The name of the header.
        convert_underscores: Whether underscores of the name stand for hyphens.
        include_in_schema: Whether the API document shows it.
        **options: Constraints and descriptions, as `pydantic.Field` takes them.
    """
    return Marker(
        "header",
        _default(default),
        default_factory,
        alias,
        convert_underscores=convert_underscores,
        options=options,
        include_in_schema=include_in_schema,
    )


def Cookie(  # noqa: N802  # FastAPI's name
    default: Any = _ELLIPSIS,
    *,
    default_factory: Callable[[], Any] | None = None,
    alias: str | None = None,
    include_in_schema: bool = True,
    **options: Unpack[FieldOptions],
) -> Any:
    """Take a parameter from a cookie, or a model whose fields are cookies.

    Args:
        default: The value when the cookie is missing; left out, the parameter is required.
        default_factory: Makes the default anew for each request.
        alias: The name of the cookie.
        include_in_schema: Whether the API document shows it.
        **options: Constraints and descriptions, as `pydantic.Field` takes them.
    """
    return Marker(
        "cookie",
        _default(default),
        default_factory,
        alias,
        options=options,
        include_in_schema=include_in_schema,
    )


def Body(  # noqa: N802  # FastAPI's name
    default: Any = _ELLIPSIS,
    *,
    default_factory: Callable[[], Any] | None = None,
    alias: str | None = None,
    embed: bool = False,
    **options: Unpack[FieldOptions],
) -> Any:
    """Take a parameter from the JSON body; one of type `bytes` is the body as it came.

    Several such parameters, or one with `embed`, are the members of one object.

    Args:
        default: The value when the body, or its member, is missing; left out, the parameter is required.
        default_factory: Makes the default anew for each request.
        alias: The name of the member.
        embed: Whether a single parameter is a member, too.
        **options: Constraints and descriptions, as `pydantic.Field` takes them.
    """
    return Marker("body", _default(default), default_factory, alias, embed=embed, options=options)


def Form(  # noqa: N802  # FastAPI's name
    default: Any = _ELLIPSIS,
    *,
    default_factory: Callable[[], Any] | None = None,
    alias: str | None = None,
    **options: Unpack[FieldOptions],
) -> Any:
    """Take a parameter from a form: one value, a list of all values, or a model whose fields are those of the form.

    A field that was sent empty counts as one that was not sent, for that is what browsers do.

    Args:
        default: The value when the form has none; left out, the parameter is required.
        default_factory: Makes the default anew for each request.
        alias: The name in the form.
        **options: Constraints and descriptions, as `pydantic.Field` takes them.
    """
    return Marker("form", _default(default), default_factory, alias, options=options)


def File(  # noqa: N802  # FastAPI's name
    default: Any = _ELLIPSIS,
    *,
    default_factory: Callable[[], Any] | None = None,
    alias: str | None = None,
    max_size: int | None = None,
    **options: Unpack[FieldOptions],
) -> Any:
    """Take a file of a form: as an `UploadFile`, as its `bytes`, or a list of either.

    Args:
        default: The value when the form has no such file; left out, it is required.
        default_factory: Makes the default anew for each request.
        alias: The name in the form.
        max_size: The most bytes that a file may have. One more is answered with 413 as soon as it arrives. The limit of
            the route's body grows by as much, unless the route has a `max_body`.
        **options: Constraints and descriptions, as `pydantic.Field` takes them.
    """
    return Marker("form", _default(default), default_factory, alias, is_file=True, max_size=max_size, options=options)


def _default(default: object) -> object:
    # `...` is how Pydantic and FastAPI write "required". A copy, because the caller may go on changing his list.
    return EMPTY if default is _ELLIPSIS else copy.copy(default) if isinstance(default, list | dict | set) else default
