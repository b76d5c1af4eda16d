"""The core compiles for a Python without a GIL, whose objects look different; nothing in it wants the lock itself."""

import os
import shutil
import subprocess
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]

# What pyo3's build script would ask such an interpreter; checking the types needs none.
INTERPRETER = """\
implementation=CPython
version=3.14
shared=true
pointer_width=64
build_flags=Py_GIL_DISABLED
suppress_build_script_link_lines=true
"""


def test_the_core_compiles_without_a_gil(tmp_path: Path) -> None:
    """The core compiles for CPython's free-threaded ABI."""
    if not os.environ.get("TEST_FREE_THREADING"):
        pytest.skip("it compiles the whole core once more; `TEST_FREE_THREADING=1`, or `make test-python`, asks for it")
    cargo = shutil.which("cargo", path=f"{os.environ.get('PATH')}:{Path.home() / '.cargo/bin'}")
    if cargo is None:
        reason = "cargo is not on the PATH: install Rust (https://rustup.rs)"
        if os.environ.get("CI"):
            pytest.fail(reason)
        pytest.skip(reason)
    description = tmp_path / "interpreter"
    description.write_text(INTERPRETER, encoding="utf-8")
    found = subprocess.run(
        [cargo, "check", "-q", "--locked", "-p", "vase_core"],
        cwd=ROOT,
        env={
            **os.environ,
            "PYO3_CONFIG_FILE": str(description),
            "CARGO_TARGET_DIR": str(ROOT / "target" / "free-threaded"),
        },
        capture_output=True,
        text=True,
        timeout=1200,
        check=False,
    )
    assert found.returncode == 0, found.stderr
