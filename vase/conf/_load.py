"""A settings module, the environment and the schema become one `Settings` and a list of everything that is wrong.

Nothing here raises for a mistake of the user. The order of strength, weakest first: default of the schema, settings
module, `DATABASE_URL` and `SECRET_KEY`, `VASE_<NAME>`, arguments given in code.
"""

import os
from collections.abc import Mapping

from pydantic.fields import FieldInfo

from vase.checks import CheckMessage, Place, warning
from vase.conf._anchoring import anchored
from vase.conf._app_settings import find_app_settings
from vase.conf._faults import environment_fault, unknown_setting
from vase.conf._modules import Gathered, run_module
from vase.conf._origins import Origin
from vase.conf._parsing import parse_text
from vase.conf._reading import Reading, reading
from vase.conf._rules import consistency
from vase.conf._settings import Settings, build_settings
from vase.conf.schema import SettingsGroup, SettingValueError
from vase.exceptions import did_you_mean, quote

__all__ = ["load_settings"]

_PREFIX = "VASE_"


def load_settings(
    module: str | None,
    *,
    environ: Mapping[str, str] = os.environ,
    overrides: Mapping[str, object] | None = None,
) -> tuple[Settings, list[CheckMessage]]:
    """Load the settings of one application.

    Args:
        module: Dotted name of the settings module, like `config.settings.development`; None for no module.
        environ: The environment: what `env` reads in the module, and what overrides it.
        overrides: Values given in code, stronger than everything else.

    Returns:
        The settings, with defaults in place of what was refused, and every fault that was found.
    """
    gathered = Gathered()
    with reading(environ) as look:
        if module is not None:
            run_module(module, look, gathered)
        installed = _installed_apps(gathered.values, environ, overrides or {})
        groups, faults = find_app_settings(installed, frozenset(Settings.model_fields), settings_module=module)
    gathered.faults += [*look.faults, *faults]
    fields = dict(Settings.model_fields)
    for group in groups:
        fields |= group.model_fields
    _refuse_unknown(gathered, fields)
    _take_environment(gathered, environ, fields)
    for name, value in (overrides or {}).items():
        if name in fields:
            gathered.set(name, value, Origin("argument"), fields[name])
        else:
            gathered.faults.append(unknown_setting(name, list(fields), Origin("argument")))
    return _finish(gathered, tuple(groups), look)


def _finish(
    gathered: Gathered, groups: tuple[type[SettingsGroup], ...], look: Reading
) -> tuple[Settings, list[CheckMessage]]:
    settings, refused = build_settings(Settings, gathered.values, gathered.origins, groups)
    # The placeholder of a variable that was missing is not a second mistake of the user.
    told = {fault.place for fault in look.faults}
    gathered.faults += [fault for fault in refused if fault.place is None or fault.place not in told]
    settings._steps.update({name: tuple(steps) for name, steps in gathered.steps.items()})  # noqa: SLF001
    gathered.faults += consistency(settings)
    return anchored(settings), sorted(gathered.faults, key=_reading_order)


def _reading_order(fault: CheckMessage) -> tuple[bool, Place]:
    """Put faults with a line first, file by file and from top to bottom."""
    return (fault.place is None, fault.place or Place(""))


def _installed_apps(
    values: Mapping[str, object], environ: Mapping[str, str], overrides: Mapping[str, object]
) -> list[str]:
    """Return the apps before they are checked: their settings must be known to check anything."""
    apps: object = overrides.get("INSTALLED_APPS", values.get("INSTALLED_APPS", []))
    if "INSTALLED_APPS" not in overrides and f"{_PREFIX}INSTALLED_APPS" in environ:
        try:
            apps = parse_text(environ[f"{_PREFIX}INSTALLED_APPS"], list[str])
        except SettingValueError:
            return []
    return [app for app in apps if isinstance(app, str)] if isinstance(apps, list | tuple) else []


def _refuse_unknown(gathered: Gathered, fields: Mapping[str, FieldInfo]) -> None:
    for name in [name for name in gathered.values if name not in fields]:
        gathered.faults.append(unknown_setting(name, list(fields), gathered.origins[name]))
        del gathered.values[name]


def _take_environment(gathered: Gathered, environ: Mapping[str, str], fields: Mapping[str, FieldInfo]) -> None:
    if environ.get("SECRET_KEY"):
        gathered.set(
            "SECRET_KEY", environ["SECRET_KEY"], Origin("environment", variable="SECRET_KEY"), fields["SECRET_KEY"]
        )
    if environ.get("DATABASE_URL"):
        databases = gathered.values.get("DATABASES", {})
        merged = {**databases} if isinstance(databases, Mapping) else {}
        merged["default"] = environ["DATABASE_URL"]
        gathered.set("DATABASES", merged, Origin("environment", variable="DATABASE_URL"), fields["DATABASES"])
    for variable, text in environ.items():
        name = variable.removeprefix(_PREFIX)
        if name == variable or name in {"ENV", "SETTINGS_MODULE"}:
            continue
        if name in fields:
            try:
                value = parse_text(text, fields[name].annotation)
            except SettingValueError as problem:
                gathered.faults.append(environment_fault(variable, text, fields[name], problem))
            else:
                gathered.set(name, value, Origin("environment", variable=variable), fields[name])
        elif hint := did_you_mean(variable, [_PREFIX + known for known in fields]):
            message = f"environment variable {quote(variable)} sets nothing"
            gathered.faults.append(warning("conf.W001", message, hint=hint))
