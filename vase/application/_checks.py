"""Checks of the application as a whole: databases, models, and what the apps look for themselves."""

from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

from vase.checks import Registry
from vase.conf import DEPLOY_CHECKS
from vase.db import check_databases, check_models
from vase.templates import check_templates
from vase.types import Fault
from vase.urls import WrittenReversals

if TYPE_CHECKING:
    from vase.application._vase import Vase

__all__ = ["site_faults"]


def site_faults(app: "Vase", written: WrittenReversals, *, deploy: bool) -> list[Fault]:
    """Return what the checks of the rooms and of the installed apps find.

    Args:
        app: The application.
        written: What is known of the calls of `reverse` in its code.
        deploy: Whether to run the checks for production as well.
    """
    faults: list[Fault] = [*check_databases(app.settings.DATABASES), *check_models(app)]
    faults += check_templates(app.templates, app.resolver)
    faults += written.check(_sources(app), app.resolver)
    registry = Registry()
    for check in DEPLOY_CHECKS:
        registry.add(check, tags=["deploy"])
    plugs = app.apps.find_plugs("checks")
    faults += plugs.faults
    for plug in plugs:
        registry.collect(plug.module)
    faults += registry.run(app, deploy=deploy)
    silenced = set(app.settings.SILENCED_CHECKS)
    return [fault for fault in faults if fault.code not in silenced]


def _sources(app: "Vase") -> Iterator[Path]:
    """Yield the code of the installed apps, but for their tests, which may ask for what is not there."""
    for config in app.apps:
        for folder, folders, files in config.path.walk():
            folders[:] = sorted(set(folders) - {"tests", "__pycache__"})
            for name in sorted(files):
                if name.endswith(".py") and not name.startswith("test_"):
                    yield folder / name
