"""From the setting `TEMPLATES` to templates."""

from collections.abc import Sequence
from pathlib import Path
from typing import Any

from vase.conf import Settings
from vase.templates._templates import Reverse, Templates

__all__ = ["from_settings"]

_DIRECTORY = "templates"


def from_settings(settings: Settings, apps: Sequence[Path] = (), *, reverse: Reverse | None = None) -> Templates:
    """Return the templates that an application owns.

    The directories of all entries of `TEMPLATES` are searched in order, each entry's own before those of the apps; of
    options that two entries set, the first wins.

    Args:
        settings: The settings.
        apps: The directories of the installed apps, in their order; their `templates` are searched.
        reverse: Makes the `url_for` and `reverse` of templates.
    """
    directories, options = list[Path](), dict[str, Any]()
    of_apps = [app / _DIRECTORY for app in apps if (app / _DIRECTORY).is_dir()]
    for engine in settings.TEMPLATES:
        directories += engine.dirs
        directories += of_apps if engine.app_dirs else []
        options = engine.options | options
    return Templates(
        list(dict.fromkeys(directories)),
        reverse=reverse,
        static_url=settings.STATIC_URL,
        debug=settings.DEBUG,
        options=options,
    )
