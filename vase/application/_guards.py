"""Closed by default: what a project says about the `auth=` of its routes, and the routes that do not comply."""

from collections.abc import Iterable
from typing import Any

from vase._imports import BrokenModuleError, ImportStringError, import_string
from vase.checks import CheckMessage, error
from vase.conf import Settings
from vase.exceptions import quote
from vase.urls import Auth, CompiledRoute, Public, auth_fault, public

__all__ = ["auth_faults", "named_guard"]


def named_guard(settings: Settings, setting: str) -> tuple[Auth | None, list[CheckMessage]]:
    """Return the guard that a setting names, and what is wrong with it."""
    name: str | None = getattr(settings, setting)
    if name is None or name == "public":
        return None if name is None else public, []
    place = settings.origin(setting).place
    try:
        found: Any = import_string(name)
    except ImportStringError as fault:
        message = f"`{setting}` cannot be had: {fault.message}"
        # The line to mend is that of the setting, but for a module that fails by itself.
        is_broken = isinstance(fault, BrokenModuleError) and fault.place is not None
        return None, [error("application.E005", message, hint=fault.hint, place=fault.place if is_broken else place)]
    wrong = auth_fault(found)
    if wrong is None:
        return found, []
    message = f"`{setting}` names {quote(name)}, which is no guard: {wrong[0]}"
    return None, [error("application.E005", message, hint=wrong[1], place=place)]


def auth_faults(routes: Iterable[CompiledRoute], *, is_required: bool) -> list[CheckMessage]:
    """Return the routes whose `auth=` is no guard and, in a project that is closed, those that have none.

    Args:
        routes: All routes, with the `auth=` of what is around them.
        is_required: Whether every route must say who may call it.
    """
    found = []
    for route in routes:
        auth, place = route.route.auth, route.route.place
        named = f"{'/'.join(route.route.methods)} {quote(route.path)}"
        if auth is None:
            if is_required:
                message = f"{named} does not say who may call it, and the project is closed"
                hint = "give it, or its router, `auth=`: a guard, or `public`; `AUTH_REQUIRED` asks for it"
                found.append(error("application.E003", message, hint=hint, place=place))
            continue
        wrong = None if isinstance(auth, Public) else auth_fault(auth)
        if wrong is not None:
            message = f"the `auth=` of {named} is no guard: {quote(auth)}: {wrong[0]}"
            found.append(error("application.E004", message, hint=wrong[1], place=place))
    return found
