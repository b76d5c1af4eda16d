"""`asyncapi`: the document of sockets and streams of events, without a server."""

import json
from pathlib import Path
from typing import Annotated

import typer

from vase.application import Vase
from vase.management._generated import deliver

__all__ = ["asyncapi"]


def asyncapi(
    app: Vase,
    *,
    output: Annotated[
        Path | None, typer.Option("--output", "-o", metavar="FILE", help="Write it to a file instead of printing it.")
    ] = None,
    check: Annotated[
        bool, typer.Option("--check", help="Write nothing; exit with 1 if the file says something else.")
    ] = False,
) -> None:
    """Print or write the AsyncAPI document of the site's sockets and events."""
    text = json.dumps(app.asyncapi(), indent=2, ensure_ascii=False) + "\n"
    deliver(text, output, check=check, again="./manage.py asyncapi")
