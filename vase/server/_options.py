"""How a server is started."""

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from vase.urls import Interface

if TYPE_CHECKING:
    from vase.application import Vase

__all__ = ["ServerOptions"]


@dataclass(frozen=True, slots=True, kw_only=True)
class ServerOptions:
    """Where and how to serve.

    Args:
        settings_module: The settings module of the site.
        factory: Makes the application, for sites that have no settings module.
        target: An application that is served in place of a site, `module:app`: ASGI, WSGI or Vase.
        interface: How that application is called.
        host: The address to listen on.
        port: The port; 0 takes any free one.
        workers: The number of worker processes.
        reload: Whether files are watched and workers replaced when one changes.
        watch: The directories that are watched; the working directory when empty.
        quiet: Whether the addresses are not printed.
        access_log: Whether the layer `access_log` writes a line for each request.
    """

    settings_module: str | None = None
    factory: "Callable[[], Vase] | None" = None
    target: str | None = None
    interface: Interface = "auto"
    host: str = "127.0.0.1"
    port: int = 8000
    workers: int = 1
    reload: bool = False
    watch: tuple[Path, ...] = ()
    quiet: bool = False
    access_log: bool = True
