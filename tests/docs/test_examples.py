"""The Python on the pages runs as it stands there."""

import importlib
import sys
from pathlib import Path
from typing import Any

import pytest

from tests.conftest import Project
from tests.docs.pages import ROOT, Block, blocks, name_of, pages

TUTORIAL = ROOT / "docs" / "tutorial"


def python_of(page: Path) -> list[Block]:
    return [block for block in blocks(page) if block.language == "python"]


PAGES = [page for page in pages() if TUTORIAL not in page.parents and python_of(page)]


@pytest.mark.parametrize("page", PAGES, ids=name_of)
def test_python_of_the_page_runs(page: Path, project: Project):
    """The blocks of a page run one after the other, like cells; a block with a title becomes that file of a site."""
    names: dict[str, Any] = {"__name__": "page"}
    unseen: list[str] = []
    for block in python_of(page):
        if not block.runs:
            continue
        if block.title is not None:
            project({block.title: block.text, **packages(block.title)})
            unseen.append(module_of(block.title))
            continue
        # Line numbers of the page, so that a failure points at it.
        code = compile("\n" * (block.line - 1) + block.text, name_of(page), "exec")
        exec(code, names)  # noqa: S102  # running it is the test
    for module in unseen:
        if module not in sys.modules:
            importlib.import_module(module)


@pytest.mark.parametrize("page", pages(), ids=name_of)
def test_block_that_does_not_run_says_why(page: Path):
    """`{.python .norun}` needs a comment `<!-- norun: reason -->` before it."""
    silent = [f"{name_of(page)}:{block.line}" for block in python_of(page) if not block.runs and not block.reason]
    assert not silent


@pytest.mark.parametrize("page", pages(), ids=name_of)
def test_every_block_says_its_language(page: Path):
    """A block without a language would be neither run nor coloured."""
    assert not [f"{name_of(page)}:{block.line}" for block in blocks(page) if not block.language]


def packages(path: str) -> dict[str, str]:
    """Return an empty `__init__.py` for each folder above a file that has none yet."""
    parents = [parent for parent in Path(path).parents if parent != Path()]
    files = {f"{parent.as_posix()}/__init__.py": "" for parent in parents}
    return {file: text for file, text in files.items() if not Path(file).exists() and file != path}


def module_of(path: str) -> str:
    return path.removesuffix(".py").removesuffix("/__init__").replace("/", ".")
