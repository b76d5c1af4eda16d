import os
import subprocess
import sys

import pytest

from vase.conf import Settings, load_settings


def test_defaults_are_enough() -> None:
    """Without a module and an environment every setting has its default."""
    settings, faults = load_settings(None, environ={})
    assert faults == []
    assert settings == Settings()
    assert {settings.origin(name).kind for name in settings.names()} == {"default"}


def test_a_module_on_a_base(load) -> None:
    """A module star-imports its base; the last assignment wins, and each value keeps its own line."""
    settings, faults = load(
        base='DEBUG = False\nALLOWED_HOSTS = ["example.com"]\n',
        middle="from config.settings.base import *\n\nTHREADS_MAX = 4\n",
        development="from .middle import *\n\nDEBUG = True\n",
    )
    assert faults == []
    assert (settings.DEBUG, settings.ALLOWED_HOSTS, settings.THREADS_MAX) == (True, ["example.com"], 4)
    assert [str(settings.origin(name)) for name in ("DEBUG", "ALLOWED_HOSTS", "THREADS_MAX")] == [
        "config/settings/development.py:3",
        "config/settings/base.py:2",
        "config/settings/middle.py:3",
    ]
    assert settings.origin("DEBUG").module == "config.settings.development"


def test_two_modules_on_one_base(load) -> None:
    """Loading a second module does not change what the first one gave."""
    base = "INSTALLED_APPS = []\n"
    first, _ = load(base=base, development='from .base import *\nINSTALLED_APPS += ["config"]\n')
    second, _ = load(base=base, test='from .base import *\nINSTALLED_APPS += ["config.settings"]\n')
    assert (first.INSTALLED_APPS, second.INSTALLED_APPS) == (["config"], ["config.settings"])


def test_an_unknown_name_is_refused_with_its_line_and_the_nearest(faults) -> None:
    """A misspelt setting is never lost in silence."""
    assert faults(base='DEBUG = True\nALOWED_HOSTS = ["x"]\n', development="from .base import *\n") == [
        (
            "config/settings/base.py:2: error[conf.E001]: unknown setting `ALOWED_HOSTS`\n"
            "  hint: did you mean `ALLOWED_HOSTS`?"
        )
    ]


def test_an_unknown_name_that_is_near_to_nothing(faults) -> None:
    """Who wants a name of his own learns how to write it."""
    (text,) = faults(base="PLUGH_XYZZY = 1\n")
    assert text.endswith(
        "hint: a name of your own begins with an underscore or is lower-case; "
        "an app declares its settings in its `settings.py`"
    )


def test_names_that_are_no_settings(faults) -> None:
    """Lower-case names, names with an underscore and imports from other projects are the module's own affair."""
    assert (
        faults(base="from datetime import UTC\n_MB = 1024\nsize = 2 * _MB\nDATA_UPLOAD_MAX_MEMORY_SIZE = size\n") == []
    )


def test_an_imported_name_of_the_project_is_a_setting(faults) -> None:
    """A name taken from another module of the project is judged like an assignment there."""
    assert faults(base="A_SECRET = 1\nDEBUG = True\n", development="from .base import A_SECRET, DEBUG\n")[0].startswith(
        "config/settings/base.py:1: error[conf.E001]: unknown setting `A_SECRET`"
    )


@pytest.mark.parametrize(
    ("line", "text"),
    [
        ('DEBUG = "no"', "setting `DEBUG` is `'no'`: expected `True` or `False`"),
        ("DEBUG = 1", "setting `DEBUG` is `1`: expected `True` or `False`"),
        ("THREADS_MAX = 0", "setting `THREADS_MAX` is `0`: expected at least 1"),
        ("THREADS_MAX = '4'", "setting `THREADS_MAX` is `'4'`: expected a whole number"),
        ("THREADS_MAX = True", "setting `THREADS_MAX` is `True`: expected a whole number"),
        ("SLOW_HANDLER_SECONDS = 0", "setting `SLOW_HANDLER_SECONDS` is `0`: expected more than 0"),
        ("ALLOWED_HOSTS = ['a', 3]", "setting `ALLOWED_HOSTS[1]` is `3`: expected text"),
        (
            "RATE_LIMIT = '100 a day'",
            (
                "setting `RATE_LIMIT` is `'100 a day'`: expected a number and a period\n"
                "  hint: write it like `100/minute`; periods: second, minute, hour, day"
            ),
        ),
        (
            "ALLOWED_HOSTS = 'example.com'",
            "setting `ALLOWED_HOSTS` is `'example.com'`: expected a list\n  hint: write `['example.com']`",
        ),
        (
            "EVENT_LOOP = 'vaze'",
            "setting `EVENT_LOOP` is `'vaze'`: expected `vase` or `asyncio`\n  hint: did you mean `vase`?",
        ),
        (
            "TIME_ZONE = 'Europe/Berln'",
            (
                "setting `TIME_ZONE` is `'Europe/Berln'`: expected a time zone of the IANA list\n"
                "  hint: did you mean `Europe/Berlin`?"
            ),
        ),
        (
            "TRUSTED_PROXIES = ['10.0.0.0/99']",
            "setting `TRUSTED_PROXIES[0]` is `'10.0.0.0/99'`: expected an address or a network like `10.0.0.0/8`",
        ),
        (
            "STATIC_URL = 'static'",
            (
                "setting `STATIC_URL` is `'static'`: expected a URL that begins and ends with a slash\n"
                "  hint: write `/static/`"
            ),
        ),
        (
            "LIVEZ_URL = 'livez'",
            "setting `LIVEZ_URL` is `'livez'`: expected a path that begins with a slash\n  hint: write `/livez`",
        ),
        ("LANGUAGE_CODE = 'e'", "setting `LANGUAGE_CODE` is `'e'`: expected a language tag like `en` or `pt-BR`"),
        (
            "TEMPLATES = [{'DIRZ': []}]",
            "setting `TEMPLATES[0]` has an unknown key `dirz`\n  hint: did you mean `dirs`?",
        ),
        ("LOGGING = {'level': 'LOUD'}", "setting `LOGGING.level` is `'LOUD'`: expected "),
        (
            "DATABASES = {'default': {'name': 'x', 'port': 'abc'}}",
            "setting `DATABASES.default.port` is `'abc'`: expected a whole number",
        ),
        ("DATABASES = {'default': 3}", "setting `DATABASES.default` is `3`: expected a mapping"),
    ],
)
def test_a_wrong_value_names_path_value_and_line(faults, line: str, text: str) -> None:
    """Values are strict, and the fault says what was expected where."""
    (found,) = faults(base=f"\n{line}\n")
    assert found.startswith(f"config/settings/base.py:2: error[conf.E002]: {text}")


def test_a_refused_value_leaves_the_default(load) -> None:
    """Settings are complete even with faults, so that whatever looks at them next can tell its own."""
    settings, faults = load(base="THREADS_MAX = 'x'\nDEBUG = True\n")
    assert len(faults) == 1
    assert (settings.THREADS_MAX, settings.DEBUG) == (40, True)
    assert settings.origin("THREADS_MAX").kind == "default"
    assert settings.explain("THREADS_MAX").render() == (
        "THREADS_MAX = 40\n→ default                    40\n  config/settings/base.py:1  'x' (refused)"
    )


def test_all_faults_at_once_from_top_to_bottom(load) -> None:
    """One run tells everything: names, values, environment."""
    _, found = load(
        {"VASE_DEBUG": "maybe"},
        base='TIME_ZON = "UTC"\nTHREADS_MAX = 0\n',
        development="""
            from .base import *
            from vase.conf import env
            STATIC_URL = "s"
            SECRET_KEY = env.str("SHOP_KEY")
        """,
    )
    assert [(fault.code, fault.place and fault.place.line) for fault in found] == [
        ("conf.E001", 1),
        ("conf.E002", 2),
        ("conf.E002", 4),
        ("conf.E006", 5),
        ("conf.E005", None),
    ]


def test_a_missing_module(project) -> None:
    """A settings module that does not exist is told with the nearest one; defaults hold."""
    project({"config/__init__.py": "", "config/settings/__init__.py": "", "config/settings/development.py": ""})
    settings, (fault,) = load_settings("config.settings.developmnt", environ={})
    assert fault.render() == (
        "error[conf.E003]: the settings module `config.settings.developmnt` does not exist: "
        "package `config.settings` has no module `developmnt`\n"
        "  hint: did you mean `development`?"
    )
    assert settings == Settings()


@pytest.mark.parametrize("name", ["", "a..b", "con fig"])
def test_a_module_name_that_is_none(name: str) -> None:
    """What cannot be the name of a module does not exist."""
    _, (fault,) = load_settings(name, environ={})
    assert fault.code == "conf.E003"


def test_an_error_in_the_module(faults) -> None:
    """An exception is told with the line of the settings module, not with a traceback."""
    assert faults(base='DEBUG = True\nX = {}["x"]\n', development="from .base import *\n") == [
        (
            "config/settings/base.py:2: error[conf.E004]: "
            "the settings module `config.settings.development` fails while it is imported: KeyError: 'x'"
        )
    ]


def test_an_error_below_the_module(faults) -> None:
    """When the error comes from a library, the place is the line of the settings that called it."""
    (text,) = faults(base='import json\nX = json.loads("{")\n')
    assert text.startswith("config/settings/base.py:2: error[conf.E004]: ")


def test_a_syntax_error(faults) -> None:
    """A line that Python cannot read is told like any other."""
    (text,) = faults(base="DEBUG = True\nALLOWED_HOSTS = = []\n", development="from .base import *\n")
    assert text == (
        "config/settings/base.py:2: error[conf.E004]: "
        "the settings module `config.settings.development` fails while it is imported: SyntaxError: invalid syntax"
    )


def test_a_missing_import_in_the_module(faults) -> None:
    """A settings module that imports what is not there exists all the same."""
    (text,) = faults(base="import nosuchthing\n")
    assert text.startswith("config/settings/base.py:1: error[conf.E004]: ")


def test_the_arm_that_ran_is_the_origin(load) -> None:
    """Of two literals in the arms of an `if`, the one with the value counts."""
    settings, _ = load(base="if True:\n    DEBUG = True\nelse:\n    DEBUG = False\n")
    assert settings.origin("DEBUG").line == 2


def test_a_value_changed_in_place_has_the_line_of_the_change(load) -> None:
    """`+=`, an item and a method are assignments to whoever looks for the value."""
    settings, _ = load(
        base="INSTALLED_APPS = []\nMIDDLEWARE = []\nDATABASES = {}\n",
        development="""
            from .base import *
            INSTALLED_APPS += ["config"]
            MIDDLEWARE.append("config.mw")
            DATABASES["default"] = "sqlite://"
        """,
    )
    assert [settings.origin(name).line for name in ("INSTALLED_APPS", "MIDDLEWARE", "DATABASES")] == [3, 4, 5]


def test_a_module_without_a_line(load) -> None:
    """What was assigned in a way that cannot be read from the source still has its file."""
    settings, faults = load(base='globals()["DEBUG"] = True\n')
    assert faults == []
    assert str(settings.origin("DEBUG")) == "config/settings/base.py"


def test_modules_star_importing_each_other(load) -> None:
    """A circle of star imports ends."""
    settings, _ = load(base="DEBUG = True\nfrom .other import *\n", other="from .base import *\nUSE_TZ = False\n")
    assert settings.USE_TZ is False


def test_contradicting_settings(faults) -> None:
    """Two settings that are right alone may be wrong together."""
    assert faults(base='CORS_ALLOWED_ORIGINS = ["*"]\nCORS_ALLOW_CREDENTIALS = True\n') == [
        (
            "config/settings/base.py:1: error[conf.E008]: `CORS_ALLOW_CREDENTIALS` is on while `CORS_ALLOWED_ORIGINS` "
            "holds `*`: any site could act as its visitor\n"
            "  hint: name the origins that may send cookies"
        )
    ]


def test_values_given_in_code_win(load) -> None:
    """Arguments are stronger than environment and module, and are checked like them."""
    settings, faults = load_settings(
        None, environ={"VASE_DEBUG": "off"}, overrides={"DEBUG": True, "THREADS_MAX": "x", "DEBUGG": 1}
    )
    assert settings.DEBUG is True
    assert settings.origin("DEBUG").kind == "argument"
    assert [(fault.code, fault.hint) for fault in faults] == [
        ("conf.E001", "did you mean `DEBUG`?"),
        ("conf.E002", None),
    ]


def test_relative_paths_begin_at_the_project(load, tmp_path) -> None:
    """A command may be run from any directory: files are found from the directory of the project."""
    settings, faults = load(
        base="""
            STATIC_ROOT = "static"
            STATICFILES_DIRS = ["assets", "/srv/assets"]
            TEMPLATES = [{"dirs": ["templates"]}]
            DATABASES = {"default": "sqlite:///db.sqlite3", "memory": "sqlite://", "pg": "postgresql:///db"}
        """
    )
    assert faults == []
    assert tmp_path == settings.BASE_DIR
    assert tmp_path / "static" == settings.STATIC_ROOT
    assert [str(path) for path in settings.STATICFILES_DIRS] == [str(tmp_path / "assets"), "/srv/assets"]
    assert settings.TEMPLATES[0].dirs == [tmp_path / "templates"]
    assert settings.DATABASES["default"].url == f"sqlite:///{tmp_path}/db.sqlite3"
    assert settings.DATABASES["memory"].url == "sqlite://"
    assert settings.DATABASES["pg"].url == "postgresql:///db"


def test_the_directory_of_the_project_can_be_set(load, tmp_path) -> None:
    """`BASE_DIR` of the module wins over the guess."""
    settings, _ = load(base='BASE_DIR = "/srv/site"\nSTATIC_ROOT = "static"\n')
    assert str(settings.STATIC_ROOT) == "/srv/site/static"


def test_a_single_file_module(project, tmp_path) -> None:
    """A site may have one settings file beside `manage.py`."""
    project({"settings.py": "DEBUG = True\n"})
    settings, faults = load_settings("settings", environ={})
    assert (faults, settings.DEBUG, settings.BASE_DIR) == ([], True, tmp_path)


def test_loading_again_reads_the_environment_again(load) -> None:
    """Two loads in one process do not share what `env` read, and leave imported modules as they were."""
    code = 'from vase.conf import env\nTIME_ZONE = env.str("ZONE", default="UTC")\n'
    first, _ = load({"ZONE": "Europe/Berlin"}, base=code, development="from .base import *\n")
    imported = sys.modules["config.settings.base"]
    second, _ = load_settings("config.settings.development", environ={"ZONE": "Asia/Tokyo"})
    assert (first.TIME_ZONE, second.TIME_ZONE) == ("Europe/Berlin", "Asia/Tokyo")
    assert sys.modules["config.settings.base"] is imported
    assert sys.modules["config.settings"].base is imported


def test_modules_of_apps_are_not_run_again(load) -> None:
    """A settings module may take a name of an app; loading it again would define models twice."""
    files = {"catalog/__init__.py": "", "catalog/models.py": "TABLES = ['one']\nTIME_ZONE = 'UTC'\n"}
    load(files=files, base="from catalog.models import TIME_ZONE\n")
    models = sys.modules["catalog.models"]
    load_settings("config.settings.base", environ={})
    assert sys.modules["catalog.models"] is models


def test_the_environment_of_the_process_is_the_default(project) -> None:
    """Without `environ` the environment of the process counts, as it is at that moment."""
    project({"settings.py": ""})
    code = "from vase.conf import load_settings; print(load_settings('settings')[0].DEBUG)"
    done = subprocess.run(
        [sys.executable, "-c", code], env=os.environ | {"VASE_DEBUG": "yes"}, capture_output=True, text=True, check=True
    )
    assert done.stdout == "True\n"
