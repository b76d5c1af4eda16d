"""`serve`: an application that is no Vase site, on the core of Vase."""

from typing import Annotated, Literal

import typer

from vase.management.commands.runserver import parse_address


def serve(
    target: Annotated[str, typer.Argument(metavar="MODULE:APP", help="The application: `shop.main:app`.")],
    address: Annotated[
        str, typer.Argument(metavar="[HOST:]PORT", help="Where to listen; a port alone is on this machine.")
    ] = "127.0.0.1:8000",
    *,
    workers: Annotated[int, typer.Option(min=1, help="Processes that serve; each uses one core.")] = 1,
    interface: Annotated[Literal["auto", "asgi", "wsgi"], typer.Option(help="How the application is called.")] = "auto",
    reload: Annotated[bool, typer.Option("--reload", help="Restart when code changes.")] = False,
    access_log: Annotated[
        bool, typer.Option("--access-log/--no-access-log", help="Write a line for each request.")
    ] = True,
) -> None:
    """Serve any ASGI or WSGI application."""
    host, port = parse_address(address)
    from vase.server import ServerOptions, run  # noqa: PLC0415  # a wrong address is told without loading the core

    run(
        ServerOptions(
            target=target,
            interface=interface,
            host=host,
            port=port,
            workers=workers,
            reload=reload,
            access_log=access_log,
        )
    )
