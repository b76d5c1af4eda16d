"""`makemigrations`, `migrate` and `showmigrations`."""

import json

import pytest


@pytest.mark.slow
def test_from_model_to_table(shop, manage):
    """A migration is written, planned, applied and reverted."""
    assert manage("makemigrations", "--check").returncode == 1
    made = manage("makemigrations")
    assert made.stdout == "catalog: 0001_initial\n  create table catalog_product\n"
    assert (shop / "catalog/migrations/0001_initial.py").is_file()
    again = manage("makemigrations", "--check")
    assert (again.returncode, again.stdout, again.stderr) == (0, "", "models and migrations agree\n")
    assert manage("showmigrations").stdout == "catalog\n  [ ] 0001_initial\n"
    assert manage("migrate", "--plan").stdout == "would apply catalog.0001_initial\n"
    assert manage("migrate").stdout == "applied catalog.0001_initial\n"
    assert manage("migrate").stderr == "the database is up to date\n"
    shown = json.loads(manage("showmigrations", "catalog", "--json").stdout)
    assert shown == {"catalog": [{"name": "0001_initial", "revision": "catalog_0001", "applied": True}]}
    assert manage("migrate", "catalog", "zero").stdout == "reverted catalog.0001_initial\n"


@pytest.mark.slow
def test_make_joins_both(shop, manage):
    """`migrate --make` writes what is missing and applies it; with `--plan` it does neither."""
    planned = manage("migrate", "--make", "--plan")
    assert "catalog: 0001_initial (not written)" in planned.stdout
    assert not (shop / "catalog/migrations/0001_initial.py").exists()
    made = manage("migrate", "--make")
    assert made.stdout == ("catalog: 0001_initial\n  create table catalog_product\napplied catalog.0001_initial\n")


@pytest.mark.parametrize("variable", ["VASE_ENV", "VASE_SETTINGS_MODULE"])
def test_make_is_refused_in_production(shop, manage, variable):
    """Production applies migrations; it does not write code."""
    value = {"VASE_ENV": "prod", "VASE_SETTINGS_MODULE": "config.settings.production"}[variable]
    result = manage(
        "migrate",
        "--make",
        SECRET_KEY="k" * 60,
        ALLOWED_HOSTS="shop.example",
        DATABASE_URL=f"sqlite:///{shop / 'production.sqlite3'}",
        **{variable: value},
    )
    assert result.returncode == 1
    assert "error[management.E011]: `migrate --make` writes code, and is refused in production" in result.stderr
    assert not (shop / "catalog/migrations/0001_initial.py").exists()


@pytest.mark.slow
def test_unknown_app(manage):
    """A misspelt label is answered with the nearest one, by each of the three."""
    for command in ("makemigrations", "migrate", "showmigrations"):
        result = manage(command, "catalgo")
        assert result.returncode == 1, command
        assert "did you mean `catalog`?" in result.stderr, command
        assert "Traceback" not in result.stderr, command
    assert "error[management.E012]: no installed app has the label `catalgo`" in result.stderr
