"""Runs modules of the interpreter's own `test.test_asyncio` with our event loop in the place of asyncio's.

    python -m tests.loop.cpython_suite test_events test_streams
    python -m tests.loop.cpython_suite --stock test_events

Prints a line for each test that does not pass, then how many ran. `--stock` leaves the loop as it is: what fails
there as well says something of the machine, not of the loop.
"""

import asyncio
import importlib
import sys
import unittest
from asyncio import unix_events
from typing import Any

from vase.loop import EventLoop


class _Replacement(EventLoop):
    """Takes a selector, as the tests give one, and does without."""

    made = 0

    def __init__(self, selector: object = None) -> None:
        super().__init__()
        _Replacement.made += 1


def replace_loops() -> None:
    """Make every door through which the tests get a loop lead to ours."""
    asyncio.SelectorEventLoop = asyncio.EventLoop = _Replacement  # type: ignore[attr-defined]
    unix_events.SelectorEventLoop = _Replacement
    unix_events._UnixDefaultEventLoopPolicy._loop_factory = _Replacement  # type: ignore[attr-defined]


class _Result(unittest.TextTestResult):
    """Remembers what did not pass by the shortest name that says which test it is."""

    def __init__(self, *arguments: Any, **named: Any) -> None:
        super().__init__(*arguments, **named)
        self.failed: set[str] = set()

    def _note(self, test: unittest.TestCase) -> None:
        self.failed.add(".".join(test.id().split(" ")[0].split(".")[2:]))

    def addError(self, test: unittest.TestCase, err: Any) -> None:
        super().addError(test, err)
        self._note(test)

    def addFailure(self, test: unittest.TestCase, err: Any) -> None:
        super().addFailure(test, err)
        self._note(test)

    def addSubTest(self, test: unittest.TestCase, subtest: unittest.TestCase, err: Any) -> None:
        super().addSubTest(test, subtest, err)
        if err is not None:
            self._note(test)


def main(arguments: list[str]) -> None:
    """Run the modules that are named."""
    if "--stock" not in arguments:
        replace_loops()
    suite = unittest.TestSuite()
    for name in arguments:
        if not name.startswith("-"):
            module = importlib.import_module(f"test.test_asyncio.{name}")
            suite.addTests(unittest.defaultTestLoader.loadTestsFromModule(module))
    result = unittest.TextTestRunner(resultclass=_Result, verbosity=2 if "-v" in arguments else 0).run(suite)
    assert isinstance(result, _Result)
    for name in sorted(result.failed):
        print(f"FAILED {name}")
    counts = f"RAN {result.testsRun} SKIPPED {len(result.skipped)} FAILED {len(result.failed)}"
    print(f"{counts} LOOPS {_Replacement.made}", flush=True)


if __name__ == "__main__":
    main(sys.argv[1:])
