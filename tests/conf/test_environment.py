import pytest

from vase.conf import load_settings


def loaded(**environ: str):
    settings, faults = load_settings(None, environ=environ)
    assert faults == []
    return settings


@pytest.mark.parametrize(
    ("name", "text", "value"),
    [
        ("DEBUG", "yes", True),
        ("DEBUG", "OFF", False),
        ("THREADS_MAX", "8", 8),
        ("SHUTDOWN_TIMEOUT_SECONDS", "2.5", 2.5),
        ("SHUTDOWN_TIMEOUT_SECONDS", "3", 3.0),
        ("ALLOWED_HOSTS", "a.example, b.example,", ["a.example", "b.example"]),
        ("ALLOWED_HOSTS", '["a.example"]', ["a.example"]),
        ("ALLOWED_HOSTS", "", []),
        ("LIVEZ_URL", "none", None),
        ("LIVEZ_URL", "/up", "/up"),
        ("CONCURRENCY_LIMIT", "12", 12),
        ("CONCURRENCY_LIMIT", "", None),
        ("RATE_LIMIT", "10/second", "10/second"),
        ("EVENT_LOOP", "asyncio", "asyncio"),
        ("TRUSTED_PROXIES", "10.1.2.3/8,::1", ["10.0.0.0/8", "::1/128"]),
        ("X_FRAME_OPTIONS", "null", None),
    ],
)
def test_text_becomes_the_type_of_the_setting(name: str, text: str, value: object) -> None:
    """Bool words, numbers, comma lists, JSON and `none` mean what they say."""
    settings = loaded(**{f"VASE_{name}": text})
    assert getattr(settings, name) == value
    assert str(settings.origin(name)) == f"environment variable VASE_{name}"


def test_a_mapping_is_json() -> None:
    """Settings with parts are given as JSON."""
    settings = loaded(VASE_LOGGING='{"level": "DEBUG"}', VASE_DATABASES='{"default": "postgresql://u:p@h/n"}')
    assert settings.LOGGING.level == "DEBUG"
    assert settings.DATABASES["default"].url == "postgresql://u:p@h/n"


@pytest.mark.parametrize(
    ("variable", "text", "fault"),
    [
        (
            "VASE_DEBUG",
            "maybe",
            (
                "environment variable `VASE_DEBUG` is `'maybe'`: "
                "expected one of `true`, `false`, `yes`, `no`, `on`, `off`, `1`, `0`"
            ),
        ),
        ("VASE_THREADS_MAX", "4x", "environment variable `VASE_THREADS_MAX` is `'4x'`: expected a whole number"),
        (
            "VASE_HTTP_IDLE_TIMEOUT_SECONDS",
            "",
            "environment variable `VASE_HTTP_IDLE_TIMEOUT_SECONDS` is `''`: expected a number",
        ),
        (
            "VASE_LOGGING",
            "{level}",
            (
                "environment variable `VASE_LOGGING` is `'{level}'`: expected a mapping as JSON "
                "(Expecting property name enclosed in double quotes, column 2)"
            ),
        ),
        (
            "VASE_THREADS_MAX",
            "0",
            "environment variable `VASE_THREADS_MAX`: setting `THREADS_MAX` is `0`: expected at least 1",
        ),
        (
            "DATABASE_URL",
            "mysql://u:hunter2@h/n",
            (
                "environment variable `DATABASE_URL`: setting `DATABASES.default` is `'mysql://u:********@h/n'`: "
                "expected a database of the kind `sqlite` or `postgresql`"
            ),
        ),
    ],
)
def test_a_wrong_text_names_the_variable(variable: str, text: str, fault: str) -> None:
    """Whoever deploys looks for a variable, not for a line of Python."""
    _, (found,) = load_settings(None, environ={variable: text})
    assert (found.code, found.message) == ("conf.E005", fault)


def test_a_misspelt_variable_is_told() -> None:
    """A variable that sets nothing and looks as if it should is a warning."""
    _, faults = load_settings(None, environ={"VASE_ALOWED_HOSTS": "x", "VASE_WORKER_FD": "3", "HOME": "/"})
    assert [fault.render() for fault in faults] == [
        (
            "warning[conf.W001]: environment variable `VASE_ALOWED_HOSTS` sets nothing\n"
            "  hint: did you mean `VASE_ALLOWED_HOSTS`?"
        )
    ]


def test_variables_that_choose_the_module_are_no_settings() -> None:
    """`VASE_ENV` and `VASE_SETTINGS_MODULE` have their own meaning."""
    loaded(VASE_ENV="prod", VASE_SETTINGS_MODULE="config.settings.production")


def test_the_conventional_variables() -> None:
    """`DATABASE_URL` and `SECRET_KEY` need no prefix; the prefixed one wins; an empty one counts as unset."""
    settings = loaded(DATABASE_URL="sqlite:///x.db", SECRET_KEY="one", VASE_SECRET_KEY="two")
    assert settings.DATABASES["default"].url == "sqlite:///x.db"
    assert settings.SECRET_KEY == "two"
    assert settings.origin("DATABASES").variable == "DATABASE_URL"
    assert loaded(DATABASE_URL="", SECRET_KEY="").DATABASES == {}


def test_database_url_replaces_the_default_alone(load) -> None:
    """Other databases of the module stay."""
    settings, faults = load(
        {"DATABASE_URL": "postgresql://h/n"},
        base='DATABASES = {"default": "sqlite://", "archive": "sqlite:////a.db"}\n',
    )
    assert faults == []
    assert {alias: database.url for alias, database in settings.DATABASES.items()} == {
        "default": "postgresql://h/n",
        "archive": "sqlite:////a.db",
    }
