"""A pytest plugin that writes the outcome of each test, and whether our loop ran in it, as lines of JSON."""

import json
import os
from pathlib import Path
from typing import Any

import pytest

_FILE = Path(os.environ["SUITE_OUTCOMES"])
_made = 0


def _count_loops() -> None:
    """Count the loops of ours that are made, so that a run which used none is seen."""
    from vase.loop import EventLoop

    before = EventLoop.__init__

    def counted(self: EventLoop, *arguments: Any, **named: Any) -> None:
        global _made  # noqa: PLW0603
        _made += 1
        before(self, *arguments, **named)

    EventLoop.__init__ = counted  # type: ignore[method-assign]


_count_loops()


def pytest_runtest_logreport(report: pytest.TestReport) -> None:
    """Write what a part of a test came to; the worst part counts."""
    if report.when != "call" and report.outcome == "passed":
        return
    reason = str(report.longrepr[2]) if isinstance(report.longrepr, tuple) else str(report.longrepr or "")
    if hasattr(report, "wasxfail"):
        outcome = "xfailed" if report.outcome == "skipped" else "xpassed"
    else:
        outcome = report.outcome
    line = {"test": report.nodeid, "outcome": outcome, "reason": reason[-600:], "loops": _made}
    with _FILE.open("a") as file:
        file.write(json.dumps(line) + "\n")
