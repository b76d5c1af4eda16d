"""Templates are checked before the socket opens."""

from pathlib import Path

from tests.conftest import Project
from vase import Vase
from vase.checks import CheckMessage
from vase.templates import Templates, check_templates
from vase.urls import URLResolver, compile_urls, path

URLS = [
    path("a/<int:id>", print, name="show"),
    path("home/", print, name="home"),
    path("<slug:slug>", print, name="page"),
]
RESOLVER = URLResolver(compile_urls(URLS).routes)


def faults_of(directory: Path, **sources: str) -> list[CheckMessage]:
    for name, source in sources.items():
        (directory / f"{name}.html").write_text(source)
    return check_templates(Templates([directory], reverse=RESOLVER.reverse), RESOLVER)


def check(directory: Path, **sources: str) -> list[str]:
    found = faults_of(directory, **sources)
    return [f"{Path(fault.place.file).name}:{fault.place.line} {fault.code}" for fault in found if fault.place]


def test_a_sound_site(tmp_path: Path):
    """What is right has no faults; what is computed is not guessed at."""
    assert (
        check(
            tmp_path,
            base="{% block a %}{% endblock %}",
            page="{% extends 'base.html' %}{{ url_for('show', id=1) }}{{ url_for(name) }}",
            some="{{ url_for('show', **given) }}{{ url_for('show', id=1 if one else two) }}",
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


def test_the_message_names_the_nearest(tmp_path: Path):
    """An unknown name comes with the one that was meant; wrong parameters with those that the path asks for."""
    unknown, others = faults_of(tmp_path, a="{{ url_for('hoem') }}\n{{ url_for('show', pk=1) }}")
    assert (unknown.message, unknown.hint) == ("no route is named `hoem`", "did you mean `home`?")
    assert (others.message, others.hint) == (
        "route `show` is `/a/{id:int}` and cannot be made of these parameters: `pk`",
        "give `id`",
    )


def test_values_that_are_written_out_must_fit(tmp_path: Path):
    """A literal that the converter refuses is told with its line; variables are left alone."""
    source = "{{ url_for('show', id=1) }}\n{{ url_for('show', id='abc') }}\n{{ url_for('show', id=other) }}"
    (fault,) = faults_of(tmp_path, a=source, b="{{ url_for('page', slug='a-b') }}")
    assert fault.code == "urls.E017"
    assert fault.message == "route `show` takes no such `id`: `'abc'` of type `str`"
    assert fault.place is not None
    assert fault.place.line == 2


def test_calls_that_could_never_work(tmp_path: Path):
    """Parameters without their names, and no name of a route at all."""
    assert check(tmp_path, a="{{ url_for('show', 1) }}\n{{ reverse() }}\n{{ url_for(*those) }}") == [
        "a.html:1 urls.E016",
        "a.html:2 urls.E015",
    ]


def test_both_sides_of_a_choice(tmp_path: Path):
    """Each name that an expression may have is looked up, also where the parameters are not known."""
    source = "{{ url_for('home' if admin else 'hme') }}\n{{ url_for('nothing', **given) }}"
    assert check(tmp_path, a=source) == ["a.html:1 urls.E015", "a.html:2 urls.E015"]


def test_everywhere_in_a_template(tmp_path: Path):
    """Calls are found in blocks, macros, loops, filters' arguments and attributes."""
    source = """{% extends 'base.html' %}
{% block a %}<a href="{{ url_for('x1') }}">{% endblock %}
{% macro link(to) %}{{ url_for('x2') }}{% endmacro %}
{% for one in many %}{% set there = reverse('x3') %}{% endfor %}
{{ title|default(url_for('x4')) }}
{% if url_for('x5') == here %}{% endif %}
{% call link(url_for('x6')) %}{{ url_for('x7') }}{% endcall %}"""
    found = check(tmp_path, base="{% block a %}{% endblock %}", page=source)
    assert found == [f"page.html:{line} urls.E015" for line in (2, 3, 4, 5, 6, 7, 7)]


def test_names_of_the_template_itself(tmp_path: Path):
    """A macro or variable called `reverse`, and the filter of Jinja, have nothing to do with routes."""
    source = "{% macro reverse(text) %}{{ text }}{% endmacro %}{{ reverse('abc') }}{{ [1]|reverse|join }}"
    assert check(tmp_path, a=source, b="{% set url_for = other %}{{ url_for('abc') }}") == []


def test_filters_that_nobody_defines(tmp_path: Path):
    """A filter or test that does not exist is told with the line of the template."""
    (fault,) = faults_of(tmp_path, a="\n{{ name|uper }}")
    assert (fault.code, fault.place.line if fault.place else None) == ("templates.E002", 2)
    assert "uper" in fault.message


def test_a_template_that_changes_is_read_again(tmp_path: Path):
    """What is known of a template is kept while its text is the same, for applications that are checked often."""
    templates = Templates([tmp_path], reverse=RESOLVER.reverse)
    (tmp_path / "a.html").write_text("{{ url_for('hme') }}")
    (fault,) = check_templates(templates, RESOLVER)
    known = templates.read("a.html")
    assert check_templates(templates, RESOLVER) == [fault]
    assert templates.read("a.html") is known
    (tmp_path / "a.html").write_text("{{ url_for('home') }}")
    assert check_templates(templates, RESOLVER) == []


def test_the_check_of_a_site_tells_them(project: Project):
    """`check` finds the templates of the directories and of the apps."""
    root = project(
        {
            "config/__init__.py": "",
            "config/settings.py": """
                SECRET_KEY = "a long and random text for the tests of templates"
                INSTALLED_APPS = ["shop"]
                ROOT_URLCONF = "config.urls"
                TEMPLATES = [{"dirs": ["templates"]}]
            """,
            "config/urls.py": """
                from vase.urls import path
                def show(id: int) -> str: return ""
                urlpatterns = [path("shop/<int:id>", show, name="show")]
            """,
            "shop/__init__.py": "",
            "shop/templates/shop/list.html": "<a href='{{ url_for('shwo', id=1) }}'>",
            "templates/base.html": "\n<a href='{{ url_for('show', id='one') }}'>",
        }
    )
    found = [fault for fault in Vase.from_settings("config.settings").check() if fault.code.startswith("urls.")]
    assert [
        (fault.code, str(Path(fault.place.file).relative_to(root)), fault.place.line) for fault in found if fault.place
    ] == [("urls.E017", "templates/base.html", 2), ("urls.E015", "shop/templates/shop/list.html", 1)]
