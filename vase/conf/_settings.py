"""The settings of one application: all groups in one frozen, typed object that knows where each value came from."""

from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING, Any, Final, Self

from pydantic import PrivateAttr
from pydantic.fields import FieldInfo

from vase.checks import CheckMessage
from vase.conf._faults import unknown_setting
from vase.conf._masking import shown
from vase.conf._origins import DEFAULT, Explanation, Origin, Step
from vase.conf._validation import validate_group
from vase.conf.schema import (
    ApiSettings,
    CoreSettings,
    DataSettings,
    FilesSettings,
    HttpSettings,
    LoggingSettings,
    PlatformSettings,
    SecuritySettings,
    SettingsGroup,
)
from vase.exceptions import ConfigurationError, VaseError, did_you_mean, quote

__all__ = ["GROUPS", "Settings"]

GROUPS: Final[Mapping[str, type[SettingsGroup]]] = {
    "core": CoreSettings,
    "http": HttpSettings,
    "security": SecuritySettings,
    "data": DataSettings,
    "files": FilesSettings,
    "api": ApiSettings,
    "logging": LoggingSettings,
    "platform": PlatformSettings,
}


class Settings(
    CoreSettings,
    HttpSettings,
    SecuritySettings,
    DataSettings,
    FilesSettings,
    ApiSettings,
    LoggingSettings,
    PlatformSettings,
):
    """Every setting of one application, frozen.

    `load_settings` makes it from a settings module and the environment. Settings that an app adds are read with their
    types through `section`, or by name like all others.

    Example:
        settings.DEBUG
        settings.section(CatalogSettings).CATALOG_PAGE_SIZE
        print(settings.explain("DEBUG").render())
    """

    _steps: dict[str, tuple[Step, ...]] = PrivateAttr(default_factory=dict)
    _origins: dict[str, Origin] = PrivateAttr(default_factory=dict)
    _sections: dict[type[SettingsGroup], SettingsGroup] = PrivateAttr(default_factory=dict)

    def section[G: SettingsGroup](self, group: type[G]) -> G:
        """Return the settings that an app declares in its `settings.py`.

        Args:
            group: The class that the app declares.

        Raises:
            VaseError: No installed app declares it (`conf.E010`).
        """
        found = self._sections.get(group)
        if isinstance(found, group):
            return found
        raise VaseError(
            f"no installed app declares the settings `{group.__module__}.{group.__qualname__}`",
            code="conf.E010",
            hint="add the app to `INSTALLED_APPS`",
        )

    def names(self) -> Iterator[str]:
        """Yield the name of every setting, those of apps last."""
        for group in (type(self), *self._sections):
            yield from group.model_fields

    def origin(self, name: str) -> Origin:
        """Return where the value of a setting was given.

        Raises:
            VaseError: No group declares the name (`conf.E001`).
        """
        self._field(name)
        return self._origins.get(name, DEFAULT)

    def shown(self, name: str) -> str:
        """Return the value of a setting as text, secrets masked.

        Raises:
            VaseError: No group declares the name (`conf.E001`).
        """
        return shown(name, self._field(name), getattr(self, name))

    def explain(self, name: str) -> Explanation:
        """Return the chain that led to the value of a setting: default, lines of modules, environment.

        Raises:
            VaseError: No group declares the name (`conf.E001`).
        """
        field = self._field(name)
        default = Step(DEFAULT, shown(name, field, field.get_default(call_default_factory=True, validated_data={})))
        steps = (default, *self._steps.get(name, ()))
        origin = self.origin(name)
        winner = max((index for index, step in enumerate(steps) if step.origin == origin), default=0)
        return Explanation(name, self.shown(name), steps, field.description or "", winner)

    def replace(self, **changes: object) -> Self:
        """Return other settings with some values changed, for a test or a second application.

        Args:
            **changes: Values by the names of their settings.

        Raises:
            ConfigurationError: With every change that is not right.
        """
        argument = Origin("argument")
        known = list(self.names())
        unknown = [unknown_setting(name, known, argument) for name in changes if name not in known]
        origins = self._origins | dict.fromkeys(changes, argument)
        values = {name: getattr(self, name) for name in self._origins if name not in changes} | changes
        steps = {name: (Step(argument, shown(name, None, value)),) for name, value in changes.items()}
        made, faults = build_settings(type(self), values, origins, tuple(self._sections))
        if unknown or faults:
            raise ConfigurationError([*unknown, *faults])
        made._steps = self._steps | {name: self._steps.get(name, ()) + step for name, step in steps.items()}  # noqa: SLF001
        return made

    def _field(self, name: str) -> FieldInfo:
        for group in (type(self), *self._sections):
            if name in group.model_fields:
                return group.model_fields[name]
        raise VaseError(f"unknown setting {quote(name)}", code="conf.E001", hint=did_you_mean(name, self.names()))

    def __repr_args__(self) -> Iterator[tuple[str, Any]]:
        """Show what was set, secrets masked: these lines end up in logs and tracebacks."""
        for name in self._origins:
            yield name, _Shown(self.shown(name))

    if not TYPE_CHECKING:  # a type checker must keep refusing names that no group declares

        def __getattr__(self, name: str) -> object:
            if name.isupper():
                for section in self._sections.values():
                    if name in type(section).model_fields:
                        return getattr(section, name)
            return super().__getattr__(name)


class _Shown:
    """Text that is its own `repr`."""

    def __init__(self, text: str) -> None:
        self._text = text

    def __repr__(self) -> str:
        return self._text


def build_settings[S: Settings](
    cls: type[S],
    values: Mapping[str, object],
    origins: Mapping[str, Origin],
    sections: tuple[type[SettingsGroup], ...],
) -> tuple[S, list[CheckMessage]]:
    """Return settings made of raw values, and the fault of every value that had to be left out.

    Args:
        cls: The class of the settings.
        values: Raw values by name.
        origins: Where each value was given.
        sections: The groups that apps declare.
    """
    settings, faults = validate_group(cls, {name: values[name] for name in cls.model_fields if name in values}, origins)
    for group in sections:
        own = {name: values[name] for name in group.model_fields if name in values}
        settings._sections[group], found = validate_group(group, own, origins)  # noqa: SLF001
        faults += found
    taken = settings.model_fields_set.union(*(section.model_fields_set for section in settings._sections.values()))  # noqa: SLF001
    settings._origins.update({name: origin for name, origin in origins.items() if name in taken})  # noqa: SLF001
    return settings, faults
