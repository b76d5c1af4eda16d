"""`TEMPLATES` says where templates are and how Jinja reads them."""

from pathlib import Path

from vase.conf import load_settings
from vase.templates import from_settings


def test_directories_of_the_site_then_of_apps(tmp_path: Path):
    """The directories of the setting come before those of the apps; an app without templates has none."""
    site, first, second = tmp_path / "site", tmp_path / "first", tmp_path / "second"
    for directory in (site, first / "templates", second):
        directory.mkdir(parents=True)
    settings, faults = load_settings(None, environ={}, overrides={"TEMPLATES": [{"DIRS": [site]}]})
    assert faults == []
    assert from_settings(settings, [first, second]).directories == (site, first / "templates")


def test_without_the_directories_of_apps(tmp_path: Path):
    """`app_dirs` switches the directories of the apps off."""
    (tmp_path / "templates").mkdir()
    settings, _ = load_settings(None, environ={}, overrides={"TEMPLATES": [{"app_dirs": False}]})
    assert from_settings(settings, [tmp_path]).directories == ()


def test_options_and_static_url(tmp_path: Path):
    """Options reach Jinja, the first entry's winning, and static files begin with `STATIC_URL`."""
    entries = [{"options": {"trim_blocks": True}}, {"options": {"trim_blocks": False, "lstrip_blocks": True}}]
    settings, faults = load_settings(None, environ={}, overrides={"TEMPLATES": entries, "STATIC_URL": "/assets/"})
    assert faults == []
    templates = from_settings(settings)
    assert (templates.environment.trim_blocks, templates.environment.lstrip_blocks) == (True, True)
    assert templates.static("a.css") == "/assets/a.css"
