"""Settings: upper-case names of a Python module, typed and checked, each with the line it came from.

    # config/settings/base.py
    from vase.conf import env

    DEBUG = False
    INSTALLED_APPS = ["catalog"]
    DATABASES = {"default": env.database("DATABASE_URL", default="sqlite:///db.sqlite3")}

    # config/settings/development.py
    from config.settings.base import *

    DEBUG = True

A name that no group of `vase.conf.schema` and no app declares is refused with the nearest match. The environment
overrides the module: `VASE_<NAME>`, `DATABASE_URL`, `SECRET_KEY`. Values are strict: text is no number, a number is no
`bool`. Relative paths in settings start at `BASE_DIR`.
Codes: `conf.E001` to `conf.E010`, `conf.W001` to `conf.W007`.
"""

from vase.conf._choice import settings_module
from vase.conf._env import Env, env
from vase.conf._load import load_settings
from vase.conf._origins import Explanation, Origin, Step
from vase.conf._reference import SettingReference, reference
from vase.conf._rules import DEPLOY_CHECKS
from vase.conf._settings import Settings
from vase.conf.schema import DatabaseSettings, SettingsGroup, SettingValueError, setting

__all__ = [
    "DEPLOY_CHECKS",
    "DatabaseSettings",
    "Env",
    "Explanation",
    "Origin",
    "SettingReference",
    "SettingValueError",
    "Settings",
    "SettingsGroup",
    "Step",
    "env",
    "load_settings",
    "reference",
    "setting",
    "settings_module",
]
