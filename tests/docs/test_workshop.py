"""What the pages say of the workshop is so: its words, its generated pages, its tests without Python."""

import re
import shutil
import subprocess
import sys

import pytest

from tests.docs.pages import ROOT, blocks, name_of, pages

MAKE = re.compile(r"\bmake ([a-z][a-z-]*)\b")


def words_of_make() -> set[str]:
    return set(re.findall(r"^([a-z-]+):.*## ", (ROOT / "Makefile").read_text(encoding="utf-8"), re.MULTILINE))


@pytest.mark.parametrize("page", pages(), ids=name_of)
def test_page_names_words_that_make_knows(page):
    """`make something` on a page is a target of the Makefile that `make help` explains."""
    text = page.read_text(encoding="utf-8")
    spans = [
        *re.findall(r"`([^`\n]+)`", text),
        *(block.text for block in blocks(page) if block.language in {"sh", "console"}),
    ]
    named = {word for span in spans for word in MAKE.findall(span)}
    assert named <= words_of_make()


def test_help_explains_every_word():
    """`make help` writes itself: a target without a word of help is not one for people."""
    done = subprocess.run(["make", "help"], cwd=ROOT, capture_output=True, text=True, check=True)
    explained = {line.split()[1] for line in done.stdout.splitlines() if line.strip().startswith("make ")}
    assert explained == words_of_make()
    assert {"setup", "dev", "demo", "test", "lint", "docs", "template", "bench", "clean"} <= explained


def test_reference_is_up_to_date():
    """The pages of settings, commands and errors are what the code says today."""
    done = subprocess.run(
        [sys.executable, "scripts/reference.py", "--check"], cwd=ROOT, capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stdout + done.stderr


def test_missing_tool_is_a_sentence(tmp_path):
    """A machine without Rust is told what to install, in one line and without a traceback."""
    for tool in ("sh", "dirname", "ls", "head", "find", "cksum", "sed"):
        (tmp_path / tool).symlink_to(str(shutil.which(tool)))
    done = subprocess.run(
        [tmp_path / "sh", ROOT / "scripts" / "test-rust"],
        env={"PATH": str(tmp_path), "HOME": str(tmp_path)},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 1
    assert done.stderr == ("vase: cargo is not on the PATH: install Rust (https://rustup.rs), then run this again\n")
