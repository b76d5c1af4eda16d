"""The settings of Vase, in groups: the fields of each group are the names that a settings module may assign.

Every field has a default, a description and, where it measures something, a unit; the reference is made from them. An
app adds its own group in its `settings.py` as a subclass of `SettingsGroup`:

    class CatalogSettings(SettingsGroup):
        CATALOG_PAGE_SIZE: int = setting(20, "How many products a page of the list shows.", ge=1)
"""

from vase.conf.schema._database_url import parse_database_url
from vase.conf.schema._fields import SettingsGroup, SettingValueError, is_secret, setting, unit_of
from vase.conf.schema.api import ApiSettings
from vase.conf.schema.core import CoreSettings
from vase.conf.schema.data import DatabaseSettings, DataSettings
from vase.conf.schema.files import FilesSettings, TemplateSettings
from vase.conf.schema.http import HttpSettings
from vase.conf.schema.logging import LoggingOptions, LoggingSettings
from vase.conf.schema.platform import PlatformSettings
from vase.conf.schema.security import SecuritySettings

__all__ = [
    "ApiSettings",
    "CoreSettings",
    "DataSettings",
    "DatabaseSettings",
    "FilesSettings",
    "HttpSettings",
    "LoggingOptions",
    "LoggingSettings",
    "PlatformSettings",
    "SecuritySettings",
    "SettingValueError",
    "SettingsGroup",
    "TemplateSettings",
    "is_secret",
    "parse_database_url",
    "setting",
    "unit_of",
]
