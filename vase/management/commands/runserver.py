"""`runserver`: thin; the server room does the work."""

import re
from typing import Annotated

import typer

from vase.exceptions import quote
from vase.management._errors import CommandError
from vase.management._project import Project

_ADDRESS = re.compile(r"(?:(?P<host>\[[0-9A-Fa-f:.]+\]|[^:\[\]]+):)?(?P<port>[0-9]+)")


def runserver(
    project: Project,
    address: Annotated[
        str, typer.Argument(metavar="[ADDRESS:]PORT", help="Where to listen; a port alone is on this machine.")
    ] = "127.0.0.1:8000",
    *,
    workers: Annotated[int, typer.Option(min=1, help="Processes that serve; each uses one core.")] = 1,
    reload: Annotated[
        bool | None, typer.Option("--reload/--no-reload", help="Restart when code changes; on unless `--prod`.")
    ] = None,
    prod: Annotated[
        bool, typer.Option("--prod", help="Serve with the production settings, without reloading.")
    ] = False,
    app: Annotated[
        str | None, typer.Option(metavar="MODULE:APP", help="Serve this ASGI or WSGI application in place of the site.")
    ] = None,
) -> None:
    """Serve the site and restart it when its code changes."""
    host, port = parse_address(address)
    from vase.server import ServerOptions, run  # noqa: PLC0415  # a wrong address is told without loading the core

    if prod and not project.is_chosen:
        project = project.switch("prod")
        project.enter()
    reload = not prod and project.environment != "prod" if reload is None else reload
    run(
        ServerOptions(
            settings_module=None if app else project.settings_module,
            target=app,
            host=host,
            port=port,
            workers=workers,
            reload=reload,
            watch=(project.directory,),
        )
    )


def parse_address(text: str) -> tuple[str, int]:
    """Return host and port of `8000`, `0.0.0.0:8000`, `localhost:8000` or `[::1]:8000`.

    Raises:
        CommandError: When the text is no address.
    """
    match = _ADDRESS.fullmatch(text)
    if match is None or int(match["port"]) > 65535:
        raise CommandError(
            f"this is no address to listen on: {quote(text)}",
            code="management.E008",
            hint="write a port, or a host and a port: `8000`, `0.0.0.0:8000`, `[::1]:8000`",
        )
    return (match["host"] or "127.0.0.1").strip("[]"), int(match["port"])
