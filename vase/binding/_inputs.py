"""One parameter of a handler or dependency, bound: where it comes from, how it is read, how its faults are told."""

import copy
import dataclasses
import functools
import typing
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Final, Literal

from pydantic import BaseModel

from vase.binding._codecs import Codec, make_codec, missing
from vase.binding._markers import Source
from vase.binding._types import is_many, is_struct, without_none
from vase.di import EMPTY, Parameter
from vase.exceptions import did_you_mean
from vase.http import FormData, UnsupportedMediaType, UploadFile, ValidationFault

if TYPE_CHECKING:
    from vase.http import Request

__all__ = ["MISSING", "Input", "Missing", "Shape", "check_json", "forbids_others", "group_fields"]

type Shape = Literal["one", "many", "group", "json", "bytes", "member", "request"]
"""How a parameter is read: one text, all texts of a name, a model of several, a document, its bytes, a member of it."""


class _Missing:
    def __repr__(self) -> str:
        return "MISSING"


MISSING: Final = _Missing()
"""Stands for raw material that a request does not have."""


class Missing(Exception):  # noqa: N818  # never leaves the room
    """A required value is not there; raised and caught inside generated functions."""


@dataclass(eq=False, kw_only=True)
class Input:
    """A parameter and where it comes from.

    Args:
        source: The part of the request.
        shape: How it is read from there.
        parameter: The parameter as it is written.
        key: Its name on the wire.
        annotation: Its type with all constraints, without markers.
        default: The default, or `EMPTY`.
        default_factory: Makes the default anew.
        argument: How the core passes it, or None when Python must fetch it from the request.
        is_final: Whether what the core passes is the value already.
        converted: For parameters of the path: makes the value of what the core has converted; None when it is the
            value.
        has_codec: Whether the value must be read by a codec, which may refuse it.
        document: For members: the document they are part of.
        is_file: Whether the value is a file of a form, or its bytes.
        max_size: The most bytes that such a file may have.
        include_in_schema: Whether the API document shows it.
        fields: For models: the name for Pydantic of each name on the wire, and whether it is a list.
        others: For models of the query that take no unknown names: the names that other parameters take; None for
            models that take or ignore what they do not know.
    """

    source: Source
    shape: Shape
    parameter: Parameter
    key: str
    annotation: Any = EMPTY
    default: object = EMPTY
    default_factory: Callable[[], Any] | None = None
    argument: tuple[Any, ...] | None = None
    is_final: bool = False
    converted: Callable[[Any], Any] | None = None
    has_codec: bool = True
    document: "Input | None" = None
    is_file: bool = False
    max_size: int | None = None
    include_in_schema: bool = True
    fields: dict[str, tuple[str, bool]] = field(default_factory=dict)
    others: frozenset[str] | None = None

    @property
    def name(self) -> str:
        """The name of the parameter."""
        return self.parameter.name

    @property
    def is_required(self) -> bool:
        """Whether a request without it is refused."""
        return self.default is EMPTY and self.default_factory is None

    @property
    def location(self) -> list[str | int]:
        """Where its faults are."""
        if self.shape in {"json", "bytes", "group"}:
            return [self.source]
        return [self.source, self.key]

    @functools.cached_property
    def codec(self) -> Codec:
        """Reads it; made when it is needed first, since the core reads most texts without it."""
        return make_codec(self.annotation, is_many=self.shape == "many")

    @functools.cached_property
    def convert(self) -> Callable[[Any], Any]:
        """Make the value of the raw material."""
        if self.converted is not None:
            return self.converted
        if self.is_file:
            return functools.partial(_convert_files, self.codec.convert)
        return self.codec.read_json if self.shape == "json" else self.codec.convert

    @property
    def refusals(self) -> tuple[type[Exception], ...]:
        """The errors of `convert` that mean that the request does not fit."""
        return self.codec.refusals if self.has_codec else ()

    def default_value(self) -> object:
        """Return the default for one request; mutable ones anew."""
        if self.default_factory is not None:
            return self.default_factory()
        return copy.deepcopy(self.default) if self.has_mutable_default else self.default

    @property
    def has_mutable_default(self) -> bool:
        """Whether handlers could change the default of each other."""
        return isinstance(self.default, list | dict | set | bytearray)

    def raw(self, request: "Request", body: bytes | None, form: FormData | None) -> Any:
        """Return the raw material, or `MISSING`."""
        if self.shape == "group":
            return self.group(request if form is None or self.source != "form" else form)
        if self.source == "path":
            return request.path_params[self.key]
        if self.source == "body":
            if self.shape == "json" and body:
                check_json(request)
            return body or (b"" if self.shape == "bytes" else MISSING)
        places = {"cookie": "cookies", "query": "query_params", "header": "headers"}
        mapping: Any = form if self.source == "form" else getattr(request, places[self.source])
        found = mapping.getlist(self.key) if self.shape == "many" else mapping.get(self.key, MISSING)
        # No texts at all, or an input of a page that was left empty.
        is_absent = found == [] if self.shape == "many" else self.source == "form" and found == ""
        return MISSING if is_absent else found

    def group(self, holder: Any) -> Any:
        """Return the raw material of a model: a text, or a list of them, for each field that is there.

        Args:
            holder: The request, or its form.
        """
        if self.source == "header":
            headers: Any = holder.headers
            found = {
                name: headers.getlist(key) if takes_all else headers[key]
                for key, (name, takes_all) in self.fields.items()
                if key in headers
            }
        elif self.source == "cookie":
            found = dict(holder.cookies)
        elif self.source == "form":
            found = {
                key: holder.getlist(key) if self.fields.get(key, ("", False))[1] else holder[key]
                for key in holder
                if holder[key] != "" or key not in self.fields
            }
        else:
            query: Any = holder.query_params
            found = {
                key: query.getlist(key) if self.fields.get(key, ("", False))[1] else query[key]
                for key in query
                if self.others is None or key not in self.others
            }
        return MISSING if not found and not self.is_required else found

    def faults(self, request: "Request", body: bytes | None, form: FormData | None = None) -> list[ValidationFault]:
        """Return everything that is wrong with it in one request.

        Args:
            request: The request.
            body: The body, when it has been read.
            form: The form, when the body is one.

        Raises:
            UnsupportedMediaType: The body is something other than JSON.
        """
        if self.shape == "member" or not self.has_codec:
            return []
        raw = self.raw(request, body, form)
        if raw is MISSING:
            return [missing(self.location)] if self.is_required else []
        try:
            self.convert(raw)
        except self.refusals as error:
            found = self.codec.explain(error, self.location)
            return found if self.others is None else [self._with_names(fault) for fault in found]
        return []

    def _with_names(self, fault: ValidationFault) -> ValidationFault:
        """Say which names there are, where a name is unknown."""
        if fault["type"] != "extra_forbidden":
            return fault
        names = sorted({*self.fields, *(self.others or ())})
        hint = did_you_mean(str(fault["loc"][-1]), names)
        near = f"; {hint}" if hint else ""
        allowed = ", ".join(f"`{name}`" for name in names)
        return {**fault, "msg": f"Unknown parameter{near}; there are {allowed}"}


def _convert_files(convert: Callable[[Any], Any], raw: Any) -> Any:
    # A handler that wants `bytes` has them read here: they were written a moment ago, so no disk is waited for.
    def content(value: Any) -> Any:
        return value.file.read() if isinstance(value, UploadFile) else value

    return convert([content(value) for value in raw] if isinstance(raw, list) else content(raw))


def check_json(request: "Request") -> None:
    """Refuse a body that does not say that it is JSON.

    A browser sends forms and plain text anywhere without asking; to insist on the type keeps other sites out.

    Raises:
        UnsupportedMediaType: The content type is neither `application/json` nor `application/….+json`.
    """
    given = request.headers.get("content-type") or ""
    kind = given.partition(";")[0].strip().lower()
    if kind == "application/json" or (kind.startswith("application/") and kind.endswith("+json")):
        return
    detail = f"this handler reads JSON, not `{kind}`" if kind else "this handler reads JSON, and the body has no type"
    hint = "send `Content-Type: application/json`"
    raise UnsupportedMediaType(f"{detail}; {hint}", headers={"accept": "application/json"})


def forbids_others(kind: Any) -> bool:
    """Return whether a model refuses names that it does not know."""
    kind = without_none(kind)
    return isinstance(kind, type) and issubclass(kind, BaseModel) and kind.model_config.get("extra") == "forbid"


def group_fields(kind: Any, *, convert_underscores: bool) -> dict[str, tuple[str, bool]]:
    """Return the fields of a model by their names on the wire: the name for Pydantic, and whether it is a list."""
    kind = without_none(kind)
    described: Sequence[tuple[str, Any]]
    if isinstance(kind, type) and issubclass(kind, BaseModel):
        described = [
            (info.validation_alias if isinstance(info.validation_alias, str) else info.alias or name, info.annotation)
            for name, info in kind.model_fields.items()
        ]
        own = set(kind.model_fields)
    else:
        hints = typing.get_type_hints(kind, include_extras=True)
        names = [item.name for item in dataclasses.fields(kind)] if dataclasses.is_dataclass(kind) else list(hints)
        described = [(name, hints[name]) for name in names]
        own = set(names)
        if is_struct(kind):
            wire = dict(zip(kind.__struct_fields__, kind.__struct_encode_fields__, strict=True))
            described = [(wire[name], hints[name]) for name in wire]
            own = {name for name in wire if wire[name] == name}
    found = {}
    for name, annotation in described:
        # An alias is written as it travels; only the name of a field stands for a hyphenated one.
        key = name.replace("_", "-") if convert_underscores and name in own else name
        found[key] = (name, is_many(annotation))
    return found
