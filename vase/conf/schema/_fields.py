"""What the groups are made of: their base class, the field with its description and unit, the shared value types."""

import ipaddress
import re
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Annotated, Any, Final, Literal

from pydantic import AfterValidator, BaseModel, BeforeValidator, ConfigDict, Field, SecretStr
from pydantic.fields import FieldInfo

__all__ = [
    "Directories",
    "Directory",
    "LowerCaseKeys",
    "Names",
    "Networks",
    "Options",
    "Rate",
    "SettingValueError",
    "SettingsGroup",
    "UrlPath",
    "UrlPrefix",
    "is_secret",
    "setting",
    "unit_of",
]

type Unit = Literal["seconds", "bytes", "bytes per second", "requests", "threads", "headers", "connections"]

_SECRET_WORDS: Final = re.compile(r"SECRET|PASSWORD|PASSWD|TOKEN|PRIVATE|API_?KEY|CREDENTIAL(?!S$)", re.IGNORECASE)


class SettingValueError(ValueError):
    """A value of the right type that cannot be right.

    Args:
        message: What was expected, as the end of the sentence "setting … is …: ".
        hint: The next step, when there is one.
    """

    def __init__(self, message: str, *, hint: str | None = None) -> None:
        super().__init__(message)
        self.hint = hint


class SettingsGroup(BaseModel):
    """The base of a group of settings: frozen, no unknown keys, no silent conversion of one type to another."""

    model_config = ConfigDict(
        frozen=True, extra="forbid", strict=True, validate_default=True, hide_input_in_errors=True
    )


class Options(BaseModel):
    """The base of a value with parts inside one setting, like one database of `DATABASES`."""

    model_config = ConfigDict(frozen=True, extra="forbid", strict=True, hide_input_in_errors=True)


def setting(default: object, description: str, *, unit: Unit | None = None, secret: bool = False, **limits: Any) -> Any:
    """Return the field of one setting.

    Args:
        default: Its value when neither a module nor the environment gives one.
        description: One or two sentences for the reference.
        unit: What the number counts.
        secret: Whether the value is masked wherever settings are shown.
        **limits: Limits that Pydantic knows: `ge`, `gt`, `le`, `lt`, `pattern`, `min_length`, `max_length`.
    """
    return Field(default, description=description, json_schema_extra={"unit": unit, "secret": secret}, **limits)


def is_secret(name: str, field: FieldInfo | None) -> bool:
    """Tell whether the value of a setting must be masked: it is marked so, typed so, or named like a secret."""
    if field is not None and isinstance(field.json_schema_extra, Mapping) and field.json_schema_extra.get("secret"):
        return True
    if field is not None and field.annotation is SecretStr:
        return True
    return _SECRET_WORDS.search(name) is not None and (field is None or field.annotation not in {bool, int, float})


def unit_of(field: FieldInfo) -> str | None:
    """Return what the number of a setting counts, when it counts something."""
    unit = field.json_schema_extra.get("unit") if isinstance(field.json_schema_extra, Mapping) else None
    return unit if isinstance(unit, str) else None


def _tuple_to_list(value: object) -> object:
    return list(value) if isinstance(value, tuple) else value


def _text_to_path(value: object) -> object:
    return Path(value) if isinstance(value, str) else value


def _lower_case_keys(value: object) -> object:
    """Accept Django's upper-case keys (`DIRS`, `NAME`) beside the lower-case ones of the typed form."""
    if not isinstance(value, Mapping):
        return value
    return {key.lower() if isinstance(key, str) else key: item for key, item in value.items()}


def _check_network(value: str) -> str:
    try:
        return str(ipaddress.ip_network(value, strict=False))
    except ValueError:
        message = "expected an address or a network like `10.0.0.0/8`"
        raise SettingValueError(message) from None


def _check_prefix(value: str) -> str:
    begins = value.startswith(("/", "https://", "http://"))
    if not begins or not value.endswith("/"):
        raise SettingValueError(
            "expected a URL that begins and ends with a slash", hint=f"write `{_slashed(value, begins=begins)}`"
        )
    return value


def _check_path(value: str) -> str:
    if not value.startswith("/") or any(character in value for character in "?#{}<> "):
        raise SettingValueError("expected a path that begins with a slash", hint=f"write `/{value.lstrip('/')}`")
    return value


def _check_rate(value: str) -> str:
    if re.fullmatch(r"[1-9][0-9]*/(second|minute|hour|day)", value) is None:
        raise SettingValueError(
            "expected a number and a period", hint="write it like `100/minute`; periods: second, minute, hour, day"
        )
    return value


def _slashed(value: str, *, begins: bool) -> str:
    return f"{value if begins else '/' + value}{'' if value.endswith('/') else '/'}"


def matching(pattern: str, expected: str) -> Callable[[str], str]:
    """Return a validator for text of one form.

    Args:
        pattern: A regular expression for the whole text.
        expected: What to say when the text is another.
    """
    compiled = re.compile(pattern)

    def check(value: str) -> str:
        if compiled.fullmatch(value) is None:
            raise SettingValueError(expected)
        return value

    return check


LowerCaseKeys = BeforeValidator(_lower_case_keys)
Names = Annotated[list[str], BeforeValidator(_tuple_to_list)]
Directory = Annotated[Path, BeforeValidator(_text_to_path)]
Directories = Annotated[list[Directory], BeforeValidator(_tuple_to_list)]
Networks = Annotated[list[Annotated[str, AfterValidator(_check_network)]], BeforeValidator(_tuple_to_list)]
UrlPrefix = Annotated[str, AfterValidator(_check_prefix)]
UrlPath = Annotated[str, AfterValidator(_check_path)]
Rate = Annotated[str, AfterValidator(_check_rate)]
