"""What a template says before it is rendered: which templates it refers to, and which routes it reverses."""

from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Final, Self

import jinja2
from jinja2 import nodes

from vase.templates._errors import TemplateFaultyError
from vase.types import Place

__all__ = ["REVERSING", "ReadTemplate", "Reference", "Reversal", "faulty"]

REVERSING: Final = frozenset({"url_for", "reverse"})

_REFERRING = (nodes.Extends, nodes.Include, nodes.Import, nodes.FromImport)


@dataclass(frozen=True, slots=True)
class Reference:
    """The name of another template, and the line that has it."""

    name: str
    line: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Reversal:
    """One call of `url_for`.

    Args:
        word: What it is called by.
        line: Its line.
        names: The names of routes that it may be given, if they are written out; None without a name at all.
        unnamed: How many parameters stand without a name.
        parameters: The names of the parameters; None when they are not known.
        values: The values of those that are written out.
    """

    word: str
    line: int
    names: tuple[str, ...] | None
    unnamed: int
    parameters: tuple[str, ...] | None
    values: Mapping[str, object]


@dataclass(frozen=True, slots=True)
class ReadTemplate:
    """What is known of one template.

    Args:
        source: Its text, by which a change is seen.
        file: The file.
        fault: Why it cannot be read.
        references: The templates that it must have.
        reversals: The routes that it reverses.
    """

    source: str
    file: str
    fault: TemplateFaultyError | None = None
    references: tuple[Reference, ...] = ()
    reversals: tuple[Reversal, ...] = ()

    @classmethod
    def of(cls, environment: jinja2.Environment, name: str, source: str, file: str) -> Self:
        """Read a template.

        Args:
            environment: The environment of the site.
            name: The name of the template.
            source: Its text.
            file: The file.
        """
        try:
            tree = environment.parse(source, name, file)
            environment.compile(tree, name, file, raw=True)  # finds filters and tests that nobody defines
        except jinja2.TemplateSyntaxError as error:
            return cls(source, file, faulty(error))
        # A macro or a variable of this name is the template's own affair.
        words = (REVERSING & environment.globals.keys()) - set(_own_names(tree))
        return cls(source, file, None, tuple(_references(tree)), tuple(_reversals(tree, words)))


def faulty(error: jinja2.TemplateSyntaxError) -> TemplateFaultyError:
    """Return our error for a template that Jinja cannot read."""
    place = Place(error.filename, error.lineno) if error.filename else None
    message = f"template `{error.name or '?'}` cannot be read: {error.message}"
    return TemplateFaultyError(message, code="templates.E002", place=place)


def _references(tree: nodes.Template) -> Iterator[Reference]:
    for node in tree.find_all(_REFERRING):
        wanted = getattr(node, "template", None)
        optional = isinstance(node, nodes.Include) and node.ignore_missing
        if isinstance(wanted, nodes.Const) and isinstance(wanted.value, str) and not optional:
            yield Reference(wanted.value, node.lineno)


def _own_names(tree: nodes.Template) -> Iterator[str]:
    """Yield what the template itself names: variables, parameters, macros, imports."""
    for node in tree.find_all((nodes.Name, nodes.Macro, nodes.Import, nodes.FromImport)):
        match node:
            case nodes.Name(name=name) if node.ctx != "load":
                yield name
            case nodes.Macro(name=name) | nodes.Import(target=name):
                yield name
            case nodes.FromImport(names=names):
                yield from (one if isinstance(one, str) else one[1] for one in names)


def _reversals(tree: nodes.Template, words: Collection[str]) -> Iterator[Reversal]:
    for call in tree.find_all(nodes.Call):
        # What stands behind a star is not known before it runs.
        if isinstance(call.node, nodes.Name) and call.node.name in words and call.dyn_args is None:
            known = {keyword.key: _values(keyword.value) for keyword in call.kwargs}
            yield Reversal(
                word=call.node.name,
                line=call.lineno,
                names=tuple(name for name in _values(call.args[0]) if isinstance(name, str)) if call.args else None,
                unnamed=len(call.args[1:]),
                parameters=None if call.dyn_kwargs is not None else tuple(known),
                values={key: found[0] for key, found in known.items() if len(found) == 1},
            )


def _values(expression: nodes.Expr) -> list[Any]:
    """Return the values that an expression may have, if they are written out."""
    if isinstance(expression, nodes.CondExpr):
        return _values(expression.expr1) + (_values(expression.expr2) if expression.expr2 is not None else [])
    try:
        return [expression.as_const()]
    except nodes.Impossible:
        return []
