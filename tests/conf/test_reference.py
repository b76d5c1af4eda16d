from vase.conf import Settings, SettingsGroup, reference, setting


def test_every_setting_has_a_row_with_a_description() -> None:
    """The reference is complete: one row a setting, none without a sentence."""
    rows = list(reference())
    assert {row.name for row in rows if "." not in row.name} == set(Settings.model_fields)
    assert [row.name for row in rows if not row.description.endswith(".")] == []


def test_numbers_have_a_unit() -> None:
    """A number that measures something says what."""
    rows = {row.name: row for row in reference()}
    names = [name for name in rows if name.endswith(("_SECONDS", "_BYTES", "_LIMIT")) and name != "RATE_LIMIT"]
    assert [name for name in names if rows[name].unit is None] == []
    assert rows["DATA_UPLOAD_MAX_MEMORY_SIZE"].unit == "bytes"


def test_a_row_in_words() -> None:
    """Types and defaults are written as one would write them."""
    rows = {row.name: row for row in reference()}
    assert (rows["LIVEZ_URL"].group, rows["LIVEZ_URL"].type, rows["LIVEZ_URL"].default) == (
        "platform",
        "str | None",
        "'/livez'",
    )
    assert rows["EVENT_LOOP"].type == "'vase' | 'asyncio'"
    assert rows["DATABASES"].type == "dict[str, DatabaseSettings]"
    assert rows["DATABASES.port"].type == "int | None"
    assert rows["MIDDLEWARE"].type == "list[str]"


def test_groups_of_apps_have_rows_too() -> None:
    """An app's page of the reference is made the same way."""

    class OwnSettings(SettingsGroup):
        OWN_SIZE: int = setting(3, "A size.", unit="bytes")

    row = list(reference([OwnSettings]))[-1]
    assert (row.name, row.type, row.default, row.description, row.unit) == ("OWN_SIZE", "int", "3", "A size.", "bytes")
