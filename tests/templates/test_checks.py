"""Templates are checked before the socket opens."""

from pathlib import Path

from vase.templates import Templates, check_templates
from vase.urls import URLResolver, compile_urls, path

RESOLVER = URLResolver(compile_urls([path("a/<int:id>", print, name="show")]).routes)


def check(directory: Path, **sources: str) -> list[str]:
    for name, source in sources.items():
        (directory / f"{name}.html").write_text(source)
    faults = check_templates(Templates([directory], reverse=RESOLVER.reverse), RESOLVER)
    return [f"{Path(fault.place.file).name}:{fault.place.line} {fault.code}" for fault in faults if fault.place]


def test_a_sound_site(tmp_path: Path):
    """What is right has no faults; what is computed is not guessed at."""
    assert (
        check(
            tmp_path,
            base="{% block a %}{% endblock %}",
            page="{% extends 'base.html' %}{{ url_for('show', id=1) }}{{ url_for(name) }}{{ url_for('x', **given) }}",
            more="{% include other %}{% include 'missing.html' ignore missing %}",
        )
        == []
    )


def test_every_fault_with_its_line(tmp_path: Path):
    """A template that cannot be read, a missing one and a wrong name of a route are told at their lines."""
    assert check(
        tmp_path,
        a="\n{% if %}",
        b="\n\n{% extends 'nothing.html' %}",
        c="{{ url_for('shwo', id=1) }}\n{{ reverse('show') }}",
    ) == ["a.html:2 templates.E002", "b.html:3 templates.E001", "c.html:1 urls.E015", "c.html:2 urls.E016"]
