"""The setting of the log."""

from collections.abc import Mapping
from typing import Annotated, Any, Literal

from pydantic import BeforeValidator, Field

from vase.conf.schema._fields import Options, SettingsGroup, setting

__all__ = ["LoggingOptions", "LoggingSettings"]

type LogLevel = Literal["DEBUG", "INFO", "WARNING", "ERROR", "CRITICAL"]


class LoggingOptions(Options):
    """How the process logs; a mapping with the key `version` is taken whole as one of `logging.config.dictConfig`."""

    level: LogLevel = Field(default="INFO", description="The least important level that is written.")
    format: Literal["auto", "console", "json"] = Field(
        default="auto",
        description="Lines for people or for machines; `auto` means people at a terminal, machines elsewhere.",
    )
    loggers: dict[str, LogLevel] = Field(default={}, description="Other levels for single loggers, by name.")
    dict_config: dict[str, Any] | None = Field(
        default=None, description="A whole configuration, in place of all the above."
    )


def _whole_configuration(value: object) -> object:
    return {"dict_config": dict(value)} if isinstance(value, Mapping) and "version" in value else value


class LoggingSettings(SettingsGroup):
    """What the process writes about its work."""

    LOGGING: Annotated[LoggingOptions, BeforeValidator(_whole_configuration)] = setting(
        LoggingOptions(),
        "How the process logs: `level`, `format`, `loggers`; or a mapping for `logging.config.dictConfig`.",
    )
