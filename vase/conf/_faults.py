"""What Pydantic found, told the way Vase tells faults: the setting, the value, what was expected, the line.

Next door: `_masking.py` decides how much of a value may be shown.
"""

import re
from collections.abc import Mapping, Sequence
from typing import Any, Final

from pydantic.fields import FieldInfo
from pydantic_core import ErrorDetails

from vase.checks import CheckMessage, error
from vase.conf._masking import shown
from vase.conf._origins import Origin
from vase.conf.schema import SettingValueError, is_secret
from vase.exceptions import did_you_mean, quote

__all__ = ["environment_fault", "unknown_setting", "value_fault"]

_EXPECTED: Final[Mapping[str, str]] = {
    "bool_type": "`True` or `False`",
    "bool_parsing": "`True` or `False`",
    "int_type": "a whole number",
    "int_parsing": "a whole number",
    "int_from_float": "a whole number",
    "float_type": "a number",
    "float_parsing": "a number",
    "string_type": "text",
    "list_type": "a list",
    "dict_type": "a mapping",
    "mapping_type": "a mapping",
    "model_type": "a mapping",
    "model_attributes_type": "a mapping",
    "is_instance_of": "a {class}",
    "greater_than": "more than {gt}",
    "greater_than_equal": "at least {ge}",
    "less_than": "less than {lt}",
    "less_than_equal": "at most {le}",
    "literal_error": "{expected}",
    "enum": "{expected}",
    "missing": "this key",
    "string_too_short": "at least {min_length} characters",
    "string_too_long": "at most {max_length} characters",
    "string_pattern_mismatch": "text like `{pattern}`",
}
_OWN_NAME_HINT: Final = (
    "a name of your own begins with an underscore or is lower-case; an app declares its settings in its `settings.py`"
)


def unknown_setting(name: str, known: Sequence[str], origin: Origin) -> CheckMessage:
    """Return the fault of an upper-case name that no group declares."""
    hint = did_you_mean(name, known) or _OWN_NAME_HINT
    return error("conf.E001", f"unknown setting {quote(name)}", hint=hint, place=origin.place)


def value_fault(details: ErrorDetails, name: str, field: FieldInfo | None, origin: Origin) -> CheckMessage:
    """Return the fault of a value that a group refuses.

    Args:
        details: One error of Pydantic.
        name: The setting it is about.
        field: Its field.
        origin: Where the value was given.
    """
    path = _path(name, details["loc"][1:])
    if details["type"] == "extra_forbidden":
        *parents, key = details["loc"]
        message = f"setting `{_path(name, parents[1:])}` has an unknown key {quote(str(key))}"
        return _fault(message, _nearest_key(field, str(key)), origin)
    if details["type"] == "missing":
        *parents, key = details["loc"]
        return _fault(f"setting `{_path(name, parents[1:])}` has no key {quote(str(key))}", None, origin)
    expected, hint = _expectation(details, name, field)
    value = shown(
        _last_key(details), field if len(details["loc"]) == 1 or is_secret(name, field) else None, details["input"]
    )
    return _fault(f"setting `{path}` is {quote(value)}: {expected}", hint, origin)


def environment_fault(variable: str, text: str, field: FieldInfo, problem: SettingValueError) -> CheckMessage:
    """Return the fault of an environment variable whose text has not the form of the setting."""
    message = f"environment variable `{variable}` is {quote(shown(variable, field, text))}: {problem}"
    return error("conf.E005", message, hint=problem.hint)


def _fault(message: str, hint: str | None, origin: Origin) -> CheckMessage:
    if origin.kind == "environment":
        return error("conf.E005", f"environment variable `{origin.variable}`: {message}", hint=hint)
    return error("conf.E002", message, hint=hint, place=origin.place)


def _expectation(details: ErrorDetails, name: str, field: FieldInfo | None) -> tuple[str, str | None]:
    """Return what was expected, as the end of a sentence, and the hint."""
    context: dict[str, Any] = details.get("ctx", {})
    problem = context.get("error")
    if isinstance(problem, Exception):
        text = str(problem)
        return text[:1].lower() + text[1:], problem.hint if isinstance(problem, SettingValueError) else None
    template = _EXPECTED.get(details["type"])
    if template is None:
        return details["msg"][:1].lower() + details["msg"][1:], None
    given = details["input"]
    hint = None
    if details["type"] == "literal_error" and isinstance(given, str):
        hint = did_you_mean(given, re.findall(r"'([^']*)'", context["expected"]))
    elif details["type"] == "list_type" and isinstance(given, str) and not is_secret(name, field):
        hint = f"write `[{shown(name, field, given)}]`"
    expected = template.format_map(context)
    if details["type"] in {"literal_error", "enum"}:  # Pydantic puts the choices into quotation marks
        expected = expected.replace("'", "`")
    return f"expected {expected}", hint


def _path(name: str, parts: Sequence[int | str]) -> str:
    return name + "".join(f"[{part}]" if isinstance(part, int) else f".{part}" for part in parts)


def _last_key(details: ErrorDetails) -> str:
    return next((part for part in reversed(details["loc"]) if isinstance(part, str)), "")


def _nearest_key(field: FieldInfo | None, key: str) -> str | None:
    """Return the nearest key of whatever model the value of a setting is made of."""
    keys: set[str] = set()
    pending: list[Any] = [field.annotation] if field is not None else []
    while pending:
        annotation = pending.pop()
        keys |= set(getattr(annotation, "model_fields", {}))
        pending += getattr(annotation, "__args__", ())
    return did_you_mean(key, keys)
