"""What the document says is what the server does: schemathesis reads the one and asks the other, over a socket."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

from vase import Vase
from vase.testing import LiveServer

pytestmark = pytest.mark.slow

ROOT = Path(__file__).parents[2]
# Left out: `negative_data_rejection` and `positive_data_acceptance`. Pydantic takes `0` for a bool and msgspec no `1.0`
# for an int, whatever JSON Schema says of them.
CHECKS = (
    "not_a_server_error,status_code_conformance,content_type_conformance,response_headers_conformance,"
    "response_schema_conformance,unsupported_method,allow_header_conformance,ignored_auth"
)


def fuzz(app: Vase, folder: Path, *options: str) -> None:
    """Let schemathesis run against a server of the application; its report is the failure."""
    program = Path(sys.executable).with_name("st")
    assert program.exists(), "schemathesis is not installed"
    with LiveServer(app) as server:
        done = subprocess.run(
            [
                *(
                    program,
                    "run",
                    f"{server.url}/openapi.json",
                    "--checks",
                    CHECKS,
                    "--phases",
                    "examples,coverage,fuzzing",
                ),
                *("--max-examples", "15", "--seed", "1", "--no-color", "--workers", "1", "--continue-on-failure"),
                *("--suppress-health-check", "all", "--warnings", "off", *options),
            ],
            cwd=folder,
            capture_output=True,
            text=True,
            timeout=600,
            check=False,
        )
    assert done.returncode == 0, done.stdout[-12_000:] + done.stderr[-2_000:]
    assert "No issues found" in done.stdout, done.stdout[-2_000:]


def test_the_kitchen_sink_keeps_its_word(kitchen_sink: Vase, tmp_path: Path) -> None:
    """No 5xx, no status, content type, header or body that the document does not have."""
    fuzz(kitchen_sink, tmp_path)


EXAMPLE = """
import runpy, sys
from pathlib import Path
from vase.application import Vase
from vase.db import migrate
from articles.commands.loadsample import load

app = Vase.from_settings("config.settings.test", OPENAPI_URL="/openapi.json", ALLOWED_HOSTS=["*"])
migrate(app)
with app.databases["default"].session() as db:
    load(db)
runpy.run_path(sys.argv[1])["fuzz"](app, Path.cwd())
"""


def test_the_example_keeps_its_word(tmp_path: Path) -> None:
    """The same for the example, with its sample articles in a database of its own."""
    done = subprocess.run(
        [sys.executable, "-c", EXAMPLE, __file__],
        cwd=tmp_path,
        env={
            **os.environ,
            "PYTHONPATH": os.pathsep.join([str(ROOT), str(ROOT / "example")]),
            "TEST_DATABASE_URL": f"sqlite:///{tmp_path / 'conduit.sqlite3'}",
        },
        capture_output=True,
        text=True,
        timeout=600,
        check=False,
    )
    assert done.returncode == 0, done.stdout + done.stderr
