"""`env`: how a settings module reads the environment, so that a fault is told with its line instead of a traceback."""

import builtins
import json as json_format
from collections.abc import Callable
from pathlib import Path
from typing import Any, Final, overload

from pydantic import ValidationError

from vase.checks import CheckMessage, caller_place, error, quote
from vase.conf._masking import shown
from vase.conf._parsing import parse_bool, parse_float, parse_int, parse_list
from vase.conf._reading import Read, Reading, current_reading
from vase.conf.schema import DatabaseSettings, SettingValueError, parse_database_url
from vase.exceptions import ImproperlyConfigured

__all__ = ["Env", "Required", "env"]


class Required:
    """The type of `REQUIRED`: there is no default, the variable must be set."""

    def __repr__(self) -> str:
        return "REQUIRED"


REQUIRED: Final = Required()


class Env:
    """Reads environment variables in settings modules.

    While settings are loaded, a missing or malformed variable becomes a fault with the line that asked for it, the
    module runs on, and all faults are told together. Anywhere else the same fault is raised at once.

    Example:
        DEBUG = env.bool("SHOP_DEBUG", default=False)
        DATABASES = {"default": env.database("DATABASE_URL", default="sqlite:///db.sqlite3")}
    """

    @overload
    def str(self, name: builtins.str) -> builtins.str: ...
    @overload
    def str[D](self, name: builtins.str, *, default: D) -> builtins.str | D: ...
    def str(self, name: builtins.str, *, default: object = REQUIRED) -> object:
        """Return the text of a variable."""
        return _read(name, default, lambda text: text, "")

    @overload
    def bool(self, name: builtins.str) -> builtins.bool: ...
    @overload
    def bool[D](self, name: builtins.str, *, default: D) -> builtins.bool | D: ...
    def bool(self, name: builtins.str, *, default: object = REQUIRED) -> object:
        """Return True for `1 true yes on`, False for `0 false no off`."""
        return _read(name, default, parse_bool, placeholder=False)

    @overload
    def int(self, name: builtins.str) -> builtins.int: ...
    @overload
    def int[D](self, name: builtins.str, *, default: D) -> builtins.int | D: ...
    def int(self, name: builtins.str, *, default: object = REQUIRED) -> object:
        """Return a whole number."""
        return _read(name, default, parse_int, 0)

    @overload
    def float(self, name: builtins.str) -> builtins.float: ...
    @overload
    def float[D](self, name: builtins.str, *, default: D) -> builtins.float | D: ...
    def float(self, name: builtins.str, *, default: object = REQUIRED) -> object:
        """Return a number."""
        return _read(name, default, parse_float, 0.0)

    @overload
    def list(self, name: builtins.str) -> builtins.list[builtins.str]: ...
    @overload
    def list[D](self, name: builtins.str, *, default: D) -> builtins.list[builtins.str] | D: ...
    def list(self, name: builtins.str, *, default: object = REQUIRED) -> object:
        """Return the items of a list with commas, or of a JSON list."""
        return _read(name, default, parse_list, [])

    @overload
    def path(self, name: builtins.str) -> Path: ...
    @overload
    def path[D](self, name: builtins.str, *, default: D) -> Path | D: ...
    def path(self, name: builtins.str, *, default: object = REQUIRED) -> object:
        """Return a path; a default given as text becomes one too."""
        return _read(name, Path(default) if isinstance(default, str) else default, Path, Path())

    @overload
    def json(self, name: builtins.str) -> Any: ...
    @overload
    def json[D](self, name: builtins.str, *, default: D) -> Any: ...
    def json(self, name: builtins.str, *, default: object = REQUIRED) -> Any:
        """Return what a JSON text means."""
        return _read(name, default, _parse_json, None)

    def database(
        self, name: builtins.str = "DATABASE_URL", *, default: builtins.str | Required = REQUIRED, **options: Any
    ) -> DatabaseSettings:
        """Return the database that a URL names.

        Args:
            name: The variable with the URL.
            default: The URL when the variable is not set.
            **options: Further keys of `DatabaseSettings`, like `pool_size=20`.
        """

        def parse(url: builtins.str) -> DatabaseSettings:
            try:
                return DatabaseSettings.model_validate({**parse_database_url(url), **options})
            except ValidationError as problem:
                fault = problem.errors(include_url=False, include_context=False)[0]
                message = f"option `{'.'.join(map(repr, fault['loc']))}`: {fault['msg'].lower()}"
                raise SettingValueError(message) from None

        found = _read(name, default, parse, DatabaseSettings(), is_url=True)
        return found if isinstance(found, DatabaseSettings) else DatabaseSettings()


def _read(
    name: str, default: object, parse: Callable[[str], object], placeholder: object, *, is_url: bool = False
) -> object:
    """Read one variable for the line that called a method of `Env`.

    An empty variable counts as one that is not set, except where text is wanted: a shell has no other way to unset one.
    """
    look = current_reading()
    place = caller_place(2)
    text = look.environ.get(name)
    is_set = text is not None and (text != "" or placeholder == "")
    look.reads.append(Read(name, place, is_set))
    if text is None or not is_set:
        if isinstance(default, Required):
            message, hint = f"environment variable `{name}` is not set", f"set `{name}`, or give the line a `default=`"
            return _tell(look, error("conf.E006", message, hint=hint, place=place), placeholder)
        if not is_url:
            return default
        text, subject = str(default), f"the default of environment variable `{name}`"
    else:
        subject = f"environment variable `{name}`"
    try:
        return parse(text)
    except SettingValueError as problem:
        message = f"{subject} is {quote(shown(name, None, text))}: {problem}"
        return _tell(look, error("conf.E005", message, hint=problem.hint, place=place), placeholder)


def _tell(look: Reading, fault: CheckMessage, placeholder: object) -> object:
    """Collect a fault and go on with a value of the right type, or raise it when nobody collects."""
    if not look.collects:
        raise ImproperlyConfigured(fault.message, code=fault.code, hint=fault.hint, place=fault.place)
    look.faults.append(fault)
    return placeholder


def _parse_json(text: str) -> object:
    try:
        return json_format.loads(text)
    except ValueError as problem:
        message = f"expected JSON ({problem})"
        raise SettingValueError(message) from None


env: Final = Env()
