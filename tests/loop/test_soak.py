"""A short soak of the loop; `python -m tests.loop.soak --seconds 600` is the long one."""

import json
import subprocess
import sys

import pytest


@pytest.mark.slow
def test_nothing_is_lost_or_left_over() -> None:
    """Twenty seconds of clients, cancellations, time-outs, processes and threads: no lost wake-up, no growth."""
    command = [sys.executable, "-m", "tests.loop.soak", "--seconds", "20", "--seed", "7"]
    done = subprocess.run(command, capture_output=True, text=True, timeout=120, check=False)
    found = json.loads(done.stdout.splitlines()[-1]) if done.stdout else {}
    assert done.returncode == 0, (found, done.stderr[-2000:])
    # Each kind of end was met: the soak did what it says.
    kinds = {
        "ended well",
        "aborted",
        "left half-way",
        "cancelled",
        "timed out",
        "process cat",
        "process sleep",
        "threads",
    }
    assert kinds <= set(found["done"])
