"""Values as an error page may show them: short, never failing, without secrets.

What is a secret is told by its name, in four places: the variable, the key of a mapping, the field in a `repr`, and the
password of a URL. A name can lie, so this belongs on a developer's screen and nowhere else.
"""

import re
import reprlib
from collections.abc import Mapping

__all__ = ["MASK", "is_secret", "masked_url", "show_value"]

MASK = "••••••"
_LENGTH_MAX = 600

_WORDS = (
    r"passw(?:or)?d|passphrase|passcode|secret|token|api_?key|private_?key|access_?key|signing_?key|auth|credential"
    r"|cookie|session|signature|csrf|otp|pwd|salt|dsn|jwt|bearer|card_?number|cvc|cvv|ssn"
)
_is_secret = re.compile(_WORDS, re.IGNORECASE).search
# These hold one of the words and are no secrets.
_is_harmless = re.compile(r"author(?!i)|authenticated$|session_?(?:age|name|maker)|max_tokens", re.IGNORECASE).search

_FIELD = re.compile(
    rf"""(?P<name>['"]?[\w-]*(?:{_WORDS})[\w-]*['"]?)(?P<sign>\s*[=:]\s*)"""
    r"""(?P<value>b?'(?:[^'\\]|\\.)*'?|b?"(?:[^"\\]|\\.)*"?|[^\s,()\[\]{}]+)""",
    re.IGNORECASE,
)
_PASSWORD_IN_URL = re.compile(r"(?P<user>[a-z][a-z0-9+.-]*://[^\s:/@'\"]*):[^\s/'\"]+@", re.IGNORECASE)


def is_secret(name: str) -> bool:
    """Say whether the name of a value promises that it is secret."""
    return _is_secret(name) is not None and _is_harmless(name) is None


def masked_url(text: str) -> str:
    """Return a text with the passwords of URLs in it masked."""
    return _PASSWORD_IN_URL.sub(rf"\g<user>:{MASK}@", text)


def show_value(name: str, value: object) -> str:
    """Return a value as text, masked when it or a part of it is secret."""
    if is_secret(name) and not callable(value):
        return MASK
    try:
        text = _Repr().repr(value)
    except Exception as error:  # noqa: BLE001  # a broken `__repr__` is no reason to lose the page
        return f"<{type(value).__name__}; its repr raises {type(error).__name__}>"
    text = masked_url(_FIELD.sub(_mask_field, text))
    return text if len(text) <= _LENGTH_MAX else f"{text[:_LENGTH_MAX]}…"


def _mask_field(match: re.Match[str]) -> str:
    if not is_secret(match["name"].strip("'\"")):
        return match[0]
    return f"{match['name']}{match['sign']}{MASK}"


class _Repr(reprlib.Repr):
    """The standard library's short repr, with the values of secret keys left out."""

    def __init__(self) -> None:
        super().__init__(
            maxlevel=4, maxdict=20, maxlist=20, maxtuple=20, maxset=20, maxstring=300, maxother=_LENGTH_MAX
        )

    def repr_dict(self, x: dict[object, object], level: int) -> str:
        """Write a dictionary; a secret value is not even looked at."""
        return super().repr_dict(_without_secrets(x), level)

    def repr_mappingproxy(self, x: Mapping[object, object], level: int) -> str:
        """Write a read-only mapping like the dictionary that it shows."""
        return f"mappingproxy({super().repr_dict(_without_secrets(x), level)})"


class _Masked:
    def __repr__(self) -> str:
        return MASK


def _without_secrets(mapping: Mapping[object, object]) -> dict[object, object]:
    return {key: _Masked() if isinstance(key, str) and is_secret(key) else value for key, value in mapping.items()}
