import sys

import pytest

CATALOG = """
    from pathlib import Path
    from vase.conf import SettingsGroup, setting

    class CatalogSettings(SettingsGroup):
        CATALOG_PAGE_SIZE: int = setting(20, "How many products a page shows.", ge=1)
        CATALOG_API_TOKEN: str = setting("", "The token of the price service.")
        CATALOG_TAGS: list[str] = setting([], "Tags.")
        CATALOG_DIR: Path | None = setting(None, "A directory.")
"""


def catalog(text: str = CATALOG) -> dict[str, str]:
    return {"catalog/__init__.py": "", "catalog/settings.py": text}


def test_settings_of_an_app_join_the_accepted_names(load) -> None:
    """They are set like all others, by module and environment, and read typed or by name."""
    settings, faults = load(
        {"VASE_CATALOG_TAGS": "a,b", "VASE_CATALOG_DIR": "/srv"},
        files=catalog(),
        base='INSTALLED_APPS = ["catalog"]\nCATALOG_PAGE_SIZE = 50\n',
    )
    assert faults == []
    section = settings.section(sys.modules["catalog.settings"].CatalogSettings)
    assert (section.CATALOG_PAGE_SIZE, section.CATALOG_TAGS, str(section.CATALOG_DIR)) == (50, ["a", "b"], "/srv")
    assert settings.CATALOG_PAGE_SIZE == 50
    assert str(settings.origin("CATALOG_PAGE_SIZE")) == "config/settings/base.py:2"
    assert [step.value for step in settings.explain("CATALOG_PAGE_SIZE").steps] == ["20", "50"]
    assert "CATALOG_TAGS" in set(settings.names())


@pytest.mark.parametrize("entry", ["catalog.apps.CatalogConfig", "catalog.apps:CatalogConfig"])
def test_an_app_named_by_its_class(load, entry: str) -> None:
    """The settings belong to the package, however the app is named."""
    files = catalog() | {"catalog/apps.py": "class CatalogConfig: ...\n"}
    settings, faults = load(files=files, base=f'INSTALLED_APPS = ["{entry}"]\n')
    assert faults == []
    assert settings.CATALOG_PAGE_SIZE == 20


def test_values_of_an_app_are_checked(load) -> None:
    """Faults name the line, and a secret by its name stays hidden."""
    _, faults = load(
        files=catalog(),
        base='INSTALLED_APPS = ["catalog"]\nCATALOG_PAGE_SIZE = 0\nCATALOG_PAGE_SIZ = 1\nCATALOG_API_TOKEN = 12345\n',
    )
    assert [fault.render() for fault in faults] == [
        "config/settings/base.py:2: error[conf.E002]: setting `CATALOG_PAGE_SIZE` is `0`: expected at least 1",
        (
            "config/settings/base.py:3: error[conf.E001]: unknown setting `CATALOG_PAGE_SIZ`\n"
            "  hint: did you mean `CATALOG_PAGE_SIZE`?"
        ),
        "config/settings/base.py:4: error[conf.E002]: setting `CATALOG_API_TOKEN` is `********`: expected text",
    ]


def test_apps_of_the_environment_bring_their_settings(load) -> None:
    """The list of apps may come from a variable."""
    settings, faults = load({"VASE_INSTALLED_APPS": "catalog"}, files=catalog(), base="CATALOG_PAGE_SIZE = 3\n")
    assert faults == []
    assert settings.CATALOG_PAGE_SIZE == 3


@pytest.mark.parametrize(
    ("body", "message", "hint"),
    [
        (
            "DEBUG: bool = setting(False, 'x')",
            "setting `DEBUG` in `catalog.settings.Own` exists already",
            "begin its name with the label of the app",
        ),
        (
            "page_size: int = setting(1, 'x')",
            "setting `page_size` in `catalog.settings.Own` is not upper-case",
            "call it `PAGE_SIZE`",
        ),
        (
            "PAGE_SIZE: int",
            "setting `PAGE_SIZE` in `catalog.settings.Own` has no default",
            'write it like `= setting(20, "What it does.")`',
        ),
        (
            "PAGE_SIZE: int = setting('x', 'x')",
            (
                "the defaults in `catalog.settings.Own` are not valid: PAGE_SIZE: "
                "Input should be a valid integer [type=int_type]"
            ),
            None,
        ),
    ],
)
def test_a_group_that_cannot_be_used(load, body: str, message: str, hint: str | None) -> None:
    """A mistake of the app's author is told with the place of the class, and the site's settings stay."""
    files = catalog(f"from vase.conf import SettingsGroup, setting\n\nclass Own(SettingsGroup):\n    {body}\n")
    settings, (fault,) = load(files=files, base='INSTALLED_APPS = ["catalog"]\nDEBUG = True\n')
    assert (fault.code, fault.message, fault.hint, str(fault.place)) == (
        "conf.E009",
        message,
        hint,
        "catalog/settings.py:3",
    )
    assert settings.DEBUG is True


def test_a_settings_module_of_an_app_that_fails(load) -> None:
    """The place is the failing line of the app."""
    _, (fault,) = load(files=catalog("x = 1\n1 / 0\n"), base='INSTALLED_APPS = ["catalog"]\n')
    assert fault.render() == (
        "catalog/settings.py:2: error[conf.E009]: "
        "module `catalog.settings` fails while it is imported: ZeroDivisionError: division by zero"
    )


def test_apps_that_are_missing_or_broken_are_left_to_the_registry(load) -> None:
    """One mistake is told once, by the room that knows it."""
    _, faults = load(files={"bad/__init__.py": "1 / 0\n"}, base='INSTALLED_APPS = ["nix", "bad", "bad.x.Y", 3, ""]\n')
    assert [fault.code for fault in faults] == ["conf.E002"]


def test_the_settings_package_of_the_project_is_no_app(load) -> None:
    """The project's own package may be an app; its `settings` are those of the site."""
    settings, faults = load(base='INSTALLED_APPS = ["config"]\nDEBUG = True\n')
    assert faults == []
    assert settings.DEBUG is True


def test_groups_that_an_app_imports_are_not_its_own(load) -> None:
    """An app that looks at the settings of another does not declare them again."""
    files = catalog() | {
        "orders/__init__.py": "",
        "orders/settings.py": "from catalog.settings import CatalogSettings\n",
    }
    _, faults = load(files=files, base='INSTALLED_APPS = ["catalog", "orders"]\n')
    assert faults == []
