"""Templates checked before the socket opens: each is read, and each route that it names is looked up."""

from collections.abc import Iterator
from pathlib import Path

from vase.checks import CheckMessage, Place, error
from vase.templates._read import ReadTemplate, Reversal
from vase.templates._templates import Templates
from vase.urls import URLResolver

__all__ = ["check_templates"]


def check_templates(templates: Templates, resolver: URLResolver) -> list[CheckMessage]:
    """Return every template that cannot be read, every one that is missing and every route name that leads nowhere.

    Only what is written out is looked up: `url_for("home")`, `{% extends "base.html" %}`, and the values of parameters
    that are; what is computed shows when it is used.
    """
    faults, names = list[CheckMessage](), frozenset(templates.names())
    for name in sorted(names):
        template = templates.read(name)
        if template.fault is not None:
            faults.append(CheckMessage.from_error(template.fault))
        faults += _missing(template, names)
        for reversal in template.reversals:
            faults += _check(reversal, resolver, Place(template.file, reversal.line))
    return faults


def _missing(template: ReadTemplate, names: frozenset[str]) -> Iterator[CheckMessage]:
    for reference in template.references:
        if reference.name not in names:
            place = Place(str(Path(template.file)), reference.line)
            yield error("templates.E001", f"no template is named `{reference.name}`", place=place)


def _check(reversal: Reversal, resolver: URLResolver, place: Place) -> Iterator[CheckMessage]:
    word = reversal.word
    if reversal.names is None:
        yield error("urls.E015", f"`{word}` is called without the name of a route", place=place)
    elif reversal.unnamed:
        message = f"`{word}` takes the parameters of a route by their names, and {reversal.unnamed} stand without one"
        yield error("urls.E016", message, hint=f'write `{word}("name", parameter=value)`', place=place)
    else:
        for name in reversal.names:
            yield from resolver.check(name, reversal.parameters, values=reversal.values, place=place)
