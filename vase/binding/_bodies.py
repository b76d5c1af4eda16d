"""Several parameters of one body: the members of one object, read in one pass."""

from collections.abc import Callable, Sequence
from typing import Any, Final

from pydantic import ConfigDict, Field, create_model

from vase.binding._codecs import CodecError
from vase.binding._inputs import Input
from vase.binding._types import contains_struct
from vase.checks import CheckMessage, error
from vase.di import EMPTY, label

__all__ = ["join_bodies", "member_attribute"]

_PREFIX: Final = "member_"
# A member may be called `schema` or `copy`: the attributes that would be hidden are never used here.
_CONFIG: Final = ConfigDict(protected_namespaces=(), arbitrary_types_allowed=False)


def join_bodies(inputs: Sequence[Input], handler: Callable[..., Any]) -> tuple[Input | None, list[CheckMessage]]:
    """Make one document of the parameters that share a body, when there are several or one wants to be embedded.

    The inputs are changed: those that become members lose their own way to the body.
    """
    bodies = [item for item in inputs if item.source == "body"]
    keys = list(dict.fromkeys(item.key for item in bodies))
    if len(keys) < 2 and not any(item.shape == "member" for item in bodies):  # one body, taken whole
        return None, []
    faults = [_fault(item, handler) for item in bodies if item.shape == "bytes" or contains_struct(item.annotation)]
    if faults:
        return None, faults
    document = _document(bodies, keys)
    try:
        document.argument, document.is_final = document.codec.argument, True
    except CodecError as reason:
        message = f"the body of `{label(handler)}` cannot be read: {reason}"
        return None, [error("binding.E008", message, place=bodies[0].parameter.place)]
    for item in bodies:
        item.shape, item.argument, item.is_final, item.document = "member", None, False, document
    return document, []


def member_attribute(keys: Sequence[str], key: str) -> str:
    """Return the attribute of the document that holds a member."""
    return f"{_PREFIX}{keys.index(key)}"


def _document(bodies: Sequence[Input], keys: Sequence[str]) -> Input:
    fields: dict[str, Any] = {}
    for item in bodies:
        name = member_attribute(keys, item.key)
        if item.default_factory is not None:
            fields.setdefault(name, (item.annotation, Field(alias=item.key, default_factory=item.default_factory)))
        elif item.default is not EMPTY:
            fields.setdefault(name, (item.annotation, Field(alias=item.key, default=item.default)))
        else:
            fields.setdefault(name, (item.annotation, Field(alias=item.key)))
    model = create_model("Body", __config__=_CONFIG, **fields)
    is_optional = not any(item.is_required for item in bodies)
    document = Input(source="body", shape="json", parameter=bodies[0].parameter, key="body", annotation=model)
    document.default_factory = model if is_optional else None
    document.fields = {key: (member_attribute(keys, key), False) for key in keys}
    return document


def _fault(item: Input, handler: Callable[..., Any]) -> CheckMessage:
    what = "the raw body" if item.shape == "bytes" else "a struct of msgspec"
    message = f"parameter `{item.name}` of `{label(handler)}` is {what} and shares the body with others"
    hint = "take the body in one parameter"
    return error("binding.E015", message, hint=hint, place=item.parameter.place)
