"""Runs the loop under valgrind's memcheck and tells what it finds in the core's own code.

    make dev && python -m tests.loop.memcheck [--seconds 20]

A short soak (`tests/loop/soak.py`) runs in an interpreter whose objects come from `malloc`, so that valgrind sees each.
Counted are errors (what is read or written outside of memory, or before it was set) and memory that is lost for
certain, where a function of the core is among the innermost frames. Shown as a number is what the interpreter and its
libraries do by themselves, with what the core makes once, while it is imported: classes and their methods. The exit
code is 1 if something was found.
"""

import argparse
import os
import subprocess
import sys
import tempfile
import xml.etree.ElementTree as ET
from collections import Counter
from pathlib import Path

import vase._core

ROOT = Path(__file__).parents[2]
INNERMOST = 8
"""How many frames of a stack are looked at; further out the core is below all that runs on the loop."""

IMPORT = ("create_type_object", "PyModule_Exec", "PyInit_")
"""The functions below which a module is made."""


def command(report: str, seconds: float) -> list[str]:
    """Return what is run."""
    valgrind = ["valgrind", "--tool=memcheck", "--xml=yes", f"--xml-file={report}", "--num-callers=40"]
    valgrind += ["--leak-check=full", "--show-leak-kinds=definite", "--errors-for-leak-kinds=definite"]
    # Threads take turns fairly: else the loop's own starves the others.
    valgrind += ["--fair-sched=yes"]
    soak = ["-m", "tests.loop.soak", "--seconds", str(seconds), "--clients", "3"]
    return [*valgrind, sys.executable, *soak]


def is_ours(error: ET.Element) -> bool:
    """Tell whether the core is among the innermost frames of an error's first stack."""
    stack = error.find("stack")
    frames = [] if stack is None else list(stack)
    is_import = any(name in (frame.findtext("fn") or "") for frame in frames for name in IMPORT)
    is_near = any("/vase/_core." in (frame.findtext("obj") or "") for frame in frames[:INNERMOST])
    return is_near and not (is_import and (error.findtext("kind") or "").startswith("Leak_"))


def describe(error: ET.Element) -> str:
    """Return an error's kind and its innermost frames."""
    text = error.findtext("what") or error.findtext("xwhat/text") or ""
    stack = error.find("stack")
    frames = [] if stack is None else list(stack)[:INNERMOST]
    return f"{text}: " + " < ".join(frame.findtext("fn") or "?" for frame in frames)


def main() -> int:
    """Run and report."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--seconds", type=float, default=20)
    options = parser.parse_args()
    if b"mi_malloc" in Path(vase._core.__file__).read_bytes():
        print("the core was built for release: valgrind cannot look into its allocator; run `make dev` first")
        return 1
    with tempfile.NamedTemporaryFile(suffix=".xml") as report:
        environment = {**os.environ, "PYTHONMALLOC": "malloc", "PYTHONPATH": str(ROOT)}
        done = subprocess.run(
            command(report.name, options.seconds),
            cwd=ROOT,
            env=environment,
            capture_output=True,
            text=True,
            check=False,
        )
        errors = ET.parse(report.name).getroot().findall("error")  # noqa: S314  # valgrind wrote it just now
    print(done.stdout.strip() or done.stderr.strip())
    ours = [error for error in errors if is_ours(error)]
    kinds = Counter(error.findtext("kind") for error in errors)
    print(f"{len(ours)} errors in frames of the core; {len(errors)} in all: {dict(kinds)}")
    for error in ours:
        print(f"  {describe(error)}")
    return int(bool(ours) or done.returncode < 0 or not done.stdout)


if __name__ == "__main__":
    sys.exit(main())
