"""`startproject`: a copy of the template under another name."""

from pathlib import Path
from typing import Annotated

import typer

from vase.management._output import emit, say
from vase.management.generate._files import Plan, find_template, read_tree
from vase.management.generate._names import check_project_name
from vase.management.generate._registration import unregister_app

__all__ = ["startproject"]

_SETTINGS = Path("config/settings/base.py")
_URLS = Path("config/urls.py")


def startproject(
    name: Annotated[str, typer.Argument(help="The name of the site, a plain Python name like `shop`.")],
    directory: Annotated[
        Path | None, typer.Argument(help="Where to put it; by default a new folder of that name.")
    ] = None,
) -> None:
    """Create a site that runs, with its settings, tests and documentation."""
    check_project_name(name)
    target = (directory or Path(name)).resolve()
    files = read_tree(find_template(), words={"project_name": name}, leave_out={"app_name"})
    # The template is a site with an app, so that it can be tested as it stands; a new site begins without.
    settings, urls = unregister_app("app_name", settings=files[_SETTINGS].decode(), urls=files[_URLS].decode())
    files |= {_SETTINGS: settings.encode(), _URLS: urls.encode()}
    Plan(target, created=files).write()
    for path in files:
        emit(f"created {(directory or Path(name)) / path}")
    where = "" if target == Path.cwd() else f"cd {directory or name} && "
    say(f"next: {where}./manage.py runserver")
