import pytest

from vase.apps import AppConfig, Apps, load_apps
from vase.checks import CheckMessage
from vase.conf import Settings

CATALOG = {"catalog/__init__.py": ""}


def single(loaded: tuple[Apps, list[CheckMessage]]) -> tuple[Apps, CheckMessage]:
    """Return the only fault as text."""
    apps, faults = loaded
    assert len(faults) == 1, faults
    return apps, faults[0]


def test_a_package_is_an_app(load) -> None:
    """An app needs no `apps.py`: the label is the last part of the package."""
    apps, faults = load({"shop/__init__.py": "", "shop/catalog/__init__.py": ""}, "shop.catalog")
    assert faults == []
    (config,) = apps
    assert (type(config), config.label, config.name, config.title) == (AppConfig, "catalog", "shop.catalog", "Catalog")


def test_a_package_means_its_configuration(load) -> None:
    """`catalog` is the `AppConfig` of `catalog.apps`."""
    code = """
        from vase.apps import AppConfig
        class CatalogConfig(AppConfig):
            label = "goods"
            title = "All goods"
    """
    apps, faults = load(CATALOG | {"catalog/apps.py": code}, "catalog")
    assert faults == []
    assert (apps.get("goods").name, apps.get("goods").title) == ("catalog", "All goods")


@pytest.mark.parametrize("entry", ["catalog.apps.Second", "catalog.apps:Second"])
def test_an_entry_may_name_the_class(load, entry: str) -> None:
    """Of several classes the entry chooses one."""
    code = (
        "from vase.apps import AppConfig\nclass First(AppConfig): ...\nclass Second(AppConfig):\n    label = 'second'\n"
    )
    apps, faults = load(CATALOG | {"catalog/apps.py": code}, entry)
    assert faults == []
    assert apps.get("second").name == "catalog"


def test_the_default_of_several_classes(load) -> None:
    """Of several classes the package means the one that says so."""
    code = """
        from vase.apps import AppConfig
        class First(AppConfig): ...
        class Second(AppConfig):
            default = True
            label = "second"
    """
    apps, faults = load(CATALOG | {"catalog/apps.py": code}, "catalog")
    assert faults == []
    assert "second" in apps


def test_several_classes_without_a_default(load) -> None:
    """Without a default the choice is the user's."""
    code = "from vase.apps import AppConfig\nclass First(AppConfig): ...\nclass Second(AppConfig): ...\n"
    _, fault = single(load(CATALOG | {"catalog/apps.py": code}, "catalog"))
    assert fault.render() == (
        "catalog/apps.py:3: error[apps.E005]: `catalog.apps` has several `AppConfig` classes: `First`, `Second`\n"
        "  hint: write `default = True` in the one that `catalog` means, or name the class in `INSTALLED_APPS`"
    )


def test_a_missing_app_is_told_with_its_line_and_the_nearest_folder(load) -> None:
    """The line is that of the entry, not of the list; the other apps stay."""
    apps, fault = single(load(CATALOG | {"orders/__init__.py": ""}, "orders", "catalgo"))
    assert fault.render() == (
        "config/settings.py:3: error[apps.E001]: `INSTALLED_APPS` names `catalgo`, which does not exist\n"
        "  hint: did you mean `catalog`?"
    )
    assert [config.label for config in apps] == ["orders"]


def test_a_missing_app_that_is_near_to_nothing(load) -> None:
    """With nothing near, the hint is the command that makes it."""
    _, fault = single(load({}, "zzqqyy"))
    assert fault.hint == "`manage.py startapp zzqqyy` makes it"


def test_a_missing_app_in_a_package(load) -> None:
    """Below a package the neighbours are looked at."""
    _, fault = single(load({"shop/__init__.py": "", "shop/catalog/__init__.py": ""}, "shop.catlog"))
    assert (fault.code, fault.hint) == ("apps.E001", "did you mean `shop.catalog`?")


def test_a_missing_class(load) -> None:
    """A misspelt class is told by the module that has not got it."""
    code = "from vase.apps import AppConfig\nclass CatalogConfig(AppConfig): ...\n"
    _, fault = single(load(CATALOG | {"catalog/apps.py": code}, "catalog.apps.CatalogConf"))
    assert fault.code == "apps.E001"
    assert fault.message == (
        "`INSTALLED_APPS` names `catalog.apps.CatalogConf`: module `catalog.apps` has no name `CatalogConf`"
    )
    assert fault.hint == "did you mean `CatalogConfig`?"


@pytest.mark.parametrize("file", ["catalog/__init__.py", "catalog/apps.py"])
def test_an_app_that_fails_is_not_missing(load, file: str) -> None:
    """An error inside the app is told with its own line."""
    _, fault = single(load(CATALOG | {file: "x = 1\nimport nosuchthing\n"}, "catalog"))
    assert fault.code == "apps.E003"
    assert str(fault.place) == f"{file}:2"
    assert "ModuleNotFoundError: No module named 'nosuchthing'" in fault.message


def test_a_label_is_unique(load) -> None:
    """Two apps cannot share a label: tables, templates and permissions are named by it."""
    files = {"a/__init__.py": "", "a/blog/__init__.py": "", "b/__init__.py": "", "b/blog/__init__.py": ""}
    apps, fault = single(load(files, "a.blog", "b.blog"))
    assert fault.render() == (
        "config/settings.py:3: error[apps.E002]: the apps `a.blog` and `b.blog` have the same label `blog`\n"
        "  hint: give one of them another `label` in its `apps.py`"
    )
    assert [config.name for config in apps] == ["a.blog"]


def test_an_app_is_named_once(load) -> None:
    """The same app twice is a line to remove."""
    _, fault = single(load(CATALOG, "catalog", "catalog"))
    assert (fault.code, fault.message, fault.hint) == (
        "apps.E002",
        "`INSTALLED_APPS` names the app `catalog` twice",
        "remove one of the lines",
    )


def test_a_file_is_no_app(load) -> None:
    """An app has a folder: its templates and migrations live there."""
    _, fault = single(load(CATALOG | {"catalog/views.py": ""}, "catalog.views"))
    assert (fault.code, fault.message, fault.hint) == (
        "apps.E004",
        "`INSTALLED_APPS` names `catalog.views`, which is a single file and not a package",
        "name the package of the app: `catalog`",
    )


def test_a_class_that_is_no_configuration(load) -> None:
    """Another class is refused with its own place."""
    _, fault = single(load(CATALOG | {"catalog/apps.py": "class Config: ...\n"}, "catalog.apps.Config"))
    assert fault.render().splitlines()[0] == (
        "catalog/apps.py:1: error[apps.E004]: `INSTALLED_APPS` names `catalog.apps.Config`, which is no `AppConfig`"
    )


def test_text_that_is_no_path(load) -> None:
    """What cannot be a dotted name is refused as such."""
    _, fault = single(load({}, "my-app"))
    assert (fault.code, fault.message) == (
        "apps.E004",
        "not a dotted name of a module: `my-app` in `INSTALLED_APPS`",
    )


def test_a_label_is_a_name(load) -> None:
    """A label becomes part of names of Python and SQL."""
    code = "from vase.apps import AppConfig\nclass Config(AppConfig):\n    label = 'my goods'\n"
    _, fault = single(load(CATALOG | {"catalog/apps.py": code}, "catalog"))
    assert fault.render() == (
        "catalog/apps.py:2: error[apps.E006]: the label of the app `catalog` is `my goods`, which is no name of Python"
        "\n"
        "  hint: use letters, digits and underscores"
    )


def test_all_faults_at_once(load) -> None:
    """One look tells every wrong entry, and installs every right one."""
    apps, faults = load(CATALOG | {"bad/__init__.py": "1 / 0\n"}, "nix", "catalog", "bad", "catalog")
    assert [fault.code for fault in faults] == ["apps.E001", "apps.E003", "apps.E002"]
    assert [config.label for config in apps] == ["catalog"]


def test_apps_without_a_settings_module() -> None:
    """Apps given in code have no line to point at."""
    _, faults = load_apps(Settings(INSTALLED_APPS=["zzqqyy"]))
    assert [(fault.code, fault.place) for fault in faults] == [("apps.E001", None)]
