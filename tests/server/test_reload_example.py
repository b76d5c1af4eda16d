"""Editing the example site while it is served: a site of real size, with models, migrations, templates and data."""

import shutil
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.busy import slack
from tests.server.conftest import Reader, Server, until

pytestmark = pytest.mark.slow

EXAMPLE = Path(__file__).parents[2] / "example"

MANAGE = """
import sys
from pathlib import Path

from vase.management import execute

# Who launches servers passes a port alone.
words = ["runserver", *sys.argv[1:]] if sys.argv[1].isdigit() else sys.argv[1:]
execute("config.settings.development", directory=Path(__file__).parent / "example", arguments=words)
"""


@pytest.fixture
def pages(tmp_path: Path) -> Path:
    """Make a copy of the example, with its sample data, and return the file of its views."""
    shutil.copytree(EXAMPLE, tmp_path / "example", ignore=shutil.ignore_patterns("*.sqlite3*", "__pycache__"))
    (tmp_path / "manage.py").write_text(MANAGE)
    for command in ("migrate", "loadsample"):
        done = subprocess.run(
            [sys.executable, "manage.py", command], cwd=tmp_path, capture_output=True, text=True, check=False
        )
        assert done.returncode == 0, done.stderr
    return tmp_path / "example" / "articles" / "pages.py"


def test_editing_a_view_of_the_example(pages: Path, launch: Callable[..., Server]) -> None:
    """A client that asks every 10 ms is answered each time, within half a second; a syntax error shows and recovers."""
    view = pages.read_text()
    heading = 'else "Conduit"'
    assert view.count(heading) == 1
    with Reader(launch("manage.py")) as reader:
        assert "<h1>Conduit</h1>" in reader.last.text
        for word in ("Second", "Third", "Fourth"):
            pages.write_text(view.replace(heading, f'else "{word} edition"'))
            until(reader.sees(f"<h1>{word} edition</h1>"), 5)
            time.sleep(0.3)
        edited = len(reader.answers)
        assert {answer.status for answer in reader.answers} == {200}

        pages.write_text(view.replace("def home(", "def home(:", 1))
        until(reader.sees("pages.py"), 5)
        assert reader.last.status == 500
        assert "syntax" in reader.last.text.lower()
        pages.write_text(view)
        until(reader.sees("<h1>Conduit</h1>"), 5)
        assert reader.last.status == 200
    assert reader.failures == []
    assert edited > 20
    assert reader.longest < 0.5 * slack()
