"""Runs the own test suites of other projects with our event loop in the place of theirs, and compares.

    python scripts/services.py -- python -m tests.loop.foreign_suites uvloop asyncpg redis anyio
    python -m tests.loop.foreign_suites --only test_unix uvloop

Each suite runs twice: where its tests would get a loop of asyncio's (or of uvloop's, for uvloop's own suite) they get
asyncio's own in one run, ours in the other. Printed are the counts of both, and each test that does not come to the
same. The suites come from the source distributions of the versions that are installed, fetched with pip into `.cache/`;
what they need besides is put there too. No file of theirs is part of this repository.
"""

import argparse
import json
import os
import shutil
import signal
import subprocess
import sys
import tarfile
import tempfile
from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from importlib.metadata import version
from pathlib import Path
from typing import Literal
from urllib.parse import urlsplit

__all__ = ["SUITES", "Outcomes", "Suite", "Unavailable", "prepare", "run"]

type Loop = Literal["asyncio", "vase"]
type Outcomes = dict[str, tuple[str, str]]
"""Test -> how it ended, and why if not well."""

ROOT = Path(__file__).parents[2]
CACHE = ROOT / ".cache" / "suites"
PLUGINS = Path(__file__).parent / "suites"


class Unavailable(Exception):  # noqa: N818  # a reason, not a fault
    """A suite that cannot be had here; the text is the reason."""


@dataclass(frozen=True)
class Suite:
    """A foreign test suite.

    Attributes:
        package: The distribution that holds the tests, and is installed here.
        parts: Test files, each run in a process of its own; given the folder of the distribution.
        needs: What the tests import besides, as pip takes it.
        arguments: For pytest.
        environment: What the tests look for; given the URLs of the servers.
        seconds: For one test; a test that takes longer hangs.
    """

    package: str
    parts: Callable[[Path], Sequence[str]]
    needs: tuple[str, ...] = ()
    arguments: tuple[str, ...] = ()
    environment: Callable[[], dict[str, str]] = dict
    seconds: int = 20
    servers: tuple[str, ...] = field(default=())


def _files(*patterns: str, without: Sequence[str] = ()) -> Callable[[Path], Sequence[str]]:
    def find(folder: Path) -> Sequence[str]:
        found = [path for pattern in patterns for path in sorted(folder.glob(pattern))]
        return [str(path.relative_to(folder)) for path in found if path.stem not in without]

    return find


def _postgres() -> dict[str, str]:
    url = urlsplit(os.environ["TEST_POSTGRES"])
    return {
        "PGHOST": str(url.hostname),
        "PGPORT": str(url.port),
        "PGUSER": str(url.username),
        "PGDATABASE": url.path.strip("/"),
    }


def _redis() -> dict[str, str]:
    return {"PYTEST_ADDOPTS": f"--redis-url={os.environ['TEST_REDIS']}"}


SUITES = {
    "uvloop": Suite(
        "uvloop",
        # Of the sources of uvloop, not of its loop: `test_sourcecode` checks their style.
        _files("tests/test_*.py", without=("test_sourcecode",)),
        ("aiohttp==3.14.5", "cython==3.3.1", "psutil==7.2.2", "pyopenssl==26.4.0"),
        (),
        lambda: {"SUITE_REPLACES_UVLOOP": "1"},
    ),
    "asyncpg": Suite(
        "asyncpg",
        _files("tests/test_*.py", without=("test__sourcecode", "test__environment")),
        ("distro==1.9.0",),
        (),
        _postgres,
        seconds=60,
        servers=("TEST_POSTGRES",),
    ),
    "redis": Suite(
        "redis",
        # Modules of the server, clusters and servers with TLS are not here; their tests wait long for each.
        _files(
            "tests/test_asyncio/test_*.py",
            without=("test_bloom", "test_json", "test_search", "test_timeseries", "test_ssl", "test_cluster"),
        ),
        ("mock==5.2.0", "numpy==2.5.5", "pytest-asyncio==1.5.0"),
        (
            *("-p", "pytest_asyncio.plugin", "-o", "asyncio_mode=auto"),
            *("-o", "asyncio_default_fixture_loop_scope=function"),
            *("-m", "not redismod and not onlycluster and not ssl"),
        ),
        _redis,
        seconds=60,
        servers=("TEST_REDIS",),
    ),
    "anyio": Suite(
        "anyio",
        _files("tests/test_*.py", "tests/streams/test_*.py"),
        ("blockbuster==1.5.29", "psutil==7.2.2", "pytest-mock==3.17.0", "trustme==1.2.1"),
        # The others are not asyncio's loop: uvloop is itself, trio has none.
        ("-o", "anyio_mode=auto", "-p", "anyio.pytest_plugin", "-p", "pytest_mock", "-k", "not trio and not uvloop"),
        seconds=60,
    ),
}


def _pip(*arguments: str) -> None:
    command = [sys.executable, "-m", "pip", *arguments, "-q", "--disable-pip-version-check"]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    if done.returncode:
        raise Unavailable(f"`pip {arguments[0]}` failed: {done.stderr.strip().splitlines()[-1:]}")


def prepare(suite: Suite) -> tuple[Path, Path]:
    """Return where a suite's tests lie and where what they need besides; both are fetched once."""
    for server in suite.servers:
        if not os.environ.get(server):
            raise Unavailable(f"{server} is not set; `scripts/services.py` starts the servers")
    folder = CACHE / f"{suite.package}-{version(suite.package)}"
    needs = CACHE / f"{suite.package}-needs-{sys.version_info[0]}.{sys.version_info[1]}"
    if not folder.exists():
        with tempfile.TemporaryDirectory() as downloads:
            name = f"{suite.package}=={version(suite.package)}"
            _pip("download", "--no-binary", ":all:", "--no-deps", "-d", downloads, name)
            archive = next(Path(downloads).glob("*.tar.gz"))
            unpacked = Path(downloads) / "unpacked"
            with tarfile.open(archive) as tar:
                tar.extractall(unpacked, filter="data")
            # The tests alone: the package is the one that is installed.
            tests = next(unpacked.iterdir()) / "tests"
            folder.parent.mkdir(parents=True, exist_ok=True)
            beside = folder.with_suffix(".new")
            shutil.rmtree(beside, ignore_errors=True)
            shutil.copytree(tests, beside / "tests")
            beside.rename(folder)
    if not needs.exists():
        beside = needs.with_suffix(".new")
        shutil.rmtree(beside, ignore_errors=True)
        _pip("install", "--target", str(beside), "pytest-timeout==2.4.0", *suite.needs)
        beside.rename(needs)
    return folder, needs


def _heed_interrupts() -> None:
    signal.signal(signal.SIGINT, signal.SIG_DFL)


def run(suite: Suite, part: str, loop: Loop) -> Outcomes:
    """Run one file of a suite on a loop.

    Returns:
        What each test came to; a process that crashed or hung is a test of that name.
    """
    folder, needs = prepare(suite)
    with tempfile.TemporaryDirectory() as scratch:
        outcomes = Path(scratch, "outcomes")
        outcomes.touch()
        environment = {
            **os.environ,
            **suite.environment(),
            "PYTHONPATH": f"{PLUGINS}:{ROOT}",
            # Each that is wanted is named; the others take longer to import than most of these files to run.
            "PYTEST_DISABLE_PLUGIN_AUTOLOAD": "1",
            "SUITE_LOOP": loop,
            "SUITE_NEEDS": str(needs),
            "SUITE_OUTCOMES": str(outcomes),
        }
        command = [sys.executable, "-m", "pytest", "-q", "-s", "-p", "outcomes", "-p", "pytest_timeout"]
        command += ["-c", os.devnull, "--rootdir", str(folder), "-p", "no:cacheprovider", "--tb", "short"]
        command += ["--timeout", str(suite.seconds), *suite.arguments, part]
        log = Path(scratch, "log")
        with log.open("wb") as output:
            process = subprocess.Popen(
                command,
                cwd=folder,
                env=environment,
                stdin=subprocess.DEVNULL,
                stdout=output,
                stderr=output,
                # A test that signals its group meets no others, and what a shell ignores in the background is told.
                start_new_session=True,
                preexec_fn=_heed_interrupts,  # noqa: PLW1509  # this process has one thread
            )
            try:
                code = process.wait(600)
            except subprocess.TimeoutExpired:
                os.killpg(process.pid, signal.SIGKILL)
                code = process.wait()
        found: Outcomes = {}
        loops = 0
        for line in outcomes.read_text().splitlines():
            told = json.loads(line)
            loops = max(loops, told["loops"])
            # A test is told of more than once when it has parts, or fails in its end as well: the worst counts.
            if found.get(told["test"], ("passed", ""))[0] != "failed":
                found[told["test"]] = (told["outcome"], told["reason"])
        if code not in {0, 1, 5}:
            found[f"{part} (the process)"] = ("failed", f"exit code {code}: {log.read_text(errors='replace')[-2000:]}")
        if loop == "vase" and not loops:
            ran = [name for name, (outcome, _) in found.items() if outcome == "passed"]
            found = {**found, **({f"{part} (no loop of ours)": ("note", "")} if ran else {})}
        return found


def differences(stock: Outcomes, ours: Outcomes) -> list[str]:
    """Return a line for each test that does not come to the same on both loops."""
    lines = []
    for test in sorted(stock | ours):
        before, after = stock.get(test, ("absent", "")), ours.get(test, ("absent", ""))
        if before[0] != after[0] and "note" not in (before[0], after[0]):
            why = (after[1] or before[1]).strip().replace("\n", " / ")[-200:]
            lines.append(f"{test}: asyncio {before[0]}, vase {after[0]} {why}")
    return lines


def _counts(outcomes: Outcomes) -> str:
    counts = Counter(outcome for outcome, _ in outcomes.values())
    return ", ".join(f"{counts[name]} {name}" for name in ("passed", "skipped", "xfailed", "xpassed", "failed"))


def main() -> None:
    """Run suites on both loops and print how they compare."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("suites", nargs="+", choices=sorted(SUITES))
    parser.add_argument("--only", default="", help="files whose name contains this")
    parser.add_argument("-v", action="store_true", help="name the tests that fail on our loop, too")
    options = parser.parse_args()
    for name in options.suites:
        suite = SUITES[name]
        folder, _ = prepare(suite)
        totals: dict[Loop, Outcomes] = {"asyncio": {}, "vase": {}}
        for part in suite.parts(folder):
            if options.only not in part:
                continue
            found: dict[Loop, Outcomes] = {loop: run(suite, part, loop) for loop in ("asyncio", "vase")}
            for loop, outcomes in found.items():
                print(f"{name} {version(suite.package)} {part}, {loop}: {_counts(outcomes)}", flush=True)
                totals[loop] |= outcomes
            for line in differences(found["asyncio"], found["vase"]):
                print(f"  DIFFERS {line}", flush=True)
            for test, (outcome, why) in found["vase"].items():
                if options.v and outcome == "failed":
                    print(f"  FAILED {test} {why.strip()[-200:]!r}", flush=True)
        for loop, outcomes in totals.items():
            print(f"{name} {version(suite.package)}, {loop}: {_counts(outcomes)}")


if __name__ == "__main__":
    main()
