"""Checks of the application as a whole: databases, models, and what the apps look for themselves."""

from typing import TYPE_CHECKING

from vase.checks import Registry
from vase.conf import DEPLOY_CHECKS
from vase.db import check_databases, check_models
from vase.templates import check_templates
from vase.types import Fault

if TYPE_CHECKING:
    from vase.application._vase import Vase

__all__ = ["site_faults"]


def site_faults(app: "Vase", *, deploy: bool) -> list[Fault]:
    """Return what the checks of the rooms and of the installed apps find.

    Args:
        app: The application.
        deploy: Whether to run the checks for production as well.
    """
    faults: list[Fault] = [*check_databases(app.settings.DATABASES), *check_models(app)]
    faults += check_templates(app.templates, app.resolver)
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
