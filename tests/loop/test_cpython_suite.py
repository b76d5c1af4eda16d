"""The interpreter's own tests of asyncio pass on our loop; what does not is listed here, with its reason."""

import importlib.util
import re
import subprocess
import sys
from pathlib import Path

import pytest

SUITE = Path(__file__).with_name("cpython_suite.py")

# Test -> why it does not pass. Empty on CPython 3.12.1 and 3.13.0: all of `test.test_asyncio` passes.
KNOWN_DIFFERENCES: dict[str, str] = {}

# Modules that run all their tests on a loop of their own, in pieces replaced by mocks: ours takes no part in them.
OWN_LOOPS = {"test_runners"} if sys.version_info < (3, 13) else set()

MODULES = [
    "test_base_events",
    "test_buffered_proto",
    "test_context",
    "test_eager_task_factory",
    "test_events",
    "test_locks",
    "test_queues",
    "test_runners",
    "test_sendfile",
    "test_server",
    "test_sock_lowlevel",
    "test_ssl",
    "test_sslproto",
    "test_streams",
    "test_subprocess",
    "test_taskgroups",
    "test_tasks",
    "test_threads",
    "test_timeouts",
    "test_unix_events",
    "test_waitfor",
]


@pytest.mark.slow
@pytest.mark.skipif(
    importlib.util.find_spec("test.test_asyncio") is None,
    reason="this interpreter was installed without its `test` package",
)
@pytest.mark.parametrize("module", MODULES)
def test_module(module: str) -> None:
    """A module of `test.test_asyncio` passes, run on our loop in a process of its own."""
    done = subprocess.run(
        [sys.executable, "-W", "ignore", str(SUITE), module], capture_output=True, text=True, timeout=300, check=False
    )
    counts = re.search(r"^RAN (\d+) SKIPPED (\d+) FAILED (\d+) LOOPS (\d+)$", done.stdout, re.MULTILINE)
    assert counts is not None, done.stderr
    failed = set(re.findall(r"^FAILED (\S+\.\S+)$", done.stdout, re.MULTILINE))
    assert failed == {name for name in KNOWN_DIFFERENCES if name.startswith(f"{module}.")}, done.stderr
    assert int(counts[1]) > 0
    assert (int(counts[4]) == 0) == (module in OWN_LOOPS), f"{counts[4]} times a test made our loop"
