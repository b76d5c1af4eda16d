"""`client`: a typed client of the site's API, made without a server."""

from enum import StrEnum
from typing import Annotated

import typer

from vase.application import Vase
from vase.management._generated import Check, Output, deliver
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
    output: Output = None,
    check: Check = False,
) -> None:
    """Print or write a typed client of the site's API."""
    write = typescript_client if language is Language.TYPESCRIPT else python_client
    deliver(write(app.openapi()), output, check=check, again=f"./manage.py client {language.value}")
