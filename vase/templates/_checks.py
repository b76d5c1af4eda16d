"""Templates checked before the socket opens: each is read, and each route that it names is looked up."""

from collections.abc import Iterator
from pathlib import Path

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

    Only names that are written out are looked up: `url_for("home")`, `{% extends "base.html" %}`; those that are
    computed show when they are used.
    """
    faults, names = list[CheckMessage](), frozenset(templates.names())
    for name in sorted(names):
        source, file = _source_of(templates, name)
        try:
            tree = templates.environment.parse(source, name, file)
        except jinja2.TemplateSyntaxError as fault:
            faults.append(CheckMessage.from_error(faulty(fault)))
            continue
        faults += _missing(tree, names, file)
        for call in _reversals(tree):
            faults += _check_call(call, resolver, file)
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


def _reversals(tree: nodes.Template) -> Iterator[nodes.Call]:
    for call in tree.find_all(nodes.Call):
        if isinstance(call.node, nodes.Name) and call.node.name in _REVERSING:
            yield call


def _check_call(call: nodes.Call, resolver: URLResolver, file: str) -> list[CheckMessage]:
    if not call.args or not isinstance(call.args[0], nodes.Const) or call.dyn_kwargs is not None:
        return []
    name = call.args[0].value
    if not isinstance(name, str):
        return []
    return resolver.check(name, [keyword.key for keyword in call.kwargs], place=Place(file, call.lineno))
