import pytest
from pydantic import ValidationError

from vase.conf import Settings, SettingsGroup, load_settings, setting
from vase.exceptions import ConfigurationError, VaseError

SECRET = "x7-very-secret-key"


def test_settings_are_frozen() -> None:
    """Nobody changes the settings of a running application."""
    with pytest.raises(ValidationError, match="frozen"):
        Settings().DEBUG = True


def test_mutable_defaults_are_not_shared() -> None:
    """Two applications in one process have their own lists."""
    assert Settings().ALLOWED_HOSTS is not Settings().ALLOWED_HOSTS


def test_explain_tells_the_whole_chain(load) -> None:
    """Default, each line of each module, environment: the last one won."""
    settings, _ = load({"VASE_DEBUG": "no"}, base="DEBUG = False\n", development="from .base import *\nDEBUG = True\n")
    assert settings.explain("DEBUG").render() == (
        "DEBUG = False\n"
        "  default                           False\n"
        "  config/settings/base.py:1         False\n"
        "  config/settings/development.py:2  True\n"
        "→ environment variable VASE_DEBUG   False"
    )
    assert settings.explain("DEBUG").description.startswith("Whether error pages")


def test_explain_of_a_default() -> None:
    """What nobody set is the default of the schema."""
    assert Settings().explain("USE_TZ").render() == "USE_TZ = True\n→ default  True"


def test_a_line_that_was_replaced_in_its_module(load) -> None:
    """The value of a line that another replaced is told when it can be read, else left open."""
    settings, _ = load(base="THREADS_MAX = 2\nTHREADS_MAX = 2 * 4\nTHREADS_MAX = 16\n")
    assert [step.value for step in settings.explain("THREADS_MAX").steps] == ["40", "2", "…", "16"]


@pytest.mark.parametrize("ask", ["origin", "explain", "shown"])
def test_asking_for_an_unknown_name(ask: str) -> None:
    """A misspelt name is told with the nearest one."""
    with pytest.raises(VaseError, match="unknown setting `DEBUGG`") as caught:
        getattr(Settings(), ask)("DEBUGG")
    assert (caught.value.code, caught.value.hint) == ("conf.E001", "did you mean `DEBUG`?")


def test_secrets_are_masked_everywhere(load) -> None:
    """Keys and passwords are in no text that settings make of themselves, nor in a fault."""
    settings, faults = load(
        {"DATABASE_URL": f"postgresql://u:{SECRET}@h/n"},
        base=f"""
            SECRET_KEY = "{SECRET}"
            SECRET_KEY_FALLBACKS = ["{SECRET}"]
            DATABASES = {{"b": {{"url": "postgresql://h/n", "PASSWORD": "{SECRET}"}}}}
            LOGGING = {{"version": 1, "filters": {{"f": {{"token": "{SECRET}"}}}}}}
        """,
    )
    assert faults == []
    names = ("SECRET_KEY", "SECRET_KEY_FALLBACKS", "DATABASES", "LOGGING")
    texts = [repr(settings), str(settings), *(settings.explain(name).render() for name in names)]
    assert all(SECRET not in text for text in texts)
    assert settings.DATABASES["b"].password == settings.SECRET_KEY == SECRET
    assert settings.shown("SECRET_KEY") == "********"


@pytest.mark.parametrize(
    "line",
    [
        f"SECRET_KEY = ['{SECRET}']",
        f"SECRET_KEY_FALLBACKS = '{SECRET}'",
        f"DATABASES = {{'default': 'mysql://u:{SECRET}@h/n'}}",
        f"DATABASES = {{'default': 'u:{SECRET}@h/n'}}",
        f"DATABASES = {{'default': 'postgresql://u:{SECRET}#@h/n'}}",
        f"DATABASES = {{'default': {{'name': 'n', 'password': ['{SECRET}']}}}}",
        f"DATABASES = {{'default': ['postgresql://u:{SECRET}@h/n']}}",
    ],
)
def test_faults_do_not_print_secrets(load, line: str) -> None:
    """A value may be wrong and secret at once."""
    settings, faults = load(base=f"{line}\n")
    assert len(faults) == 1
    assert SECRET not in faults[0].render()
    assert SECRET not in settings.explain(line.partition(" ")[0]).render()


def test_replace_checks_what_it_changes(load) -> None:
    """Other settings for a test are checked like those of a module, keep the rest and know what changed."""
    settings, _ = load(base="THREADS_MAX = 2\n")
    changed = settings.replace(DEBUG=True)
    assert (changed.DEBUG, changed.THREADS_MAX, settings.DEBUG) == (True, 2, False)
    assert changed.origin("DEBUG").kind == "argument"
    assert str(changed.origin("THREADS_MAX")) == "config/settings/base.py:1"
    assert [step.value for step in changed.explain("DEBUG").steps] == ["False", "True"]
    with pytest.raises(ConfigurationError) as caught:
        settings.replace(DEBUG="no", THREADS_MAX=0)
    assert [fault.code for fault in caught.value.messages] == ["conf.E002", "conf.E002"]
    with pytest.raises(ConfigurationError) as caught:
        settings.replace(DEBUGG=True)
    assert caught.value.messages[0].hint == "did you mean `DEBUG`?"


def test_settings_of_no_installed_app() -> None:
    """A group that nobody declares has no values."""

    class Strange(SettingsGroup):
        STRANGE: int = setting(1, "Nothing.")

    with pytest.raises(VaseError, match="no installed app declares the settings") as caught:
        load_settings(None, environ={})[0].section(Strange)
    assert (caught.value.code, caught.value.hint) == ("conf.E010", "add the app to `INSTALLED_APPS`")


def test_a_name_that_no_group_declares() -> None:
    """Reading a misspelt setting is an error of Python, as a type checker says before."""
    with pytest.raises(AttributeError):
        getattr(Settings(), "ALOWED_HOSTS")  # noqa: B009
