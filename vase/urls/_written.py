"""Calls of `reverse` that are written out in the code of a site, checked before the socket opens.

Only what is certain is looked at: `reverse` of a `URLResolver` or a `Vase` that the file names as one, of `….app` and
of `….resolver`; with a name that is written out. Everything else shows when it runs.
"""

import ast
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

from vase.checks import CheckMessage, Place, error
from vase.exceptions import quote
from vase.urls._resolver import URLResolver

__all__ = ["WrittenReversals"]

_OURS: Final = frozenset({"URLResolver", "Vase"})
_HOLDERS: Final = frozenset({"app", "resolver"})
_UNSET: Final = object()


@dataclass(frozen=True, slots=True)
class _Reversal:
    name: str
    line: int
    unnamed: int
    parameters: tuple[str, ...] | None
    values: Mapping[str, object]


class WrittenReversals:
    """The calls of `reverse` in source files; a file that has not changed is read once."""

    def __init__(self) -> None:
        self._known: dict[Path, tuple[tuple[int, int], tuple[_Reversal, ...]]] = {}

    def check(self, files: Iterable[Path], resolver: URLResolver) -> list[CheckMessage]:
        """Return every name that no route has, and every parameter or value that its path does not take.

        Args:
            files: The files.
            resolver: The routes.
        """
        return [
            fault for file in files for reversal in self._read(file) for fault in _check(reversal, resolver, str(file))
        ]

    def _read(self, file: Path) -> tuple[_Reversal, ...]:
        try:
            state = file.stat()
            stamp = state.st_mtime_ns, state.st_size
            known = self._known.get(file)
            if known is None or known[0] != stamp:
                known = self._known[file] = stamp, tuple(_reversals(file.read_bytes()))
        except OSError:
            return ()  # removed while it was looked at
        return known[1]


def _check(reversal: _Reversal, resolver: URLResolver, file: str) -> list[CheckMessage]:
    place = Place(file, reversal.line)
    if not reversal.unnamed:
        return resolver.check(reversal.name, reversal.parameters, values=reversal.values, place=place)
    message = f"`reverse` of {quote(reversal.name)} has {reversal.unnamed} parameters without a name"
    return [error("urls.E016", message, hint='write `reverse("name", parameter=value)`', place=place)]


def _reversals(source: bytes) -> Iterator[_Reversal]:
    if b".reverse(" not in source:
        return
    try:
        tree = ast.parse(source)
    except (SyntaxError, ValueError):
        return  # whoever imports it tells
    ours = frozenset(_names(tree))
    for node in ast.walk(tree):
        match node:
            case ast.Call(func=ast.Attribute(attr="reverse", value=holder), args=[name, *unnamed]) if _is_ours(
                holder, ours
            ) and not any(isinstance(one, ast.Starred) for one in (name, *unnamed)):
                known = {keyword.arg: _value(keyword.value) for keyword in node.keywords if keyword.arg is not None}
                is_open = any(keyword.arg is None for keyword in node.keywords)
                for text in _texts(name):
                    yield _Reversal(
                        text,
                        node.lineno,
                        len(unnamed),
                        None if is_open else tuple(known),
                        {key: value for key, value in known.items() if value is not _UNSET},
                    )


def _names(tree: ast.Module) -> Iterator[str]:
    """Yield the names of parameters and variables that hold a resolver or an application."""
    for node in ast.walk(tree):
        match node:
            case ast.arg(arg=name, annotation=ast.expr() as annotation) if _last(annotation) in _OURS:
                yield name
            case ast.Assign(targets=[ast.Name(id=name)], value=ast.Call(func=made)) if _last(made) in _OURS or (
                isinstance(made, ast.Attribute) and _last(made.value) in _OURS
            ):
                yield name


def _last(expression: ast.expr) -> str | None:
    match expression:
        case ast.Name(id=name) | ast.Attribute(attr=name):
            return name
        case ast.Constant(value=str() as text):
            return text.rpartition(".")[2]
    return None


def _is_ours(holder: ast.expr, names: frozenset[str]) -> bool:
    match holder:
        case ast.Name(id=name):
            return name in names
        case ast.Attribute(attr=name):
            return name in _HOLDERS
    return False


def _texts(expression: ast.expr) -> Iterator[str]:
    match expression:
        case ast.Constant(value=str() as text):
            yield text
        case ast.IfExp(body=one, orelse=other):
            yield from _texts(one)
            yield from _texts(other)


def _value(expression: ast.expr) -> Any:
    try:
        return ast.literal_eval(expression)
    except (ValueError, TypeError):
        return _UNSET
