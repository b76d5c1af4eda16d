"""Where a project names its apps: `INSTALLED_APPS` in the settings and `urlpatterns` in the URL conf."""

import ast
from dataclasses import dataclass
from pathlib import Path

from vase.exceptions import quote
from vase.management._discovery import find_source, read_text_setting
from vase.management._errors import RegistrationError
from vase.management.generate._edit import add_import, add_to_list, remove_from_list, remove_import
from vase.management.generate._files import read_source

__all__ = ["Places", "find_places", "register_app", "unregister_app"]

_URLS = "vase.urls"


@dataclass(frozen=True, slots=True)
class Places:
    """The two files that know of an app.

    Args:
        settings: The settings module that writes `INSTALLED_APPS`.
        urls: The URL conf.
    """

    settings: Path
    urls: Path


def find_places(settings_module: str) -> Places:
    """Return the files of a project that name its apps, found without importing them.

    Raises:
        RegistrationError: When one of them cannot be found.
    """
    settings = _find_installed_apps(settings_module, frozenset())
    if settings is None:
        raise RegistrationError(
            f"no list `INSTALLED_APPS` is written in {quote(settings_module)} or the settings it builds on",
            code="management.E006",
            hint="write `INSTALLED_APPS = []` once, or use `--no-register` and add the app by hand",
        )
    conf = read_text_setting(settings_module, "ROOT_URLCONF") or "config.urls"
    urls = find_source(conf)
    if urls is None:
        raise RegistrationError(
            f"the URL conf {quote(conf)} is not a file of the project",
            code="management.E006",
            hint="set `ROOT_URLCONF`, or use `--no-register` and add the app by hand",
        )
    return Places(settings, urls)


def register_app(app: str, places: Places) -> dict[Path, str]:
    """Return the new texts of the two files, with the app added; a file that names it already is left out.

    Raises:
        RegistrationError: When a file has a shape that cannot be edited safely.
    """
    settings, urls = read_source(places.settings), read_source(places.urls)
    edited = {
        places.settings: add_to_list(settings, "INSTALLED_APPS", f'"{app}"', file=str(places.settings)),
        places.urls: add_to_list(urls, "urlpatterns", _pattern(app), file=str(places.urls)),
    }
    for name in ("include", "path"):
        edited[places.urls] = add_import(edited[places.urls], _URLS, name)
    return {path: text for path, text in edited.items() if text != {places.settings: settings, places.urls: urls}[path]}


def unregister_app(app: str, *, settings: str, urls: str) -> tuple[str, str]:
    """Return the texts of settings and URL conf without an app: the template without its example.

    Raises:
        RegistrationError: When a file has a shape that cannot be edited safely.
    """
    settings = remove_from_list(settings, "INSTALLED_APPS", f'"{app}"', file="settings")
    urls = remove_from_list(urls, "urlpatterns", _pattern(app), file="urls")
    if not any(isinstance(node, ast.Name) and node.id == "include" for node in ast.walk(ast.parse(urls))):
        urls = remove_import(urls, _URLS, "include")
    return settings, urls


def _pattern(app: str) -> str:
    return f'path("", include("{app}.urls"))'


def _find_installed_apps(module: str, seen: frozenset[str]) -> Path | None:
    # The deepest module that writes the list is the base of the others, and the right place for an app of the project.
    source = find_source(module)
    if source is None or module in seen:
        return None
    tree = ast.parse(read_source(source))
    for node in tree.body:
        if isinstance(node, ast.ImportFrom) and node.level == 0 and any(alias.name == "*" for alias in node.names):
            found = _find_installed_apps(node.module or "", seen | {module})
            if found is not None:
                return found
    for node in tree.body:
        targets = (
            node.targets if isinstance(node, ast.Assign) else [node.target] if isinstance(node, ast.AnnAssign) else []
        )
        if any(isinstance(target, ast.Name) and target.id == "INSTALLED_APPS" for target in targets):
            return source
    return None
