from pathlib import Path

import pytest

from vase.types import Place


def test_place_below_the_working_directory_is_relative(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A place is printed as one would type it."""
    monkeypatch.chdir(tmp_path)
    assert str(Place(str(tmp_path / "shop" / "urls.py"), 3)) == "shop/urls.py:3"


def test_place_elsewhere_is_absolute(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A place outside of the working directory keeps its whole path."""
    monkeypatch.chdir(tmp_path)
    assert str(Place("/srv/site/urls.py", 3)) == "/srv/site/urls.py:3"


def test_place_without_a_line_is_the_file() -> None:
    """Line 0 means the whole file."""
    assert str(Place("/srv/site/urls.py")) == "/srv/site/urls.py"
