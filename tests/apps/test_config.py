import pytest

from vase.apps import AppConfig

FILES = {
    "catalog/__init__.py": "",
    "catalog/templates/catalog/list.html": "",
    "catalog/commands/__init__.py": "",
    "catalog/commands/importgoods.py": "raise AssertionError('imported')\n",
    "catalog/commands/_shared.py": "",
    "catalog/management/commands/old.py": "raise AssertionError('imported')\n",
}


@pytest.fixture
def config(load) -> AppConfig:
    apps, faults = load(FILES, "catalog")
    assert faults == []
    config = apps.get("catalog")
    assert isinstance(config, AppConfig)
    return config


def test_an_app_knows_its_folders(config: AppConfig, tmp_path) -> None:
    """Folders that may be absent are None; migrations have a place before there are any."""
    assert config.path == tmp_path / "catalog"
    assert config.templates_path == tmp_path / "catalog" / "templates"
    assert (config.static_path, config.locale_path) == (None, None)
    assert config.migrations_path == tmp_path / "catalog" / "migrations"
    assert config.migrations_module == "catalog.migrations"
    assert repr(config) == "<AppConfig catalog: catalog>"


def test_commands_are_found_without_importing_them(config: AppConfig) -> None:
    """Listing commands costs nothing and runs nothing; files with an underscore are no commands."""
    assert [(command.name, command.module) for command in config.command_files()] == [
        ("importgoods", "catalog.commands.importgoods"),
        ("old", "catalog.management.commands.old"),
    ]


def test_an_app_owns_its_modules_and_no_others(config: AppConfig) -> None:
    """A name that only begins alike belongs to another app."""
    assert config.owns("catalog")
    assert config.owns("catalog.models")
    assert not config.owns("catalogue.models")


def test_a_folder_without_init_is_an_app(load, tmp_path) -> None:
    """A namespace package has a path too."""
    apps, faults = load({"goods/models.py": ""}, "goods")
    assert faults == []
    assert apps.get("goods").path == tmp_path / "goods"


def test_ready_of_a_plain_app_does_nothing(config: AppConfig) -> None:
    """An app that connects nothing needs no `ready`."""
    config.ready()
