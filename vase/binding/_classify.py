"""Where each parameter comes from: markers first, then the rules for bare annotations; and every fault with its line.

The rules, in order: `Request`; a marker, or a model that says `is_of_query = True`; a name of the path; the provider of
the type (`vase.di`); an `UploadFile` is of the form; a model, a container or a struct is the body; everything that a
text can hold is the query.
"""

import functools
from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import Annotated, Any

from vase.binding._codecs import CodecError
from vase.binding._inputs import Input, forbids_others, group_fields
from vase.binding._markers import Body, File, Marker, Path, Query
from vase.binding._paths import PathFault, PathReading, read_path
from vase.binding._types import (
    is_group,
    is_many,
    is_request,
    is_scalar,
    is_upload,
    members_of,
    name_of,
    without_none,
)
from vase.checks import CheckMessage, error
from vase.di import EMPTY, Dependency, Parameter, Providers, label, parameter_place
from vase.exceptions import did_you_mean
from vase.urls import Converter

__all__ = ["Classifier"]

# The core converts these by itself when the text is canonical, and leaves every other spelling to Pydantic.
_CORE_KINDS: Mapping[Any, str] = MappingProxyType(
    {str: "str", int: "int", float: "float", bool: "bool"}
    | {str | None: "str", int | None: "int", float | None: "float", bool | None: "bool"}
)
_BODILESS = frozenset({"GET", "HEAD", "OPTIONS", "TRACE"})


@dataclass(slots=True)
class Classifier:
    """Turns the parameters of one handler and its dependencies into inputs.

    Args:
        handler: The handler.
        path: The converter of each parameter of the path, in order.
        open_path: The parameters whose converter the annotation may choose.
        providers: Providers by type.
        methods: The methods of the route.
    """

    handler: Callable[..., Any]
    path: Mapping[str, Converter]
    open_path: Collection[str]
    providers: Providers
    methods: Collection[str]
    inputs: list[Input] = field(default_factory=list)
    faults: list[CheckMessage] = field(default_factory=list)
    refinements: dict[str, Converter] = field(default_factory=dict)
    mentioned: set[str] = field(default_factory=set)

    def find(self, parameter: Parameter) -> Input | None:
        """Return what fills a parameter, or None when that is the matter of its provider or default."""
        if parameter.is_variadic:
            stars = "*" if parameter.kind is parameter.kind.VAR_POSITIONAL else "**"
            message = f"nothing fills `{stars}{parameter.name}` of `{label(parameter.owner)}`"
            return self._fault("binding.E003", parameter, message, "name each parameter")
        markers = [item for item in (*parameter.metadata, parameter.default) if isinstance(item, Marker)]
        if len(markers) > 1:
            message = f"{self._named(parameter)} has {len(markers)} markers"
            return self._fault("binding.E011", parameter, message, "keep one of them")
        marker = markers[0] if markers else None
        if parameter.annotation is EMPTY:
            return self._without_annotation(parameter, marker)
        try:
            return self._find(parameter, marker)
        except NameError as reason:  # an alias inside the annotation is evaluated only when it is looked into
            return self._unresolved(parameter, str(reason))

    def finish(self) -> None:
        """Find what shows only when every parameter is known."""
        query = [item for item in self.inputs if item.source == "query"]
        for item in query:
            if item.shape == "group" and forbids_others(item.parameter.type):
                keys = (
                    other.fields if other.shape == "group" else (other.key,) for other in query if other is not item
                )
                item.others = frozenset(key for some in keys for key in some) - set(item.fields)
        if any(item.shape == "request" for item in self.inputs):
            return  # it may read them there
        for name in self.path:
            if name not in self.mentioned:
                message = f"the route has a parameter `{name}` that `{label(self.handler)}` does not take"
                names = [item.name for item in self.inputs if item.parameter.owner is self.handler]
                hint = did_you_mean(name, names) or f"add `{name}: {name_of(self.path[name].python_type)}`"
                self._told(error("binding.E004", message, hint=hint, place=parameter_place(self.handler)))

    def _find(self, parameter: Parameter, marker: Marker | None) -> Input | None:
        if marker is None and is_request(parameter.type):
            made = Input(source="request", shape="request", parameter=parameter, key="")
            made.argument, made.is_final, made.has_codec = ("request",), True, False
            return self._add(made)
        if marker is None and getattr(parameter.type, "is_of_query", False) is True:
            marker = Query()
        if marker is not None:
            return self._marked(parameter, marker)
        if parameter.name in self.path:
            return self._path(parameter, Path())
        if self.providers.find(parameter.type) is not None:
            return None
        if is_upload(parameter.type) or is_scalar(parameter.type):
            return self._text(parameter, File() if is_upload(parameter.type) else Query())
        return self._body(parameter, Body(), is_bare=True)

    def _marked(self, parameter: Parameter, marker: Marker) -> Input:
        if marker.source == "path":
            return self._path(parameter, marker)
        if marker.source == "body":
            return self._body(parameter, marker, is_bare=False)
        return self._text(parameter, marker)

    def _path(self, parameter: Parameter, marker: Marker) -> Input:
        key = marker.key(parameter.name)
        self.mentioned.add(key)
        converter = self.path.get(key)
        if converter is None:
            message = f"{self._named(parameter)} is marked `Path`, and the route has no parameter `{key}`"
            hint = did_you_mean(key, self.path) or f"add `{{{key}}}` to the route"
            return self._fault("binding.E005", parameter, message, hint)
        if self._default(parameter, marker) is not EMPTY:
            message = f"{self._named(parameter)} comes from the path and has a default, which is never used"
            return self._fault("binding.E006", parameter, message, "take the default away, or add a route without it")
        annotation = _annotation(parameter, marker)
        is_constrained = annotation is not parameter.type
        try:
            reading = read_path(parameter.type, converter, is_open=key in self.open_path, is_constrained=is_constrained)
        except PathFault as fault:
            hint = f"annotate it `{name_of(converter.python_type)}`, or change the converter of the route"
            return self._fault("binding.E007", parameter, f"{self._named(parameter)}: {fault}", hint)
        if reading.refinement is not None:
            self.refinements.setdefault(key, reading.refinement)
        made = Input(
            source="path",
            shape="one",
            parameter=parameter,
            key=key,
            annotation=annotation,
            is_final=True,
            include_in_schema=marker.include_in_schema,
        )
        return self._with_reading(made, reading)

    def _with_reading(self, made: Input, reading: PathReading) -> Input:
        if not self._is_readable(made, check=reading.needs_codec):
            return made
        index = list(self.path).index(made.key)
        made.has_codec = reading.needs_codec
        made.converted = reading.convert
        if reading.needs_codec:
            read = made.codec.convert
            made.converted = read if reading.convert is None else _chain(reading.convert, read)
        made.argument = ("path", index) if made.converted is None else ("path_as", index, made.converted)
        return self._add(made)

    def _text(self, parameter: Parameter, marker: Marker) -> Input:
        """Bind a parameter of the query, a header, a cookie or a form."""
        kind = parameter.type
        made = Input(
            source=marker.source,
            shape="group" if is_group(kind) else "many" if is_many(kind) else "one",
            parameter=parameter,
            key=marker.key(parameter.name),
            annotation=_annotation(parameter, marker),
            default=self._default(parameter, marker),
            default_factory=marker.default_factory,
            include_in_schema=marker.include_in_schema,
            is_file=marker.is_file and not is_upload(kind),
            max_size=marker.max_size,
        )
        if (made.shape == "one" and not is_scalar(kind)) or (marker.source != "form" and is_upload(kind)):
            message = f"{self._named(parameter)}: no {marker.source} holds a `{name_of(kind)}`"
            hint = "take a list of simple values, a model of simple fields, or mark it `Body`"
            if is_upload(kind):
                hint = "files come in forms: mark it `File`, or leave the marker out"
            return self._fault("binding.E013", parameter, message, hint)
        if marker.source == "form":
            fault = self._form_fault(parameter, marker)
            if fault is not None:
                return fault
        if made.shape == "many" and marker.source == "cookie":
            message = f"{self._named(parameter)} takes several cookies of one name, which browsers do not send"
            return self._fault("binding.E013", parameter, message, "take one value")
        is_plain = made.shape == "one" and _core_kind(made.annotation) is not None
        if not self._is_readable(made, check=not is_plain):
            return made
        if made.shape == "group":
            underscores = marker.source == "header" and marker.convert_underscores
            made.fields = group_fields(kind, convert_underscores=underscores)
        else:
            _set_argument(made)
        return self._add(made)

    def _form_fault(self, parameter: Parameter, marker: Marker) -> Input | None:
        """Return the fault of a field or file that no form can give, or None."""
        kind = parameter.type
        if self.methods and set(self.methods) <= _BODILESS:
            method = next(iter(sorted(self.methods)))
            message = f"{self._named(parameter)} is of a form, and a {method} request has none (RFC 9110 section 9.3.1)"
            hint = "answer POST; the fields of a page's form with `method=get` come in the query"
            return self._fault("binding.E010", parameter, message, hint)
        if marker.is_file and not (is_upload(kind) or _is_bytes(kind)):
            message = f"{self._named(parameter)} is marked `File`, and `{name_of(kind)}` is no file"
            hint = "annotate it `UploadFile` or `bytes`, or a list of them; fields are marked `Form`"
            return self._fault("binding.E014", parameter, message, hint)
        size = marker.max_size
        if size is not None and (type(size) is not int or size < 1):
            message = f"{self._named(parameter)}: `max_size` is `{size!r}`, which is no number of bytes"
            return self._fault("binding.E017", parameter, message, "write it like `max_size=5 * 1024 * 1024`")
        return None

    def _body(self, parameter: Parameter, marker: Marker, *, is_bare: bool) -> Input:
        kind = parameter.type
        made = Input(
            source="body",
            shape="bytes" if kind is bytes else "member" if marker.embed else "json",
            parameter=parameter,
            key=marker.key(parameter.name),
            annotation=_annotation(parameter, marker),
            default=self._default(parameter, marker),
            default_factory=marker.default_factory,
        )
        if not self._is_readable(made, check=made.shape != "bytes"):
            return made
        if is_bare and self.methods and set(self.methods) <= _BODILESS:
            method = next(iter(sorted(self.methods)))
            message = f"{self._named(parameter)} is the body, and a {method} request has none (RFC 9110 section 9.3.1)"
            hint = "write `Annotated[…, Query()]` to read its fields from the query, or answer POST"
            return self._fault("binding.E010", parameter, message, hint)
        if made.shape == "bytes":
            made.argument, made.is_final, made.has_codec = ("body",), True, False
        elif made.shape == "json":
            made.argument, made.is_final = made.codec.argument, True
        return self._add(made)

    def _default(self, parameter: Parameter, marker: Marker) -> object:
        is_written = not isinstance(parameter.default, Marker) and parameter.default is not EMPTY
        return parameter.default if is_written else marker.default

    def _is_readable(self, made: Input, *, check: bool) -> bool:
        if not check:
            return True
        try:
            _ = made.codec
        except CodecError as reason:
            kind = made.parameter.type
            message = f"{self._named(made.parameter)}: a `{name_of(kind)}` cannot be made of a request: {reason}"
            name = kind.__name__ if isinstance(kind, type) else "…"
            hint = f"register a provider, `providers[{name}] = …`, or write `Annotated[{name}, Depends(function)]`"
            self._fault("binding.E008", made.parameter, message, hint)
            return False
        return True

    def _without_annotation(self, parameter: Parameter, marker: Marker | None) -> Input | None:
        self.mentioned.add(parameter.name)
        if parameter.unresolved is not None:
            return self._unresolved(parameter, parameter.unresolved)
        if parameter.owner is not self.handler and parameter.default is not EMPTY and marker is None:
            return None  # what a class of somebody else's has as an option stays at its default
        if parameter.name == "request":
            hint = "write `request: Request`"
        elif parameter.name in self.path:
            hint = f"write `{parameter.name}: {name_of(self.path[parameter.name].python_type)}`"
        else:
            hint = f"write its type, like `{parameter.name}: str`"
        return self._fault("binding.E001", parameter, f"{self._named(parameter)} has no annotation", hint)

    def _unresolved(self, parameter: Parameter, reason: str) -> Input:
        message = f"the annotation of {self._named(parameter)} cannot be resolved: {reason}"
        hint = "define or import the name in the module of the handler, not only under `TYPE_CHECKING`"
        return self._fault("binding.E002", parameter, message, hint)

    def _named(self, parameter: Parameter) -> str:
        return f"parameter `{parameter.name}` of `{label(parameter.owner)}`"

    def _fault(self, code: str, parameter: Parameter, message: str, hint: str) -> Input:
        """Note a fault and return an input that stands for the parameter, so that nobody tells it again."""
        self._told(error(code, message, hint=hint, place=parameter.place))
        return Input(source="request", shape="request", parameter=parameter, key="")

    def _told(self, message: CheckMessage) -> None:
        if message not in self.faults:
            self.faults.append(message)

    def _add(self, made: Input) -> Input:
        self.inputs.append(made)
        return made


def _is_bytes(kind: object) -> bool:
    if is_many(kind):
        items: tuple[object, ...] = getattr(without_none(kind), "__args__", ())
        return bool(items) and all(_is_bytes(item) for item in items if item is not Ellipsis)
    return all(member in {bytes, type(None)} for member in members_of(kind))


def _set_argument(made: Input) -> None:
    """Let the core pass the value, or at least its text, whenever it can."""
    core_kind = _core_kind(made.annotation)
    is_plain = core_kind is not None
    has_constant = made.default_factory is None and not made.has_mutable_default
    default = ... if made.is_required else made.default if has_constant else None
    if made.source == "query" and made.shape == "one":
        made.is_final = is_plain and has_constant
        kind = core_kind if made.is_final else "str"
        made.argument = ("query", made.key, kind, default if made.is_final else ... if made.is_required else None)
    elif made.source == "query":
        items = _core_list(made.annotation)
        made.is_final = items is not None and (made.is_required or made.default is None)
        made.argument = ("query_list", made.key, items or "str", ... if made.is_required else None)
    elif made.source == "header" and made.shape == "one":
        made.is_final = core_kind == "str" and has_constant
        made.argument = ("header", made.key, default if made.is_final else ... if made.is_required else None)


def _core_kind(annotation: Any) -> str | None:
    """Return what the core converts to, for a type without any constraint."""
    try:
        return _CORE_KINDS.get(annotation)
    except TypeError:  # constraints that cannot be hashed
        return None


def _core_list(annotation: Any) -> str | None:
    arguments: tuple[Any, ...] = getattr(annotation, "__args__", ())
    if getattr(annotation, "__origin__", None) is list and len(arguments) == 1:
        return _core_kind(arguments[0]) if isinstance(arguments[0], type) else None
    return None


def _annotation(parameter: Parameter, marker: Marker) -> Any:
    """Return the type with everything that Pydantic should know, and without our markers."""
    added = [item for item in parameter.metadata if not isinstance(item, Marker | Dependency)]
    info = marker.field_info()
    if info is not None:
        added.append(info)
    return functools.reduce(lambda kind, item: Annotated[kind, item], added, parameter.type)


def _chain(first: Callable[[Any], Any], second: Callable[[Any], Any]) -> Callable[[Any], Any]:
    def convert(value: Any) -> Any:
        return second(first(value))

    return convert
