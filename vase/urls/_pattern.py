"""Paths as their authors write them, read into pieces: `<int:id>`, `<name>`, `{id:int}` and `{name}`.

Both kinds of brackets may stand in one path, and a converter may have arguments in parentheses, in which brackets mean
nothing: `{year:regex([0-9]{4})}`.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass, replace

from vase.exceptions import quote
from vase.types import JSON
from vase.urls._converters import Converter, ConverterTable
from vase.urls._errors import ConverterError

__all__ = [
    "LiteralSegment",
    "ParameterSegment",
    "PathPattern",
    "PatternFault",
    "Segment",
    "duplicate_parameter",
    "parse_pattern",
]


@dataclass(frozen=True, slots=True)
class LiteralSegment:
    """A text that must be there; it may hold slashes."""

    text: str

    def __str__(self) -> str:
        return self.text

    def as_data(self) -> dict[str, JSON]:
        """Return what the engine is told."""
        return {"literal": self.text}


@dataclass(frozen=True, slots=True)
class ParameterSegment:
    """A named hole.

    Args:
        name: The name.
        converter: What fits into it.
        is_open: Whether the path leaves the converter to the annotation of the handler.
    """

    name: str
    converter: Converter
    is_open: bool = False

    def __str__(self) -> str:
        return f"{{{self.name}}}" if self.is_open else f"{{{self.name}:{self.converter.name}}}"

    def as_data(self) -> dict[str, JSON]:
        """Return what the engine is told."""
        return {"parameter": self.name, "converter": self.converter.engine}


type Segment = LiteralSegment | ParameterSegment
"""One piece of a path: a literal text or a parameter."""


@dataclass(frozen=True, slots=True)
class PatternFault:
    """One mistake in a path, before it is known where the path was written."""

    code: str
    message: str
    hint: str | None = None


@dataclass(frozen=True, slots=True)
class PathPattern:
    """A path as pieces, in order."""

    segments: tuple[Segment, ...] = ()

    def __str__(self) -> str:
        return "".join(map(str, self.segments))

    @property
    def parameters(self) -> dict[str, Converter]:
        """The converter of each parameter, in the order of the path."""
        return {segment.name: segment.converter for segment in self.segments if isinstance(segment, ParameterSegment)}

    @property
    def open_parameters(self) -> list[str]:
        """The parameters whose converter is left to the annotation of the handler."""
        return [segment.name for segment in self.segments if isinstance(segment, ParameterSegment) and segment.is_open]

    @property
    def shape(self) -> tuple[str, ...]:
        """What the pattern matches, without the names of its parameters: equal shapes match the same paths."""
        return tuple(
            segment.text if isinstance(segment, LiteralSegment) else f"\0{segment.converter.engine}"
            for segment in self.segments
        )

    def refine(self, name: str, converter: Converter) -> "PathPattern":
        """Return the pattern with another converter for one parameter: the one that the handler's annotation asks for.

        A parameter that is not there, or whose converter the path names, stays as it is.
        """
        return PathPattern(
            tuple(
                replace(segment, converter=converter)
                if isinstance(segment, ParameterSegment) and segment.name == name and segment.is_open
                else segment
                for segment in self.segments
            )
        )

    def joined(self, other: "PathPattern") -> "PathPattern":
        """Return this pattern and another one after it; of two slashes that meet, one stays."""
        left, right = self.segments, other.segments
        if left and right and isinstance(left[-1], LiteralSegment) and isinstance(right[0], LiteralSegment):
            before, after = left[-1].text, right[0].text
            if before.endswith("/"):
                after = after.removeprefix("/")
            return PathPattern((*left[:-1], LiteralSegment(before + after), *right[1:]))
        return PathPattern(left + right)

    def rooted(self) -> "PathPattern":
        """Return the pattern with a slash at its beginning, as every path of a request has it."""
        if self.segments and isinstance(self.segments[0], LiteralSegment):
            if self.segments[0].text.startswith("/"):
                return self
            return PathPattern((LiteralSegment("/" + self.segments[0].text), *self.segments[1:]))
        return PathPattern((LiteralSegment("/"), *self.segments))

    def as_data(self) -> list[JSON]:
        """Return what the engine is told."""
        return [segment.as_data() for segment in self.segments]


_CLOSING = {"<": ">", "{": "}"}
# What no path of a request holds: a query or fragment would have ended it, and the rest is percent-encoded there.
_STRANGE = re.compile(r"[?#\x00-\x20\x7f\\]")


def parse_pattern(text: str, converters: ConverterTable) -> tuple[PathPattern, list[PatternFault]]:
    """Read a path; the pattern holds what could be read, the list every mistake."""
    faults, segments = list[PatternFault](), list[Segment]()
    for piece, is_parameter in _pieces(text, faults):
        if not is_parameter:
            strange = _STRANGE.search(piece)
            if strange is not None:
                faults.append(_strange(text, strange[0]))
            segments.append(LiteralSegment(piece))
            continue
        parameter = _parameter(piece, text, converters, faults)
        if parameter is None:
            continue
        if any(isinstance(segment, ParameterSegment) and segment.name == parameter.name for segment in segments):
            faults.append(duplicate_parameter(text, parameter.name))
            continue
        segments.append(parameter)
    return PathPattern(tuple(segments)), faults


def duplicate_parameter(path: str, name: str) -> PatternFault:
    """Return the fault of a path that has two parameters of one name."""
    return PatternFault(
        "urls.E003",
        f"path {quote(path)} has two parameters {quote(name)}",
        "name each parameter differently; those of an enclosing `include` count too",
    )


def _pieces(text: str, faults: list[PatternFault]) -> Iterator[tuple[str, bool]]:
    """Cut a path into literal texts and the insides of its brackets."""
    position = 0
    while position < len(text):
        bracket = re.search(r"[<>{}]", text[position:])
        if bracket is None:
            yield text[position:], False
            return
        start = position + bracket.start()
        if start > position:
            yield text[position:start], False
        if bracket[0] in ">}":
            faults.append(_unbalanced(text, f"{quote(bracket[0])} closes nothing"))
            position = start + 1
            continue
        end = _end_of_parameter(text, start)
        if end is None:
            faults.append(_unbalanced(text, f"{quote(bracket[0])} is never closed"))
            return
        yield text[start : end + 1], True
        position = end + 1


def _end_of_parameter(text: str, start: int) -> int | None:
    """Return where the bracket at `start` is closed; inside parentheses brackets mean nothing."""
    closing, depth, position = _CLOSING[text[start]], 0, start + 1
    while position < len(text):
        character = text[position]
        if character == "\\" and depth:
            position += 1
        elif character == "(":
            depth += 1
        elif character == ")":
            depth -= 1
        elif depth <= 0 and character == closing:
            return position
        elif depth <= 0 and character in "<{/":
            return None
        position += 1
    return None


def _parameter(
    piece: str, path: str, converters: ConverterTable, faults: list[PatternFault]
) -> ParameterSegment | None:
    inside = piece[1:-1]
    if piece[0] == "<":
        # The name stands last, and arguments may hold a colon: `<regex([a:b]):name>`.
        kind, colon, name = inside.rpartition(":")
        if not colon:
            kind, name = "", inside
    else:
        name, _, kind = inside.partition(":")
    name, kind = name.strip(), kind.strip()
    if not name.isidentifier():
        shape = "`<int:id>`" if piece[0] == "<" else "`{id:int}`"
        message = f"path {quote(path)} has a parameter without a proper name: {quote(piece)}"
        faults.append(PatternFault("urls.E002", message, f"write it like {shape}"))
        return None
    word, arguments = _split_kind(kind or "str")
    try:
        converter = converters.make(word, arguments)
    except ConverterError as error:
        faults.append(PatternFault(error.code, f"path {quote(path)}: {error.message}", error.hint))
        # The parameter stays, so that its name is known to what is checked after this.
        converter = converters.make("str")
    is_open = not kind or (arguments is None and word in {"enum", "literal"})
    return ParameterSegment(name, converter, is_open)


def _split_kind(kind: str) -> tuple[str, str | None]:
    match = re.fullmatch(r"([^()]*)\((.*)\)", kind, re.DOTALL)
    return (match[1].strip(), match[2]) if match is not None else (kind, None)


def _unbalanced(path: str, reason: str) -> PatternFault:
    return PatternFault(
        "urls.E002", f"path {quote(path)} has unbalanced brackets: {reason}", "a parameter is `<int:id>` or `{id:int}`"
    )


def _strange(path: str, character: str) -> PatternFault:
    hint = {
        "?": "a query is no part of a path: take it as a parameter of the handler",
        "#": "a fragment never reaches the server",
        "\\": "write `/`",
    }.get(character, "leave it out")
    return PatternFault("urls.E008", f"path {quote(path)} holds {quote(character)}, which no path can", hint)
