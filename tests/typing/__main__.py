"""What must check and what must not, by mypy and by pyright: `python -m tests.typing` prints each line that differs.

Files in `right/` have no errors. A line in `wrong/` that ends with `# wrong: arg-type | reportArgumentType` has that
error of mypy and that of pyright, `-` where one of them sees nothing; every other line there has none.
"""

import json
import re
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Final

HERE: Final = Path(__file__).parent
ROOT: Final = HERE.parents[1]
CHECKERS: Final = ("mypy", "pyright")

_MARK: Final = re.compile(r"  # wrong: (\S+) \| (\S+)$")
_MYPY: Final = re.compile(r"(?P<file>.+?):(?P<line>\d+): error: .*  \[(?P<code>[\w-]+)\]$")
# What pyright says besides, where a type is not known because of the error.
_FOLLOWING: Final = ("reportUnknown", "reportUntyped")

type Errors = dict[tuple[str, int], str]
"""The codes of the errors of one checker, by file and line."""


def main() -> int:
    """Print what differs; return the exit code."""
    differences = [*compare()]
    print("\n".join(differences), end="\n" if differences else "")
    return 1 if differences else 0


def compare() -> Iterator[str]:
    """Yield a sentence for each line on which a checker says something else than is written there."""
    found = (by_mypy(), by_pyright())
    wanted = expected()
    if not all(wanted):
        yield f"{HERE}: nothing is expected to be wrong"
    for checker, errors, marks in zip(CHECKERS, found, wanted, strict=True):
        for file, line in sorted({*errors, *marks}):
            said, mark = errors.get((file, line), "-"), marks.get((file, line), "-")
            if said != mark:
                yield f"{file}:{line}: {checker} says {said}, expected {mark}"


def expected() -> tuple[Errors, Errors]:
    """Return the errors that are written in the files: those of mypy, those of pyright."""
    marks: tuple[Errors, Errors] = ({}, {})
    for file in sorted((HERE / "wrong").glob("*.py")):
        for number, line in enumerate(file.read_text(encoding="utf-8").splitlines(), 1):
            mark = _MARK.search(line)
            for codes, errors in zip(mark.groups() if mark else (), marks, strict=False):
                if codes != "-":
                    errors[str(file.relative_to(ROOT)), number] = codes
    return marks


def by_mypy() -> Errors:
    """Return the errors that mypy finds."""
    options = ["--no-error-summary", "--no-pretty", "--cache-dir", ".mypy_cache/typing"]
    run = _run("mypy", "--config-file", str(HERE / "mypy.ini"), *options, str(HERE.relative_to(ROOT)))
    found: dict[tuple[str, int], set[str]] = {}
    for line in run.splitlines():
        match = _MYPY.match(line)
        if match is not None:
            found.setdefault((match["file"], int(match["line"])), set()).add(match["code"])
        elif ": error: " in line:
            raise SystemExit(f"mypy: {line}")
    return {place: ",".join(sorted(codes)) for place, codes in found.items()}


def by_pyright() -> Errors:
    """Return the errors that pyright finds."""
    run = _run("basedpyright", "--project", str(HERE), "--outputjson", "--pythonpath", sys.executable)
    found: dict[tuple[str, int], set[str]] = {}
    for one in json.loads(run)["generalDiagnostics"]:
        file = str(Path(one["file"]).relative_to(ROOT))
        found.setdefault((file, one["range"]["start"]["line"] + 1), set()).add(one.get("rule", "syntax"))
    return {place: ",".join(sorted(_leading(codes))) for place, codes in found.items()}


def _leading(codes: set[str]) -> set[str]:
    return {code for code in codes if not code.startswith(_FOLLOWING)} or codes


def _run(name: str, *arguments: str) -> str:
    program = Path(sys.executable).with_name(name)
    done = subprocess.run([str(program), *arguments], cwd=ROOT, capture_output=True, text=True, check=False)
    if done.returncode > 1:
        raise SystemExit(f"{name} failed:\n{done.stdout}{done.stderr}")
    return done.stdout


if __name__ == "__main__":
    sys.exit(main())
