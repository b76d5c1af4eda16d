"""How busy the machine is: a bound in seconds is meant for one that has a processor to spare."""

import os

__all__ = ["slack"]


def slack() -> float:
    """Return how many times longer than on an idle machine something may take: 1, or more if others wait to run.

    That is the number of processes that want to run, a mean over the last minute, for each processor.
    """
    return max(1.0, os.getloadavg()[0] / (os.cpu_count() or 1))
