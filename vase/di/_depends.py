"""The marker that names a dependency in a signature."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Literal

__all__ = ["Dependency", "Depends", "TeardownScope"]

type TeardownScope = Literal["function", "request"]
"""When the lines after the `yield` run: when the handler has returned, or when its answer has left."""


@dataclass(frozen=True, slots=True)
class Dependency:
    """What `Depends(...)` leaves in a signature.

    Args:
        function: Makes the value: a function, a class, a generator that yields it; None takes the annotated type.
        use_cache: Whether everybody in one scope shares the value.
        scope: When the lines after its `yield` run.
    """

    function: Callable[..., Any] | None = None
    use_cache: bool = True
    scope: TeardownScope = "function"


def Depends(  # noqa: N802  # FastAPI's name
    function: Callable[..., Any] | None = None, *, use_cache: bool = True, scope: TeardownScope = "function"
) -> Any:
    """Say that a parameter is made by another function.

    Write `Annotated[User, Depends(current_user)]`, or `user: User = Depends(current_user)`.

    A generator hands out what it yields; the lines after its `yield` run when the scope ends, last opened first, also
    when something failed, and they see the error.

    Args:
        function: Makes the value, and may have dependencies of its own. Left out, the annotated class is called.
        use_cache: False makes a new value for this parameter, even when the scope has one.
        scope: When the lines after the `yield` run in a request: `"function"`, when the handler has returned and before
            the answer is sent, so that a failure there is a 500; `"request"`, when the answer has left, so that the
            client does not wait, and a failure is logged.
    """
    return Dependency(function, use_cache, scope)
