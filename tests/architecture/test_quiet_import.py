"""Importing any module of Vase does nothing: no I/O, no arguments read, no threads, no log handlers."""

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

SCRIPT = Path(__file__).with_name("quiet_import.py")


def deeds(modules: list[str], directory: Path) -> list[dict[str, str]]:
    """Import modules in a fresh interpreter and return what they did."""
    done = subprocess.run(
        [sys.executable, "-B", "-W", "ignore", str(SCRIPT)],
        input="\n".join(modules),
        env=os.environ | {"PYTHONPATH": str(directory)},
        cwd=directory,
        capture_output=True,
        text=True,
        check=True,
        timeout=120,
    )
    found: list[dict[str, str]] = json.loads(done.stdout)
    return found


def test_importing_is_quiet(tree) -> None:
    """Every module of the package, one after the other in one fresh interpreter."""
    assert deeds([source.module for source in tree.sources], tree.root) == []


@pytest.mark.parametrize(
    ("code", "what"),
    [
        ("open('x.txt', 'w').close()", "opens 'x.txt' for writing"),
        ("import socket; socket.socket()", "socket.__new__"),
        ("import subprocess; subprocess.run(['true'])", "subprocess.Popen"),
        ("import threading; threading.Thread(target=print).start()", "_thread.start"),
        ("import os; os.environ['X'] = '1'", "os.putenv"),
        ("import logging; logging.basicConfig()", "adds handlers to the root logger"),
        ("import sys; sys.argv[1:]", "reads sys.argv"),
        ("import sys; list(sys.argv)", "reads sys.argv"),
        ("import sqlite3; sqlite3.connect(':memory:')", "sqlite3.connect"),
        ("1 / 0", "fails: ZeroDivisionError"),
    ],
)
def test_the_test_hears_a_loud_module(tmp_path: Path, code: str, what: str) -> None:
    """The rule can fail: each forbidden deed is heard."""
    (tmp_path / "loud.py").write_text(f"{code}\n", encoding="utf-8")
    (tmp_path / "quiet.py").write_text("import json, asyncio, ssl, logging\n", encoding="utf-8")
    found = deeds(["quiet", "loud"], tmp_path)
    assert [deed for deed in found if deed["what"].startswith(what)] != []
    assert {deed["module"] for deed in found} == {"loud"}
