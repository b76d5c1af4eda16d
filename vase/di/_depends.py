"""The marker that names a dependency in a signature."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

__all__ = ["Dependency", "Depends"]


@dataclass(frozen=True, slots=True)
class Dependency:
    """What `Depends(...)` leaves in a signature.

    Args:
        function: Makes the value: a function, a class, a generator that yields it; None takes the annotated type.
        use_cache: Whether everybody in one scope shares the value.
    """

    function: Callable[..., Any] | None = None
    use_cache: bool = True


def Depends(function: Callable[..., Any] | None = None, *, use_cache: bool = True) -> Any:  # noqa: N802  # FastAPI's name
    """Say that a parameter is made by another function.

    Write `Annotated[User, Depends(current_user)]`, or `user: User = Depends(current_user)`.

    A generator hands out what it yields; the lines after its `yield` run when the scope ends, last opened first, also
    when something failed, and they see the error.

    Args:
        function: Makes the value, and may have dependencies of its own. Left out, the annotated class is called.
        use_cache: False makes a new value for this parameter, even when the scope has one.
    """
    return Dependency(function, use_cache)
