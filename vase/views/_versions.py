"""Versions of an API that are not part of the path: in a header of their own, or as a parameter of the media type."""

import inspect
from collections.abc import Mapping, Sequence
from typing import Annotated, Any, ClassVar, Final, Literal, override

from vase.binding import Header
from vase.checks import CheckMessage, error, place_of
from vase.http import HTTPException, NotAcceptable, Request, Response
from vase.middleware import CallNext
from vase.urls import Deprecation

__all__ = ["AcceptHeaderVersioning", "HeaderVersioning", "Versioning"]

_STATE: Final = "vase.version"


def _parameter(name: str, annotation: Any, default: Any = inspect.Parameter.empty) -> inspect.Parameter:
    return inspect.Parameter(name, inspect.Parameter.POSITIONAL_OR_KEYWORD, annotation=annotation, default=default)


class Versioning:
    """What all ways of asking for a version have in common.

    A subclass names the versions. A router takes it as `versions=`; a handler that wants to know asks for the class and
    reads `number`.
    """

    provides_itself: ClassVar[bool] = True

    allowed_versions: ClassVar[Sequence[str]] = ()
    """The versions that there are, oldest first."""

    default_version: ClassVar[str | None] = None
    """The version of a request that names none; left out, a request must name one."""

    deprecated_versions: ClassVar[Mapping[str, Deprecation]] = {}
    """The versions that clients should leave, and until when they may stay."""

    number: str
    """The version that the request wants."""

    def __init_subclass__(cls) -> None:
        super().__init_subclass__()
        cls.__signature__ = inspect.Signature(cls._parameters())  # type: ignore[attr-defined]  # read by `inspect`

    @classmethod
    def _parameters(cls) -> list[inspect.Parameter]:
        """Return what is taken from a request."""
        return []

    @classmethod
    def _adorn(cls, response: Response, number: str | None) -> None:
        """Say in an answer what it depended on."""

    @classmethod
    async def mark(cls, request: Request, call_next: CallNext) -> Response:
        """Say in the answer what the version was about: the middleware of versioned routes."""
        response = await call_next(request)
        number = request.state.get(_STATE)
        cls._adorn(response, number)
        deprecation = cls.deprecated_versions.get(number) if isinstance(number, str) else None
        if deprecation is not None:
            deprecation.put(response)
        return response

    @classmethod
    def declaration_faults(cls) -> Sequence[CheckMessage]:
        """Return what is wrong with the class, for `check`."""
        found = []
        known = cls.allowed_versions
        if not known or not all(isinstance(one, str) for one in known):
            found.append((f"`{cls.__name__}` names no versions", 'write `allowed_versions = ("1", "2")`'))
        elif cls.default_version is not None and cls.default_version not in known:
            message = f"the `default_version` of `{cls.__name__}` is none of its versions: `{cls.default_version}`"
            found.append((message, f"there are {_listed(known)}"))
        for number in cls.deprecated_versions:
            if known and number not in known:
                message = f"`{cls.__name__}` deprecates a version that it has not: `{number}`"
                found.append((message, f"there are {_listed(known)}"))
        told = [error("views.E003", message, hint=hint, place=place_of(cls)) for message, hint in found]
        for number, deprecation in cls.deprecated_versions.items():
            told += deprecation.faults(f"version `{number}` of `{cls.__name__}`", place_of(cls))
        return told


class HeaderVersioning(Versioning):
    """The version stands in a header of its own: `X-API-Version: 2`.

    Another one than those allowed is a fault of the request (422) that names them.

    Example:
        class Version(HeaderVersioning):
            allowed_versions = ("1", "2")
            default_version = "2"

        router = Router("/books", versions=Version)
    """

    version_header: ClassVar[str] = "X-API-Version"
    """The header."""

    def __init__(self, request: Request, version: str) -> None:
        self.number = request.state[_STATE] = version

    @classmethod
    @override
    def _parameters(cls) -> list[inspect.Parameter]:
        kind: Any = Literal[tuple(cls.allowed_versions)] if cls.allowed_versions else str
        marker = Header(alias=cls.version_header, description="The version of the API that the request is for.")
        default = inspect.Parameter.empty if cls.default_version is None else cls.default_version
        return [_parameter("request", Request), _parameter("version", Annotated[kind, marker], default)]

    @classmethod
    @override
    def _adorn(cls, response: Response, number: str | None) -> None:
        response.headers.vary(cls.version_header.lower())


class AcceptHeaderVersioning(Versioning):
    """The version is a parameter of the media type: `Accept: application/json; version=2`.

    A request that accepts no version that there is gets 406. The `Content-Type` of JSON says which version it is.

    Example:
        class Version(AcceptHeaderVersioning):
            allowed_versions = ("1", "2")
            default_version = "2"

        router = Router("/books", versions=Version)
    """

    version_param: ClassVar[str] = "version"
    """The parameter."""

    errors: ClassVar[Sequence[type[HTTPException]]] = (NotAcceptable,)

    def __init__(self, request: Request, accept: str | None = None) -> None:
        self.number = request.state[_STATE] = self._chosen(accept or "")

    @classmethod
    @override
    def _parameters(cls) -> list[inspect.Parameter]:
        return [_parameter("request", Request), _parameter("accept", Annotated[str | None, Header()], None)]

    @classmethod
    @override
    def _adorn(cls, response: Response, number: str | None) -> None:
        response.headers.vary("accept")
        if number is not None and response.media_type == "application/json":
            response.headers["content-type"] = f"application/json; {cls.version_param}={number}"

    def _chosen(self, accept: str) -> str:
        wanted = [(weight, version) for weight, version in self._ranges(accept) if weight > 0]
        named = [version for _, version in sorted(wanted, key=lambda one: -one[0]) if version is not None]
        known = [version for version in named if version in self.allowed_versions]
        if known:
            return known[0]
        if self.default_version is not None and (not named or len(named) < len(wanted)):
            return self.default_version
        said = f"there is no version `{named[0][:40]}`" if named else "the request does not say which version it wants"
        example = f"`Accept: application/json; {self.version_param}={self.allowed_versions[-1]}`"
        raise NotAcceptable(f"{said}; there are {_listed(self.allowed_versions)}: send {example}")

    def _ranges(self, accept: str) -> list[tuple[float, str | None]]:
        """Return the weight and the version of each media range in an `Accept` field."""
        found: list[tuple[float, str | None]] = []
        for one in accept.split(","):
            _, *rest = one.split(";")
            pairs = {name.strip().lower(): value.strip().strip('"') for name, _, value in map(_halves, rest)}
            try:
                weight = float(pairs.get("q", "1"))
            except ValueError:
                weight = 0.0
            if one.strip():
                found.append((weight, pairs.get(self.version_param.lower())))
        return found


def _halves(parameter: str) -> tuple[str, str, str]:
    return parameter.partition("=")


def _listed(versions: Sequence[str]) -> str:
    return ", ".join(f"`{version}`" for version in versions)
