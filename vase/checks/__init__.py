"""Faults found before the socket opens: what a message is, where it points, who looks for it.

A room or an app that finds a mistake of the user does not raise it: it returns a message with the place and the next
step, so that all mistakes are told at once. An app adds checks in its `checks.py`, found by discovery:

    from collections.abc import Iterator

    from vase.checks import CheckMessage, register, warning

    @register(tags=("catalog",))
    def prices_have_a_currency(application: Vase) -> Iterator[CheckMessage]:
        if not application.settings.CATALOG_CURRENCY:
            yield warning("catalog.W001", "no currency is set", hint="set `CATALOG_CURRENCY`")

Settings read: `SILENCED_CHECKS`. Codes: `checks.E001` to `checks.E003`.
"""

from vase.checks._messages import CheckMessage, error, warning
from vase.checks._places import caller_place, place_of, place_of_error
from vase.checks._registry import Check, Registry, register
from vase.checks._report import Report
from vase.exceptions import did_you_mean, quote
from vase.types import Place

__all__ = [
    "Check",
    "CheckMessage",
    "Place",
    "Registry",
    "Report",
    "caller_place",
    "did_you_mean",
    "error",
    "place_of",
    "place_of_error",
    "quote",
    "register",
    "warning",
]
