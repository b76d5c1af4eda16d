"""The way back: from the name of a route and its parameters to a path."""

from collections.abc import Iterable, Mapping
from types import MappingProxyType
from typing import Final
from urllib.parse import quote as percent_encode

from vase.checks import CheckMessage, Place
from vase.exceptions import did_you_mean, quote
from vase.urls._compile import CompiledRoute
from vase.urls._converters import Converter
from vase.urls._errors import NoReverseMatch
from vase.urls._pattern import LiteralSegment, PathPattern

__all__ = ["URLResolver"]

# RFC 3986 section 3.3: these stand for themselves in a segment of a path, besides letters, digits and `-._~`.
_SEGMENT = "!$&'()*+,;=:@"
_NAMES_SHOWN = 5

_NOTHING: Final[Mapping[str, object]] = MappingProxyType({})


class URLResolver:
    """Makes the paths of named routes; one belongs to each application.

    Args:
        routes: The compiled routes; those without a name are not reversed.

    Example:
        resolver.reverse("articles:detail", slug="first-post")  # "/articles/first-post"
    """

    __slots__ = ("_patterns",)

    def __init__(self, routes: Iterable[CompiledRoute]) -> None:
        patterns = dict[str, list[PathPattern]]()
        for route in routes:
            if route.name is not None:
                known = patterns.setdefault(route.name, [])
                if all(pattern.shape != route.pattern.shape for pattern in known):
                    known.append(route.pattern)
        self._patterns: Mapping[str, list[PathPattern]] = patterns

    def names(self) -> list[str]:
        """Return every name that can be reversed."""
        return sorted(self._patterns)

    def reverse(self, name: str, /, **parameters: object) -> str:
        """Return the path of a route, percent-encoded.

        Args:
            name: The name with its namespaces: `articles:detail`.
            **parameters: A value for each parameter of the path, no more and no less.

        Raises:
            NoReverseMatch: When there is no route of that name, its parameters are others, or a value does not fit.
        """
        for pattern in self._candidates(name, parameters):
            return _write(name, pattern, parameters)
        raise self._no_match(name, parameters)

    def check(
        self,
        name: str,
        parameters: Iterable[str] | None = (),
        *,
        values: Mapping[str, object] = _NOTHING,
        place: Place | None = None,
    ) -> list[CheckMessage]:
        """Return what `reverse` would say of a name and its parameters, as far as they are known before it is called.

        Args:
            name: The name with its namespaces.
            parameters: The names of the parameters; None when they are not known.
            values: The values of those parameters whose values are known.
            place: The line that reverses, for the message.
        """
        if parameters is None and name in self._patterns:
            return []
        given = dict.fromkeys(parameters or ())
        fault: NoReverseMatch | None = self._no_match(name, given)
        for pattern in self._candidates(name, given):
            fault = _first_misfit(name, pattern, values)
        return [] if fault is None else [CheckMessage("error", fault.code, fault.message, fault.hint, place)]

    def _candidates(self, name: str, parameters: Mapping[str, object]) -> list[PathPattern]:
        return [pattern for pattern in self._patterns.get(name, ()) if pattern.parameters.keys() == parameters.keys()]

    def _no_match(self, name: str, parameters: Mapping[str, object]) -> NoReverseMatch:
        patterns = self._patterns.get(name)
        if patterns is None:
            message = f"no route is named {quote(name)}"
            return NoReverseMatch(message, code="urls.E015", hint=self._nearest(name))
        paths = " or ".join(quote(str(pattern)) for pattern in patterns)
        given = ", ".join(quote(parameter) for parameter in parameters) or "none"
        return NoReverseMatch(
            f"route {quote(name)} is {paths} and cannot be made of these parameters: {given}",
            code="urls.E016",
            hint=" or ".join(f"give {_wanted(pattern)}" for pattern in patterns),
        )

    def _nearest(self, name: str) -> str | None:
        last = name.rpartition(":")[2]
        same = [known for known in self.names() if known.rpartition(":")[2] == last]
        if same:
            # Most often the namespace is forgotten, or another one is meant.
            return f"there is {' and '.join(quote(known) for known in same[:_NAMES_SHOWN])}"
        return did_you_mean(name, self._patterns) or (
            f"there are: {', '.join(self.names()[:_NAMES_SHOWN])}" if self._patterns else "no route has a name"
        )


def _wanted(pattern: PathPattern) -> str:
    names = [quote(parameter) for parameter in pattern.parameters]
    return " and ".join(names) if names else "none"


def _write(name: str, pattern: PathPattern, parameters: Mapping[str, object]) -> str:
    parts = list[str]()
    for segment in pattern.segments:
        if isinstance(segment, LiteralSegment):
            parts.append(percent_encode(segment.text, safe=_SEGMENT + "/"))
            continue
        value = parameters[segment.name]
        text = segment.converter.write(value)
        if text is None:
            raise _misfit(name, segment.name, segment.converter, value)
        parts.append(percent_encode(text, safe=_SEGMENT + "/" * segment.converter.may_hold_slashes))
    path = "".join(parts)
    if any(segment in {".", ".."} for segment in path.split("/")):
        raise NoReverseMatch(
            f"route {quote(name)} would lead elsewhere: every client resolves the dots in {quote(path)}",
            code="urls.E017",
            hint="a value that is `.` or `..` cannot stand alone between slashes",
        )
    # `//host` would name another host (RFC 3986 section 4.2), so the second slash is written as a character.
    return f"/%2F{path[2:]}" if path.startswith("//") else path


def _first_misfit(name: str, pattern: PathPattern, values: Mapping[str, object]) -> NoReverseMatch | None:
    for parameter, converter in pattern.parameters.items():
        if parameter in values and converter.write(values[parameter]) is None:
            return _misfit(name, parameter, converter, values[parameter])
    return None


def _misfit(name: str, parameter: str, converter: Converter, value: object) -> NoReverseMatch:
    return NoReverseMatch(
        f"route {quote(name)} takes no such `{parameter}`: {quote(repr(value))} of type `{type(value).__name__}`",
        code="urls.E017",
        hint=f"the path asks for `{converter.name}`",
    )
