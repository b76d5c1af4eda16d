"""Modules of routes, written to disk for one test."""

import sys
import textwrap
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest


@pytest.fixture
def module(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Callable[[str, str], Path]]:
    """Write a module that can be imported during the test."""
    monkeypatch.syspath_prepend(tmp_path)
    made = list[str]()

    def write(name: str, source: str) -> Path:
        file = tmp_path / f"{name.replace('.', '/')}.py"
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(textwrap.dedent(source))
        made.append(name)
        return file

    yield write
    roots = {name.partition(".")[0] for name in made}
    for known in [known for known in sys.modules if known.partition(".")[0] in roots]:
        del sys.modules[known]
