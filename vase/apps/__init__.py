"""Installed apps: what `INSTALLED_APPS` names, resolved, and the modules that are found in them by name.

    # catalog/apps.py; an app without this file gets a plain `AppConfig`
    from vase.apps import AppConfig

    class CatalogConfig(AppConfig):
        title = "Catalog"

        def ready(self) -> None:
            ...

    apps, faults = load_apps(settings)
    for plug in apps.find_plugs("checks"):
        registry.collect(plug.module)

The registry belongs to one application; nothing here is global. Settings read: `INSTALLED_APPS`, `BASE_DIR`.
Codes: `apps.E001` to `apps.E008`.
"""

from vase.apps._config import AppConfig, CommandFile
from vase.apps._errors import AppNotFoundError, AppsError
from vase.apps._load import load_apps
from vase.apps._registry import Apps, Plug, Plugs

__all__ = ["AppConfig", "AppNotFoundError", "Apps", "AppsError", "CommandFile", "Plug", "Plugs", "load_apps"]
