"""One look at the environment: what is read while settings are loaded, and what was wrong with it.

`env` in a settings module is an import like any other, so it cannot be handed the environment of the load that runs the
module. The load is therefore put into a context variable for as long as the module runs: two loads, in two threads or
tasks, do not see each other, and outside of a load `env` reads the environment of the process.
"""

import os
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass, field

from vase.checks import CheckMessage
from vase.types import Place

__all__ = ["Read", "Reading", "current_reading", "reading"]


@dataclass(frozen=True, slots=True)
class Read:
    """One variable that a settings module asked for.

    Args:
        variable: Its name.
        place: The line that asked.
        is_set: Whether the environment had it; otherwise the default of the call was used.
    """

    variable: str
    place: Place | None
    is_set: bool


@dataclass(frozen=True, slots=True)
class Reading:
    """What one load reads from the environment.

    Args:
        environ: The environment.
        reads: Every variable that was asked for, in order.
        faults: Everything that was missing or could not be read.
        collects: Whether faults are collected; otherwise they are raised by whoever finds them.
    """

    environ: Mapping[str, str]
    reads: list[Read] = field(default_factory=list)
    faults: list[CheckMessage] = field(default_factory=list)
    collects: bool = True


_CURRENT: ContextVar[Reading | None] = ContextVar("vase_settings_reading", default=None)


def current_reading() -> Reading:
    """Return the load that runs, or one that reads the environment of the process and collects nothing."""
    return _CURRENT.get() or Reading(os.environ, collects=False)


@contextmanager
def reading(environ: Mapping[str, str]) -> Iterator[Reading]:
    """Make `env` read this environment while the block runs."""
    look = Reading(environ)
    token = _CURRENT.set(look)
    try:
        yield look
    finally:
        _CURRENT.reset(token)
