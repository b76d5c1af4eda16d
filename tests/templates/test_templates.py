"""Templates escape everything, refuse unknown names and belong to one application."""

from pathlib import Path

import jinja2
import pytest

from vase.exceptions import VaseError
from vase.templates import TemplateFaultyError, TemplateMissingError, Templates
from vase.templates._templates import is_markup


@pytest.fixture
def site(tmp_path: Path) -> Path:
    for name, source in {
        "page.html": "<p>{{ word }}</p>",
        "page.txt": "{{ word }}",
        "child.html": "{% extends 'bsae.html' %}",
        "base.html": "base",
        "broken.html": "a\n{% if %}",
        "links.html": "{{ url_for('home', id=3) }} {{ reverse('home', id=4) }} {{ static('/a b.css') }}",
        "shop/item.html": "item",
    }.items():
        (tmp_path / name).parent.mkdir(exist_ok=True)
        (tmp_path / name).write_text(source)
    return tmp_path


def test_everything_is_escaped(site: Path):
    """Values become text of the page, not markup, unless the template makes no markup."""
    templates = Templates([site])
    assert templates.render("page.html", {"word": "<b>&'\""}) == "<p>&lt;b&gt;&amp;&#39;&#34;</p>"
    assert templates.render("page.txt", {"word": "<b>"}) == "<b>"


@pytest.mark.parametrize("name", [None, "a.html", "a", "a.htm", "a.xml", "a.svg", "a.txt.html", "a.html.j2"])
def test_what_is_markup(name: str | None):
    """Whatever is not known to be something else is markup."""
    assert is_markup(name)


@pytest.mark.parametrize("name", ["a.txt", "A.TXT", "a.json", "a.txt.j2", "mail/a.md"])
def test_what_is_no_markup(name: str):
    """Text, JSON and their like are written as they are."""
    assert not is_markup(name)


def test_an_unknown_name_is_an_error(site: Path):
    """A variable that the context does not have raises instead of leaving an empty place."""
    with pytest.raises(jinja2.UndefinedError, match="'word' is undefined"):
        Templates([site]).render("page.html")


def test_a_missing_template(site: Path):
    """A template that is not there is told with the nearest one, or with the directories that were searched."""
    with pytest.raises(TemplateMissingError, match=r"no template is named `pgae\.html`") as caught:
        Templates([site]).render("pgae.html")
    assert (caught.value.code, caught.value.hint) == ("templates.E001", "did you mean `page.html`?")
    with pytest.raises(TemplateMissingError) as caught:
        Templates([]).render("x.html")
    assert caught.value.hint == "searched: no directory"


def test_a_missing_parent(site: Path):
    """A template that extends a missing one is named beside it."""
    with pytest.raises(TemplateMissingError, match=r"named `bsae\.html`, which `child\.html` asks for"):
        Templates([site]).render("child.html")


def test_a_template_that_cannot_be_read(site: Path):
    """A mistake in a template is told with its file and line."""
    with pytest.raises(TemplateFaultyError, match=r"template `broken\.html` cannot be read") as caught:
        Templates([site]).render("broken.html")
    assert caught.value.code == "templates.E002"
    assert caught.value.place is not None
    assert (caught.value.place.file, caught.value.place.line) == (str(site / "broken.html"), 2)
    assert isinstance(caught.value, VaseError)


def test_links(site: Path):
    """Templates make the paths of routes and the URLs of static files."""
    templates = Templates([site], reverse=lambda name, **given: f"/{name}/{given['id']}", static_url="/static/")
    assert templates.render("links.html") == "/home/3 /home/4 /static/a%20b.css"


def test_a_template_never_leaves_its_directories(site: Path):
    """A name with dots finds nothing above the directories."""
    (site / "secret.html").write_text("secret")
    with pytest.raises(TemplateMissingError):
        Templates([site / "shop"]).render("../secret.html")


def test_finding(site: Path):
    """`find` gives the first of several names that is there."""
    templates = Templates([site / "shop", site])
    assert templates.find("404.html", "base.html", "item.html") == "base.html"
    assert templates.find("404.html") is None


def test_the_first_directory_wins(site: Path):
    """A directory in front hides what those behind it have under the same name."""
    (site / "shop" / "base.html").write_text("shop")
    assert Templates([site / "shop", site]).render("base.html") == "shop"
    assert Templates([site, site / "shop"]).render("base.html") == "base"


def test_options_win(site: Path):
    """Options of Jinja are taken and are stronger than ours."""
    templates = Templates([site], options={"undefined": jinja2.Undefined})
    assert templates.render("page.html") == "<p></p>"


def test_two_sets_are_apart(site: Path):
    """What is done to the environment of one application is unknown to another."""
    first, second = Templates([site]), Templates([site])
    first.environment.globals["word"] = "mine"
    assert first.render("page.html") == "<p>mine</p>"
    with pytest.raises(jinja2.UndefinedError):
        second.render("page.html")


@pytest.mark.parametrize(("debug", "shown"), [(True, "new"), (False, "old")])
def test_changes_are_seen_while_debugging(site: Path, debug: bool, shown: str):
    """A template that changed is read again while debugging, and only then."""
    import os

    templates = Templates([site], debug=debug)
    file = site / "base.html"
    file.write_text("old")
    assert templates.render("base.html") == "old"
    file.write_text("new")
    os.utime(file, (0, 0))
    assert templates.render("base.html") == shown
