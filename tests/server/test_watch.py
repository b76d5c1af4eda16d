"""Which changes count, and that they are told."""

import os
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from vase.server._watch import Watcher, is_of_site


@pytest.mark.parametrize(
    ("path", "counts"),
    [
        ("/site/shop/views.py", True),
        ("/site/pyproject.toml", True),
        ("/site/.env", True),
        ("/site/shop/labels.json", True),
        ("/site/shop/page.html", False),
        ("/site/shop/__pycache__/views.py", False),
        ("/site/.venv/lib/python3.13/site-packages/x.py", False),
        ("/site/node_modules/x/package.json", False),
        ("/site/shop/.#views.py", False),
        ("/site/db.sqlite3", False),
        ("/elsewhere/views.py", False),
    ],
)
def test_what_a_site_is_made_of(path: str, counts: bool) -> None:
    """Code and configuration count; what tools write, and what is read anew anyway, does not."""
    assert is_of_site(path, ["/site"]) is counts


def test_what_is_above_a_site_does_not_matter() -> None:
    """A site may lie in a directory called `build`."""
    assert is_of_site("/home/build/site/views.py", ["/home/build/site"])


@pytest.fixture
def watcher(tmp_path: Path) -> Iterator[Watcher]:
    one = Watcher((tmp_path,))
    one.wait()
    yield one
    one.close()


def changes(watcher: Watcher, seconds: float = 5) -> list[str]:
    end = time.monotonic() + seconds
    found: list[str] = []
    while not found and time.monotonic() < end:
        time.sleep(0.02)
        found = watcher.read()
    return found


def test_a_change_is_told_at_once(watcher: Watcher, tmp_path: Path) -> None:
    """A change right after the wait is seen, and within a blink."""
    began = time.monotonic()
    (tmp_path / "views.py").write_text("1\n")
    assert changes(watcher) == [str(tmp_path / "views.py")]
    assert time.monotonic() - began < 1


def test_other_files_are_not_told(watcher: Watcher, tmp_path: Path) -> None:
    """A page or a database that changes wakes nobody."""
    (tmp_path / "page.html").write_text("1\n")
    assert changes(watcher, 0.5) == []


def test_the_watching_ends(tmp_path: Path) -> None:
    """Nothing is left behind: the process is gone and its pipes are closed."""
    watcher = Watcher((tmp_path,))
    watcher.close()
    with pytest.raises(ProcessLookupError):
        os.kill(watcher._process.pid, 0)


def test_the_watching_ends_with_its_parent(tmp_path: Path) -> None:
    """A supervisor that is killed leaves no watcher: the end of its pipe is enough."""
    watcher = Watcher((tmp_path,))
    watcher.wait()
    watcher.forget()
    assert watcher._process.wait(5) == 0
