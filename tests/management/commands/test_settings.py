"""`settings`: what is in force and why."""

import json


def test_value_of_one_setting(manage):
    """A name alone prints the value alone, for use in scripts."""
    result = manage("settings", "DEBUG")
    assert (result.returncode, result.stdout) == (0, "True\n")


def test_why_shows_the_chain(manage):
    """`--why` shows every place that gave a value, the winner last."""
    result = manage("settings", "DEBUG", "--why", VASE_DEBUG="0")
    lines = result.stdout.splitlines()
    assert lines[0] == "DEBUG = False"
    assert lines[1].split() == ["default", "False"]
    assert lines[2].split() == ["config/settings/development.py:5", "True"]
    assert lines[3].split() == ["→", "environment", "variable", "VASE_DEBUG", "False"]


def test_secrets_are_masked(manage):
    """No form of the command prints a secret."""
    for arguments in (["SECRET_KEY"], ["SECRET_KEY", "--why"], ["--all"], ["--json"], []):
        result = manage("settings", *arguments, SECRET_KEY="hush-hush")
        assert result.returncode == 0
        assert "hush-hush" not in result.stdout + result.stderr


def test_settings_as_json(manage):
    """`--json` tells value and origin as data."""
    shown = json.loads(manage("settings", "ROOT_URLCONF", "--json").stdout)["ROOT_URLCONF"]
    assert (shown["value"], shown["from"]) == ("'config.urls'", "module")
    assert shown["file"].endswith("config/settings/base.py")


def test_list_holds_what_was_set(manage):
    """The list shows what differs from the defaults; `--all` shows everything."""
    short, whole = manage("settings").stdout, manage("settings", "--all").stdout
    assert "INSTALLED_APPS" in short
    assert "HTTP_MAX_HEADERS" not in short
    assert "HTTP_MAX_HEADERS" in whole


def test_unknown_name(manage):
    """A misspelt name is answered with the nearest one."""
    result = manage("settings", "DEBGU")
    assert result.returncode == 1
    assert result.stderr == "error[management.E010]: unknown setting `DEBGU`\n  hint: did you mean `DEBUG`?\n"


def test_works_in_spite_of_faults(shop, manage):
    """The command that explains settings works when they are wrong: it is how one finds out."""
    base = shop / "config/settings/base.py"
    base.write_text(base.read_text() + "ALOWED_HOSTS = []\n")
    assert manage("settings", "DEBUG").stdout == "True\n"
