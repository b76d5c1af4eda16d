"""What the parameters of a form say together: which files are kept, how large they may be, and what contradicts."""

from collections.abc import Callable, Iterable, Sequence
from typing import Any, TypedDict

from vase.binding._inputs import Input
from vase.checks import CheckMessage, error
from vase.di import label

__all__ = ["FormRules", "form_faults", "form_rules", "limit_of_files"]


class FormRules(TypedDict):
    """What the core does with the files of a form.

    Attributes:
        names: The fields whose files are kept; None keeps all.
        max_sizes: The most bytes of a file, by its field.
    """

    names: set[str] | None
    max_sizes: dict[str, int]


def form_rules(inputs: Iterable[Input]) -> FormRules | None:
    """Return what becomes of files, or None for a handler that takes no form."""
    inputs = tuple(inputs)
    fields = [item for item in inputs if item.source == "form"]
    if not fields:
        return None
    names = {key for item in fields for key in (item.fields if item.shape == "group" else (item.key,))}
    # Who takes the request may look into its form for more than the signature says.
    is_open = any(item.shape == "request" for item in inputs)
    sizes = {item.key: item.max_size for item in fields if item.max_size is not None}
    return FormRules(names=None if is_open else names, max_sizes=sizes)


def limit_of_files(inputs: Iterable[Input], default: int) -> int | None:
    """Return how large a form may be whose files say how large they may be, or None when none does.

    Args:
        inputs: The parameters.
        default: How large everything else may be.
    """
    sizes = [
        item.max_size * (_most(item) if item.shape == "many" else 1) for item in inputs if item.max_size is not None
    ]
    return default + sum(sizes) if sizes else None


def form_faults(inputs: Sequence[Input], handler: Callable[..., Any]) -> list[CheckMessage]:
    """Return the fault of a body that were to be read in two ways."""
    bodies = [item for item in inputs if item.source == "body"]
    if not bodies or not any(item.source == "form" for item in inputs):
        return []
    (name, place) = (bodies[0].parameter.name, bodies[0].parameter.place)
    message = f"parameter `{name}` of `{label(handler)}` is the body, and other parameters read the body as a form"
    hint = f"take `{name}` as a field of the form, `Annotated[…, Form()]`, or everything as JSON"
    return [error("binding.E016", message, hint=hint, place=place)]


def _most(item: Input) -> int:
    """Return how many files a list may have: its `max_length`, or one when it does not say."""
    found = [
        limit
        for constraint in getattr(item.annotation, "__metadata__", ())
        for limit in [_max_length(constraint)]
        if limit is not None
    ]
    return max(found, default=1)


def _max_length(constraint: object) -> int | None:
    for part in (constraint, *getattr(constraint, "metadata", ())):
        limit = getattr(part, "max_length", None)
        if isinstance(limit, int):
            return limit
    return None
