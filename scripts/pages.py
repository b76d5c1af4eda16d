"""Build `docs/` into `site/`, with warnings as errors, and check what the builder does not see.

Zensical checks links and anchors between pages. Beside that: every page is in the navigation or the list of errors, and
links of the Markdown files outside of `docs/` lead to files that exist.
"""

import re
import shutil
import subprocess
import sys
import tomllib
from collections.abc import Iterator
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
LINK = re.compile(r"\[[^\]]*\]\(([^)#\s]+)(?:#[^)]*)?\)")
FENCE = re.compile(r"^```.*?^```", re.MULTILINE | re.DOTALL)


def main() -> int:
    """Build and check; return the exit code."""
    faults = [*_unlisted(), *_broken_links()]
    print("\n".join(faults), end="\n" if faults else "")
    zensical = Path(sys.executable).with_name("zensical")
    command = [str(zensical) if zensical.exists() else shutil.which("zensical") or "zensical", "build", "--strict"]
    done = subprocess.run([*command, "--clean"], cwd=ROOT, capture_output=True, text=True, check=False)
    if done.returncode:
        # The builder ends a strict build with a traceback of its own, which tells nothing.
        print((done.stdout + done.stderr).partition("Traceback (most recent call last)")[0])
    return 1 if faults or done.returncode else 0


def _unlisted() -> Iterator[str]:
    configuration = tomllib.loads((ROOT / "zensical.toml").read_text(encoding="utf-8"))
    listed = set(_pages(configuration["project"]["nav"]))
    for page in sorted((ROOT / "docs").rglob("*.md")):
        name = page.relative_to(ROOT / "docs").as_posix()
        if name not in listed and not name.startswith("errors/"):
            yield f"docs/{name}: not in the navigation of zensical.toml"


def _pages(entries: object) -> Iterator[str]:
    match entries:
        case str():
            yield entries
        case list():
            for entry in entries:
                yield from _pages(entry)
        case dict():
            for entry in entries.values():
                yield from _pages(entry)


def _broken_links() -> Iterator[str]:
    for page in sorted({*ROOT.glob("*.md"), *(ROOT / "changes").glob("*.md"), *(ROOT / "benchmarks").glob("*.md")}):
        for target in LINK.findall(FENCE.sub("", page.read_text(encoding="utf-8"))):
            if "://" not in target and not (page.parent / target).exists():
                yield f"{page.relative_to(ROOT)}: the link to {target} leads nowhere"


if __name__ == "__main__":
    sys.exit(main())
