"""`module:app` to an application."""

import os
import re
import sys
from collections.abc import Callable
from typing import Any

from vase._imports import ImportStringError, import_module
from vase.exceptions import did_you_mean, quote
from vase.hosting._errors import HostingError

__all__ = ["load_application"]

_TARGET = re.compile(r"(?P<module>[^:]+):(?P<name>[A-Za-z_][\w.]*)(?P<call>\(\))?")


def load_application(target: str) -> Callable[..., Any]:
    """Return what `module:app` names; `module:create_app()` calls a function that makes it.

    The working directory is looked at first, as by `python -m`.

    Args:
        target: A dotted module name, a colon, and a name in that module, dotted if need be.

    Raises:
        HostingError: It leads nowhere.
    """
    match = _TARGET.fullmatch(target)
    if match is None:
        raise HostingError(
            f"this names no application: {quote(target)}",
            code="hosting.E001",
            hint="write the module, a colon and the name in it: `shop.main:app`, or `shop.main:create_app()`",
        )
    if (here := os.getcwd()) not in sys.path:  # noqa: PTH109  # `sys.path` holds text
        sys.path.insert(0, here)
    try:
        found: Any = import_module(match["module"])
    except ImportStringError as error:
        raise HostingError(error.message, code="hosting.E001", hint=error.hint, place=error.place) from error.__cause__
    for name in match["name"].split("."):
        if not hasattr(found, name):
            raise HostingError(
                f"{quote(target)} leads nowhere: `{match['module']}` has no `{match['name']}`",
                code="hosting.E001",
                hint=did_you_mean(name, [known for known in vars(found) if not known.startswith("_")]),
            )
        found = getattr(found, name)
    if match["call"]:
        found = found()
    application: Callable[..., Any] = found
    return application
