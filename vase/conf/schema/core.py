"""Settings of the project as a whole: what is installed, in which mode it runs, where and when it is."""

import zoneinfo
from pathlib import Path
from typing import Annotated

from pydantic import AfterValidator

from vase.conf.schema._fields import Directory, Names, SettingsGroup, SettingValueError, matching, setting
from vase.exceptions import did_you_mean

__all__ = ["CoreSettings"]


def _check_time_zone(value: str) -> str:
    try:
        zoneinfo.ZoneInfo(value)
    except (ValueError, OSError, zoneinfo.ZoneInfoNotFoundError):
        message = "expected a time zone of the IANA list"
        raise SettingValueError(message, hint=did_you_mean(value, zoneinfo.available_timezones())) from None
    return value


_LanguageCode = Annotated[
    str, AfterValidator(matching(r"[A-Za-z]{2,3}(-[A-Za-z0-9]{2,8})*", "expected a language tag like `en` or `pt-BR`"))
]


class CoreSettings(SettingsGroup):
    """The project: its apps, its mode, its language and clock."""

    DEBUG: bool = setting(
        default=False,
        description="Whether error pages show source and values. Never in production.",
    )
    BASE_DIR: Directory = setting(
        Path(),
        "The directory of the project; relative paths in settings start here. "
        "By default the directory that holds the package of the settings module.",
    )
    SECRET_KEY: str = setting(
        "",
        "The key that signs cookies and tokens: at least 50 random characters, different on every site.",
        secret=True,
    )
    SECRET_KEY_FALLBACKS: Names = setting(
        [], "Former keys: what they have signed is still accepted, nothing new is signed with them.", secret=True
    )
    INSTALLED_APPS: Names = setting(
        [], "The apps of the site, as dotted names of their packages or of their `AppConfig` classes."
    )
    ROOT_URLCONF: str | None = setting(
        None, "The module whose `urlpatterns` are the root of all URLs, like `config.urls`."
    )
    SILENCED_CHECKS: Names = setting([], "Codes of checks that are not to be told, like `conf.W002`.")
    TIME_ZONE: Annotated[str, AfterValidator(_check_time_zone)] = setting(
        "UTC", "The time zone in which dates and times are shown, by its name in the IANA list."
    )
    USE_TZ: bool = setting(default=True, description="Whether dates and times carry a time zone and are stored in UTC.")
    LANGUAGE_CODE: _LanguageCode = setting("en", "The language of the site, as a BCP 47 tag.")
