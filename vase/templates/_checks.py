"""Templates checked before the socket opens: each is read, and each route that it names is looked up."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import jinja2
from jinja2 import nodes

from vase.checks import CheckMessage, Place, error
from vase.templates._templates import Templates, faulty
from vase.urls import URLResolver

__all__ = ["check_templates"]

_REFERRING = (nodes.Extends, nodes.Include, nodes.Import, nodes.FromImport)
_REVERSING = frozenset({"url_for", "reverse"})


def check_templates(templates: Templates, resolver: URLResolver) -> list[CheckMessage]:
    """Return every template that cannot be read, every one that is missing and every route name that leads nowhere.

    Only what is written out is looked up: `url_for("home")`, `{% extends "base.html" %}`, and the values of parameters
    that are; what is computed shows when it is used.
    """
    faults, names = list[CheckMessage](), frozenset(templates.names())
    for name in sorted(names):
        source, file = _source_of(templates, name)
        try:
            tree = templates.environment.parse(source, name, file)
            templates.environment.compile(tree, name, file, raw=True)  # finds filters and tests that nobody defines
        except jinja2.TemplateSyntaxError as fault:
            faults.append(CheckMessage.from_error(faulty(fault)))
            continue
        faults += _missing(tree, names, file)
        # A macro or a variable of this name is the template's own affair.
        reversing = (_REVERSING & templates.environment.globals.keys()) - set(_own_names(tree))
        for call in tree.find_all(nodes.Call):
            if isinstance(call.node, nodes.Name) and call.node.name in reversing:
                faults += _check_call(call, call.node.name, resolver, Place(file, call.lineno))
    return faults


def _source_of(templates: Templates, name: str) -> tuple[str, str]:
    loader = templates.environment.loader
    if loader is None:
        return "", name
    source, file, _ = loader.get_source(templates.environment, name)
    return source, file or name


def _missing(tree: nodes.Template, names: frozenset[str], file: str) -> Iterator[CheckMessage]:
    for node in tree.find_all(_REFERRING):
        wanted = getattr(node, "template", None)
        optional = isinstance(node, nodes.Include) and node.ignore_missing
        if (
            isinstance(wanted, nodes.Const)
            and isinstance(wanted.value, str)
            and not optional
            and wanted.value not in names
        ):
            message = f"no template is named `{wanted.value}`"
            yield error("templates.E001", message, place=Place(str(Path(file)), node.lineno))


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


def _check_call(call: nodes.Call, word: str, resolver: URLResolver, place: Place) -> Iterator[CheckMessage]:
    if call.dyn_args is not None:
        return
    if not call.args:
        yield error("urls.E015", f"`{word}` is called without the name of a route", place=place)
        return
    name, *unnamed = call.args
    if unnamed:
        message = f"`{word}` takes the parameters of a route by their names, and {len(unnamed)} stand without one"
        yield error("urls.E016", message, hint=f'write `{word}("name", parameter=value)`', place=place)
        return
    given = None if call.dyn_kwargs is not None else [keyword.key for keyword in call.kwargs]
    known = {keyword.key: _values(keyword.value) for keyword in call.kwargs}
    values = {key: found[0] for key, found in known.items() if len(found) == 1}
    for written in _values(name):
        if isinstance(written, str):
            yield from resolver.check(written, given, values=values, place=place)


def _values(expression: nodes.Expr) -> list[Any]:
    """Return the values that an expression may have, if they are written out."""
    if isinstance(expression, nodes.CondExpr):
        return _values(expression.expr1) + (_values(expression.expr2) if expression.expr2 is not None else [])
    try:
        return [expression.as_const()]
    except nodes.Impossible:
        return []
