"""How busy the machine is: a bound in seconds is meant for one that has a processor to spare."""

import os
from collections.abc import Callable

__all__ = ["quickest", "slack"]


def slack() -> float:
    """Return how many times longer than on an idle machine something may take: 1, or more if others wait to run.

    That is the number of processes that want to run, a mean over the last minute, for each processor.
    """
    return max(1.0, os.getloadavg()[0] / (os.cpu_count() or 1))


def quickest(attempt: Callable[[], float], bound: float) -> float:
    """Return how many seconds the quickest of three attempts took; the first within the bound is the last.

    What else runs on a machine, or on its host, makes things longer and never shorter.
    """
    found = attempt()
    for _ in range(2):
        if found < bound:
            break
        found = min(found, attempt())
    return found
