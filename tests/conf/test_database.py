import pytest
from pydantic import ValidationError

from vase.conf import DatabaseSettings, Settings, SettingValueError


@pytest.mark.parametrize(
    ("url", "parts"),
    [
        ("sqlite://", ("sqlite", None, "", None, None, None, None)),
        ("sqlite:///:memory:", ("sqlite", None, ":memory:", None, None, None, None)),
        ("sqlite:///db.sqlite3", ("sqlite", None, "db.sqlite3", None, None, None, None)),
        ("sqlite:////srv/my db.sqlite3", ("sqlite", None, "/srv/my db.sqlite3", None, None, None, None)),
        ("postgresql://h/n", ("postgresql", None, "n", None, None, "h", None)),
        ("postgresql+asyncpg://u:p@h:5433/n", ("postgresql", "asyncpg", "n", "u", "p", "h", 5433)),
        ("postgresql://u@[::1]:5432/n", ("postgresql", None, "n", "u", None, "::1", 5432)),
        ("postgresql://u:%23%2F%40@h/n", ("postgresql", None, "n", "u", "#/@", "h", None)),
    ],
)
def test_a_url_is_taken_apart_and_put_together_again(url: str, parts: tuple[object, ...]) -> None:
    """What a URL says is what the driver gets."""
    found = DatabaseSettings.from_url(url)
    assert (found.engine, found.driver, found.name, found.user, found.password, found.host, found.port) == parts
    assert DatabaseSettings.from_url(found.url) == found


def test_other_spellings() -> None:
    """Platforms write `postgres://`; SQLAlchemy does not read it."""
    assert DatabaseSettings.from_url("postgres://u:p@h/n?sslmode=require").url == "postgresql://u:p@h/n?sslmode=require"


def test_a_unix_socket() -> None:
    """The directory of a socket stands behind the question mark."""
    found = DatabaseSettings.from_url("postgresql://u@/n?host=/run/postgresql")
    assert (found.host, found.options) == ("/run/postgresql", {})
    assert found.url == "postgresql://u@/n?host=%2Frun%2Fpostgresql"


def test_the_password_is_hidden_in_every_text() -> None:
    """Only `url` holds it."""
    found = DatabaseSettings.from_url("postgresql://u:hunter2@h/n")
    assert (str(found), repr(found)) == (
        "postgresql://u:********@h/n",
        "DatabaseSettings('postgresql://u:********@h/n')",
    )
    assert found.url == "postgresql://u:hunter2@h/n"


@pytest.mark.parametrize(
    ("url", "text", "hint"),
    [
        ("db.sqlite3", "expected a database URL", "write it like `sqlite:///db.sqlite3`"),
        ("sqlite://db.sqlite3", "expected an SQLite URL with three slashes", "write `sqlite:///db.sqlite3`"),
        ("mysql://h/n", "expected a database of the kind `sqlite` or `postgresql`", "write it like `sqlite:///"),
        ("postgressql://h/n", "expected a database of the kind `sqlite` or `postgresql`", "did you mean `postgresql`?"),
        ("postgresql://h:99999/n", "expected a database URL with a port from 1 to 65535", "write special characters"),
        ("postgresql://u:1/2@h/n", "expected a database URL without `#`, `/` or `?` in its password", "write special"),
    ],
)
def test_a_wrong_url_is_explained_without_showing_it(url: str, text: str, hint: str) -> None:
    """The hint is the line to write; the URL, which may hold a password, is not repeated."""
    with pytest.raises(SettingValueError) as caught:
        DatabaseSettings.from_url(url)
    assert str(caught.value) == text
    assert caught.value.hint is not None
    assert caught.value.hint.startswith(hint)


@pytest.mark.parametrize(
    "value",
    [
        "postgresql://u:p@h:5432/n",
        {"url": "postgresql://u:p@h:5432/n"},
        {"engine": "postgresql", "name": "n", "user": "u", "password": "p", "host": "h", "port": 5432},
        {
            "ENGINE": "django.db.backends.postgresql",
            "NAME": "n",
            "USER": "u",
            "PASSWORD": "p",
            "HOST": "h",
            "PORT": "5432",
        },
        DatabaseSettings.from_url("postgresql://u:p@h:5432/n"),
    ],
)
def test_all_forms_of_one_database(value: object) -> None:
    """A URL, a mapping, Django's mapping and the typed form are the same."""
    settings = Settings().replace(DATABASES={"default": value})
    assert settings.DATABASES["default"] == DatabaseSettings.from_url("postgresql://u:p@h:5432/n")


def test_a_mapping_adds_to_its_url() -> None:
    """Sizes of the pool stand beside the URL; empty values of Django's form count as not given."""
    value = {"url": "postgresql://h/n", "pool_size": 20, "PORT": "", "USER": ""}
    database = Settings().replace(DATABASES={"default": value}).DATABASES["default"]
    assert (database.pool_size, database.port, database.user) == (20, None, None)


def test_names_may_be_paths(tmp_path) -> None:
    """`NAME: BASE_DIR / "db.sqlite3"` is the form that everybody knows."""
    value = {"ENGINE": "sqlite3", "NAME": tmp_path / "db"}
    database = Settings().replace(DATABASES={"default": value}).DATABASES["default"]
    assert database.url == f"sqlite:///{tmp_path}/db"


@pytest.mark.parametrize(
    ("url", "is_memory"),
    [("sqlite://", True), ("sqlite:///:memory:", True), ("sqlite:///a.db", False), ("postgresql:///", False)],
)
def test_databases_in_memory(url: str, is_memory: bool) -> None:
    """Migrating and pooling depend on whether the data outlives a connection."""
    assert DatabaseSettings.from_url(url).is_memory is is_memory


def test_limits_of_the_parts() -> None:
    """Ports and pools have limits."""
    with pytest.raises(ValidationError):
        DatabaseSettings(port=0)
