"""Errors of binding: handlers that cannot be bound, and values that do not fit what a handler promised."""

from collections.abc import Sequence

from vase.exceptions import ConfigurationError, VaseError
from vase.http import ValidationFault
from vase.types import Place

__all__ = ["BindingErrors", "ResponseValidationError"]


class BindingErrors(ConfigurationError):  # noqa: N818  # it is many of them
    """Everything that keeps one handler from being bound, each fault with its line."""


class ResponseValidationError(VaseError):
    """A handler returned a value that does not fit its return annotation: a 500, because nothing of it may leave.

    The message names the handler and the fields, never their values.

    Args:
        handler: The name of the handler.
        faults: What does not fit; their paths begin with `response`.
        place: The line of the return annotation.
    """

    def __init__(self, handler: str, faults: Sequence[ValidationFault], *, place: Place | None = None) -> None:
        self.handler = handler
        self.faults = tuple(faults)
        told = "; ".join(f"`{fault['path']}`: {fault['msg']}" for fault in self.faults)
        super().__init__(
            f"the value that `{handler}` returned does not fit its return annotation: {told}",
            code="binding.E020",
            hint="return what the annotation says, or change the annotation",
            place=place,
        )
