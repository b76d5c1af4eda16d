"""The answer to a request that does not fit its handler: every fault at once, each with its path."""

from collections.abc import Sequence
from typing import NotRequired, TypedDict, Unpack

from vase.http._exceptions import ProblemOptions, UnprocessableContent

__all__ = ["RequestValidationError", "ValidationFault", "validation_fault"]


class ValidationFault(TypedDict):
    """One fault of a request.

    Attributes:
        loc: Where, step by step: `body`, `query`, `path`, `header` or `cookie`, then names and indexes.
        path: The same as text: `body.items[0].price`.
        pointer: For faults of a body, the JSON pointer to the value (RFC 6901, as a fragment): `#/items/0/price`.
        msg: What is wrong.
        type: What is wrong, for programs: Pydantic's words, `missing`, `int_parsing`, …
        input: The value that was refused.
    """

    loc: list[str | int]
    path: str
    msg: str
    type: str
    pointer: NotRequired[str]
    input: NotRequired[object]


def validation_fault(loc: Sequence[str | int], msg: str, type: str, **extra: object) -> ValidationFault:  # noqa: A002
    """Make a fault and write its path in both forms.

    Args:
        loc: Where, beginning with the part of the request.
        msg: What is wrong.
        type: What is wrong, for programs.
        **extra: `input=` with the value that was refused, when it is worth showing.
    """
    fault = ValidationFault(loc=list(loc), path=_path_of(loc), msg=msg, type=type)
    if loc and loc[0] == "body":
        fault["pointer"] = "#" + "".join(f"/{_pointer_step(step)}" for step in loc[1:])
    if "input" in extra:
        fault["input"] = extra["input"]
    return fault


class RequestValidationError(UnprocessableContent):
    """422: a request with faults; `errors` in the answer has all of them.

    Args:
        faults: All faults, not only the first.
        **options: More about the problem.
    """

    title = "Request does not fit"

    def __init__(self, faults: Sequence[ValidationFault], **options: Unpack[ProblemOptions]) -> None:
        self.faults = list(faults)
        count = len(self.faults)
        super().__init__(f"{count} {'fault' if count == 1 else 'faults'} in the request", **options)

    def errors(self) -> list[ValidationFault]:
        """Return the faults; the name that FastAPI has for them."""
        return self.faults


def _path_of(loc: Sequence[str | int]) -> str:
    text = ""
    for step in loc:
        if isinstance(step, int):
            text += f"[{step}]"
        else:
            text += f".{step}" if text else step
    return text


def _pointer_step(step: str | int) -> str:
    return str(step).replace("~", "~0").replace("/", "~1")
