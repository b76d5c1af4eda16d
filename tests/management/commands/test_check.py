"""`check`: every fault at once."""

import json

import pytest

PRODUCTION = {
    "SECRET_KEY": "k7Wc0yq9bX2mR4tZ8vL1nP6sD3fG5hJ0aQwErTyUiOpLkMjNhB",
    "ALLOWED_HOSTS": "shop.example",
    "DATABASE_URL": "sqlite:////tmp/never-opened.sqlite3",
}


def test_new_project_has_no_faults(manage):
    """A generated project is right as it stands."""
    result = manage("check")
    assert (result.returncode, result.stdout) == (0, "")
    assert result.stderr == "config.settings.development: no faults\n"


def test_all_faults_are_told_at_once(shop, manage):
    """A misspelt setting, an unknown app and a handler that cannot be bound are told together, with their lines."""
    base = shop / "config/settings/base.py"
    base.write_text(base.read_text().replace('"catalog"]', '"catalog", "catalogue"]') + "ALOWED_HOSTS = []\n")
    api = shop / "catalog/api.py"
    api.write_text(api.read_text() + '\n\n@router.get("/odd/{n:int}")\ndef odd(n: int, thing: "Thing") -> None: ...\n')
    result = manage("check")
    assert result.returncode == 1
    lines = len(base.read_text().splitlines())
    assert f"config/settings/base.py:{lines}: error[conf.E001]: unknown setting `ALOWED_HOSTS`" in result.stderr
    assert "hint: did you mean `ALLOWED_HOSTS`?" in result.stderr
    assert "`catalogue`" in result.stderr
    assert "catalog/api.py:" in result.stderr


def test_faults_as_json(shop, manage):
    """`--json` prints the faults as data, for editors and scripts."""
    (shop / "config/settings/development.py").write_text("from config.settings.base import *\nDEBGU = True\n")
    result = manage("check", "--json")
    assert result.returncode == 1
    faults = json.loads(result.stdout)
    assert [(fault["code"], fault["line"]) for fault in faults if fault["level"] == "error"] == [("conf.E001", 2)]


@pytest.mark.slow
def test_commands_that_need_the_site_refuse_to_go_on_with_faults(shop, manage):
    """Every command that builds the site prints all faults and does nothing else."""
    base = shop / "config/settings/base.py"
    base.write_text(base.read_text() + 'ALOWED_HOSTS = []\nTIME_ZONE = "Mars"\n')
    for command in ("routes", "makemigrations", "migrate", "shell"):
        result = manage(command)
        assert (result.returncode, result.stdout) == (1, ""), command
        assert "unknown setting `ALOWED_HOSTS`" in result.stderr, command
        assert "TIME_ZONE" in result.stderr, command
        assert "Traceback" not in result.stderr, command
    assert not (shop / "catalog/migrations/0001_initial.py").exists()


def test_deploy_looks_at_production(manage):
    """`check --deploy` takes the production settings, and has every variable that is missing in one list."""
    result = manage("check", "--deploy")
    assert result.returncode == 1
    for name in ("SECRET_KEY", "ALLOWED_HOSTS", "DATABASE_URL"):
        assert f"environment variable `{name}` is not set" in result.stderr


def test_generated_production_settings_pass(manage):
    """With its variables set, the generated production has nothing left to complain about."""
    result = manage("check", "--deploy", **PRODUCTION)
    assert result.returncode == 0, result.stderr


def test_deploy_fails_for_a_warning(manage):
    """What is a warning at home keeps a site from going to production."""
    result = manage("check", "--deploy", **{**PRODUCTION, "SECRET_KEY": "short"})
    assert result.returncode == 1
    assert "conf.W003" in result.stderr


def test_unapplied_migrations_are_a_warning(shop, manage):
    """`--database default` asks the database which migrations it lacks; without it nothing is connected to."""
    assert manage("makemigrations").returncode == 0
    database = next(iter(shop.glob("*.sqlite3")), None)
    assert database is None, "nothing has made the database yet"
    result = manage("check")
    assert (result.returncode, "db.W001" in result.stderr) == (0, False)
    result = manage("check", "--database", "default")
    assert result.returncode == 0
    assert "warning[db.W001]: 1 migration is not applied: `catalog.0001_initial`" in result.stderr
    assert "hint: run `manage.py migrate`" in result.stderr
    assert not list(shop.glob("*.sqlite3"))
    assert manage("migrate").returncode == 0
    result = manage("check", "--database", "default", "--json")
    assert json.loads(result.stdout) == []


def test_a_deploy_without_its_migrations_fails(shop, manage, tmp_path):
    """In production a missing migration is no matter of taste."""
    assert manage("makemigrations").returncode == 0
    variables = {**PRODUCTION, "DATABASE_URL": f"sqlite:///{tmp_path}/production.sqlite3"}
    result = manage("check", "--deploy", "--database", "default", **variables)
    assert result.returncode == 1
    assert "db.W001" in result.stderr


def test_a_database_without_migrations_is_refused(manage):
    """Another alias would be asked for nothing, so it is a mistake."""
    result = manage("check", "--database", "replica")
    assert result.returncode == 1
    assert "error[management.E015]: no migrations go to a database `replica`" in result.stderr
