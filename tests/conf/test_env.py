import inspect
import os
from pathlib import Path

import pytest

from vase.checks import Place
from vase.conf import DatabaseSettings, env
from vase.exceptions import ImproperlyConfigured

ALL_SET = {
    "TEXT": "x",
    "WORD": "on",
    "NUMBER": "3",
    "PART": "0.5",
    "ITEMS": "a, b",
    "FILE": "/srv/x",
    "DATA": '{"a": 1}',
    "DATABASE_URL": "postgresql://u:p@h/n",
}


@pytest.fixture(autouse=True)
def environment(monkeypatch: pytest.MonkeyPatch) -> None:
    for name, text in ALL_SET.items():
        monkeypatch.setenv(name, text)
    monkeypatch.delenv("NOT_SET", raising=False)
    monkeypatch.setenv("EMPTY", "")


def test_each_type_has_its_method() -> None:
    """A variable becomes the type that the method names."""
    assert env.str("TEXT") == "x"
    assert env.bool("WORD") is True
    assert env.int("NUMBER") == 3
    assert env.float("PART") == 0.5
    assert env.list("ITEMS") == ["a", "b"]
    assert env.path("FILE") == Path("/srv/x")
    assert env.json("DATA") == {"a": 1}
    assert env.database() == DatabaseSettings.from_url("postgresql://u:p@h/n")


def test_defaults_are_given_back() -> None:
    """A variable that is not set gives the default; an empty one counts as not set, except as text."""
    assert env.str("NOT_SET", default=None) is None
    assert env.int("EMPTY", default=7) == 7
    assert env.str("EMPTY", default="x") == ""
    assert env.path("NOT_SET", default="a/b") == Path("a/b")
    assert env.database("NOT_SET", default="sqlite:///a.db").url == "sqlite:///a.db"


def test_options_of_a_database() -> None:
    """Keys that a URL has no place for stand beside it."""
    assert env.database(pool_size=20).pool_size == 20


def test_outside_of_a_load_a_missing_variable_is_raised() -> None:
    """In a script there is nobody who collects faults."""
    frame = inspect.currentframe()
    with pytest.raises(ImproperlyConfigured, match="environment variable `NOT_SET` is not set") as caught:
        env.int("NOT_SET")
    assert (caught.value.code, caught.value.hint) == ("conf.E006", "set `NOT_SET`, or give the line a `default=`")
    assert frame is not None
    assert caught.value.place == Place(__file__, frame.f_lineno - 3)


@pytest.mark.parametrize(
    ("read", "text"),
    [
        (lambda: env.int("TEXT"), "environment variable `TEXT` is `'x'`: expected a whole number"),
        (lambda: env.bool("TEXT"), "environment variable `TEXT` is `'x'`: expected one of `true`"),
        (lambda: env.float("TEXT"), "environment variable `TEXT` is `'x'`: expected a number"),
        (lambda: env.json("TEXT"), "environment variable `TEXT` is `'x'`: expected JSON"),
        (lambda: env.database("TEXT"), "environment variable `TEXT` is `'x'`: expected a database URL"),
        (
            lambda: env.database("NOT_SET", default="mysql://h/n"),
            "the default of environment variable `NOT_SET` is `'mysql://h/n'`: expected a database of the kind",
        ),
        (
            lambda: env.database(pool_size="x"),
            "environment variable `DATABASE_URL` is `'postgresql://u:********@h/n'`: option `'pool_size'`: ",
        ),
    ],
)
def test_a_wrong_text_is_raised_with_the_value(read, text: str) -> None:
    """The fault names the variable, shows its value and says what was expected."""
    with pytest.raises(ImproperlyConfigured) as caught:
        read()
    assert str(caught.value).startswith(text)
    assert caught.value.code == "conf.E005"


def test_faults_of_a_settings_module_are_collected(load) -> None:
    """The module runs on, every fault is told, and a placeholder is not blamed a second time."""
    settings, faults = load(
        {"THREADS": "many"},
        base="""
            from vase.conf import env
            DATABASES = {"default": env.database("SHOP_DATABASE")}
            THREADS_MAX = env.int("THREADS")
            EVENT_LOOP = env.str("SHOP_LOOP")
            TIME_ZONE = env.str("ZONE", default="UTC")
        """,
    )
    assert [fault.render() for fault in faults] == [
        (
            "config/settings/base.py:3: error[conf.E006]: environment variable `SHOP_DATABASE` is not set\n"
            "  hint: set `SHOP_DATABASE`, or give the line a `default=`"
        ),
        (
            "config/settings/base.py:4: error[conf.E005]: "
            "environment variable `THREADS` is `'many'`: expected a whole number"
        ),
        (
            "config/settings/base.py:5: error[conf.E006]: environment variable `SHOP_LOOP` is not set\n"
            "  hint: set `SHOP_LOOP`, or give the line a `default=`"
        ),
    ]
    assert str(settings.origin("TIME_ZONE")) == "config/settings/base.py:6 (reads ZONE)"


def test_a_load_reads_its_own_environment(load) -> None:
    """A load that is given an environment does not look at that of the process."""
    assert os.environ["TEXT"] == "x"
    _, faults = load({}, base='from vase.conf import env\nTIME_ZONE = env.str("TEXT")\n')
    assert [fault.code for fault in faults] == ["conf.E006"]


def test_secret_variables_are_masked(load) -> None:
    """A fault never prints a secret."""
    _, (fault,) = load({"API_TOKEN": "hunter2"}, base='from vase.conf import env\nx = env.int("API_TOKEN")\n')
    assert "hunter2" not in fault.render()
    assert "`********`" in fault.message
