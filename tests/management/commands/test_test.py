"""`test`: pytest with the test settings."""

import pytest


def test_tests_see_the_test_settings(shop, manage):
    """The tests of a project run with its test settings, from wherever they are started."""
    (shop / "tests/test_environment.py").write_text(
        "import os\n\n\ndef test_settings():\n    assert os.environ['VASE_SETTINGS_MODULE'] == 'config.settings.test'\n"
    )
    result = manage("test", "-q", "tests/test_environment.py")
    assert result.returncode == 0, result.stdout
    assert "1 passed" in result.stdout


@pytest.mark.slow
def test_arguments_and_exit_code_are_those_of_pytest(shop, manage):
    """What follows `test` goes to pytest, and what pytest says goes to the caller."""
    (shop / "tests/test_fails.py").write_text("def test_one():\n    assert False\n\n\ndef test_two():\n    pass\n")
    assert manage("test", "tests/test_fails.py").returncode == 1
    assert manage("test", "tests/test_fails.py", "-k", "two").returncode == 0
    assert manage("test", "tests/test_fails.py", "-k", "three").returncode == 5


def test_named_settings_win(shop, manage):
    """Whoever names the settings gets them."""
    (shop / "tests/test_environment.py").write_text(
        "import os\n\n\ndef test_settings():\n    assert os.environ['VASE_SETTINGS_MODULE'].endswith('.development')\n"
    )
    result = manage("test", "tests/test_environment.py", VASE_ENV="dev")
    assert result.returncode == 0, result.stdout
