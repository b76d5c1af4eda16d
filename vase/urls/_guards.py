"""Who may call a route: guards, and the word for "everybody".

A guard is a callable that returns who the client is, or raises. It is a dependency, so it may take a header, a session
or another dependency, wait or not, and a handler that wants to know who calls takes the same guard with `Depends`.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final, Literal

from vase.di import Dependency, DependencyError, Depends, label, read_signature
from vase.http import HTTPException, Unauthorized
from vase.types import JSON
from vase.urls._inline import mark_inline

__all__ = [
    "Auth",
    "Guard",
    "GuardInfo",
    "Public",
    "auth_fault",
    "auth_label",
    "guard",
    "guard_info",
    "guarding",
    "public",
]

type Guard = Callable[..., Any]
"""Returns who the client is, or raises `Unauthorized` or `PermissionDenied`."""

_MARK: Final = "__vase_guard__"


class Public:
    """The class of `public`; there is one object of it."""

    __slots__ = ()

    def __repr__(self) -> str:
        return "public"


public: Final = Public()
"""Says of a route that everybody may call it."""

type Auth = Guard | Public
"""What `auth=` takes."""


@dataclass(frozen=True, slots=True)
class GuardInfo:
    """What a guard says about itself.

    Args:
        scheme: How the client proves who it is: `bearer`, `basic`, or a Security Scheme Object of OpenAPI; None leaves
            it to what the guard reads.
        name: What the API document calls the scheme.
        errors: What it raises besides 401 and 403.
    """

    scheme: Literal["bearer", "basic"] | Mapping[str, JSON] | None = None
    name: str | None = None
    errors: tuple[type[HTTPException], ...] = ()

    @property
    def challenge(self) -> str:
        """What `www-authenticate` asks for."""
        return "Basic" if self.scheme == "basic" else "Bearer"


def guard[G: Guard](
    *,
    scheme: Literal["bearer", "basic"] | Mapping[str, JSON] | None = None,
    name: str | None = None,
    errors: Sequence[type[HTTPException]] = (),
) -> Callable[[G], G]:
    """Say more about a guard, for the API document and the challenge of its 401.

    Any callable is a guard without this; what it reads (a header, a cookie) is then told as the scheme.

    Args:
        scheme: How the client proves who it is: `bearer`, `basic`, or a Security Scheme Object of OpenAPI.
        name: What the API document calls the scheme; the name of the guard when left out.
        errors: What it raises besides 401 and 403.
    """

    def decorate(decorated: G) -> G:
        setattr(decorated, _MARK, GuardInfo(scheme, name, tuple(errors)))
        return decorated

    return decorate


def guard_info(guard: Guard) -> GuardInfo:
    """Return what a guard says about itself."""
    info = getattr(guard, _MARK, None)
    return info if isinstance(info, GuardInfo) else GuardInfo()


def guarding(guard: Guard) -> Dependency:
    """Return the dependency that lets nobody pass whom the guard does not know.

    A guard that returns None or False has found nobody, and that is a 401: who forgets to raise has closed the route,
    not opened it.
    """
    challenge = guard_info(guard).challenge

    @mark_inline
    def require(identity: Any = Depends(guard)) -> Any:
        if identity is None or identity is False:
            raise Unauthorized(authenticate=challenge)
        return identity

    return Dependency(require)


def auth_fault(auth: object) -> tuple[str, str] | None:
    """Return what keeps a value of `auth=` from guarding a route, as a reason and a hint."""
    if isinstance(auth, Public):
        return None
    if not callable(auth):
        return "it cannot be called", "pass a guard, a callable that returns who the client is, or `public`"
    try:
        returns = read_signature(auth).returns
    except DependencyError as error:
        return error.message, error.hint or "write a function with annotations"
    if returns is None or returns is type(None):
        return "it promises to return nothing", "return who the client is; raise `Unauthorized` for everybody else"
    return None


def auth_label(auth: object) -> str:
    """Return what listings call the `auth=` of a route; `-` when nobody said anything."""
    if auth is None or isinstance(auth, Public):
        return "-" if auth is None else "public"
    return label(auth)
