"""Settings of templates and static files."""

from typing import Annotated, Any

from pydantic import BeforeValidator, Field

from vase.conf.schema._fields import (
    Directories,
    Directory,
    LowerCaseKeys,
    Options,
    SettingsGroup,
    UrlPrefix,
    setting,
)

__all__ = ["FilesSettings", "TemplateSettings"]


class TemplateSettings(Options):
    """One template engine of `TEMPLATES`; Django's upper-case keys are understood too."""

    dirs: Directories = Field(default=[], description="Directories that are searched before those of the apps.")
    app_dirs: bool = Field(default=True, description="Whether the `templates` directories of the apps are searched.")
    options: dict[str, Any] = Field(
        default={}, description="What the engine of Jinja takes: `trim_blocks`, `extensions` and so on."
    )


def _tuple_to_list(value: object) -> object:
    return list(value) if isinstance(value, tuple) else value


class FilesSettings(SettingsGroup):
    """Templates, and the files that are served as they are."""

    TEMPLATES: Annotated[list[Annotated[TemplateSettings, LowerCaseKeys]], BeforeValidator(_tuple_to_list)] = setting(
        [TemplateSettings()], "Template engines, asked in order."
    )
    STATIC_URL: UrlPrefix = setting("/static/", "The URL under which static files are found.")
    STATIC_ROOT: Directory | None = setting(
        None, "Where `collectstatic` gathers the static files of all apps for production."
    )
    STATICFILES_DIRS: Directories = setting([], "Directories with static files that belong to no app.")
