"""Who a client is, as a text to count or to keep things by."""

from collections.abc import Mapping
from datetime import date
from decimal import Decimal
from typing import Any, Final
from uuid import UUID

from vase.exceptions import quote
from vase.urls._errors import URLError

__all__ = ["identity_text"]

_PLAIN: Final = (str, int, UUID, Decimal, date)
_NAMES: Final = ("id", "pk", "sub")


def identity_text(identity: Any) -> str:
    """Return the text that stands for a client; it is the same for each request of one client.

    Texts, numbers and UUIDs stand for themselves, mappings and objects for their `id`, `pk` or `sub`. `None` and `True`
    are nobody in particular, and empty.

    Raises:
        URLError: When nothing tells this client from others.
    """
    if identity is None or identity is True:
        return ""
    if isinstance(identity, _PLAIN):
        return str(identity)
    for name in _NAMES:
        value = identity.get(name) if isinstance(identity, Mapping) else getattr(identity, name, None)
        if isinstance(value, _PLAIN):
            return str(value)
    raise URLError(
        f"nothing in {quote(type(identity).__qualname__)} tells one client from another",
        code="urls.E041",
        hint="return a text, a number, or something with an `id`; or pass `identity=`, a dependency that does",
    )
