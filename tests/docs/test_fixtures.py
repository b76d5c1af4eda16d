"""The tests on the page about testing, run by pytest as its reader would run them."""

import os
import subprocess
import sys

from tests.conftest import Project
from tests.docs.pages import ROOT
from tests.docs.test_examples import packages, python_of

SETTINGS = """
SECRET_KEY = "a key for tests that is long enough to be one of fifty signs"
ALLOWED_HOSTS = ["testserver"]
INSTALLED_APPS = ["shop"]
ROOT_URLCONF = "shop.urls"
DATABASES = {}
"""


def test_the_tests_of_the_page_pass(project: Project):
    """Each fixture that the page shows is there and does what is said of it, in a site of its own."""
    site = {"config/settings/test.py": SETTINGS, **packages("config/settings/test.py")}
    for block in python_of(ROOT / "docs" / "guides" / "testing.md"):
        if block.title is not None:
            site |= {block.title: block.text, **packages(block.title)}
    folder = project(site)
    kept = {name: value for name, value in os.environ.items() if not name.startswith(("VASE_", "PYTEST_"))}
    done = subprocess.run(
        [sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider", "-W", "error", "shop"],
        cwd=folder,
        env=kept,
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )
    assert done.returncode == 0, done.stdout + done.stderr
    assert "4 passed" in done.stdout
