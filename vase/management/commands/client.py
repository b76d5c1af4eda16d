"""`client`: a typed client of the site's API, made without a server."""

from enum import StrEnum
from pathlib import Path
from typing import Annotated

import typer

from vase.application import Vase
from vase.management._generated import deliver
from vase.openapi import python_client, typescript_client

__all__ = ["Language", "client"]


class Language(StrEnum):
    """The languages in which clients are written."""

    TYPESCRIPT = "ts"
    PYTHON = "py"


def client(
    app: Vase,
    language: Annotated[Language, typer.Argument(metavar="LANGUAGE", help="`ts` for TypeScript, `py` for Python.")],
    *,
    output: Annotated[
        Path | None, typer.Option("--output", "-o", metavar="FILE", help="Write it to a file instead of printing it.")
    ] = None,
    check: Annotated[
        bool, typer.Option("--check", help="Write nothing; exit with 1 if the file says something else.")
    ] = False,
) -> None:
    """Print or write a typed client of the site's API."""
    write = typescript_client if language is Language.TYPESCRIPT else python_client
    deliver(write(app.openapi()), output, check=check, again=f"./manage.py client {language.value}")
