"""Cookies as RFC 6265bis writes them: made and checked here, read by the engine.

A cookie that a browser would silently drop (a wrong prefix, `SameSite=None` without `Secure`) is an error where it
is set.
"""

import re
from datetime import UTC, datetime
from email.utils import format_datetime
from typing import Literal, TypedDict

from vase.exceptions import quote
from vase.http._errors import CookieError

__all__ = ["CookieOptions", "SameSite", "cookie_key", "dump_cookie", "needs_secure"]

type SameSite = Literal["lax", "strict", "none"]
"""When a browser sends a cookie with requests that other sites cause."""

# RFC 6265bis section 4.1.1: a name is a token, a value is made of cookie-octets: no space, quote, comma, semicolon or
# backslash.
_is_name = re.compile(r"[!#$%&'*+\-.^_`|~0-9A-Za-z]+").fullmatch
_is_value = re.compile(r"[\x21\x23-\x2b\x2d-\x3a\x3c-\x5b\x5d-\x7e]*").fullmatch
_is_domain = re.compile(r"\.?[0-9A-Za-z](?:[0-9A-Za-z.-]*[0-9A-Za-z])?").fullmatch
_is_path = re.compile(r"/[\x20-\x3a\x3c-\x7e]*").fullmatch

# Section 5.6 steps 5 and 6: what is longer is dropped by the browser.
_PAIR_MAX = 4096
_ATTRIBUTE_MAX = 1024

_SAME_SITE = {"lax": "Lax", "strict": "Strict", "none": "None"}
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


class CookieOptions(TypedDict, total=False):
    """The attributes of a cookie; each may be left out.

    Attributes:
        max_age: Seconds until the browser forgets the cookie; left out, it lives as long as the session of the browser.
        expires: The same as a moment, with a time zone; `max_age` wins.
        path: Below which path the browser sends it; `/` when left out.
        domain: For which domain and all below it; left out, for this host alone, which is narrower and better.
        secure: Sent over https alone.
        httponly: Hidden from scripts.
        samesite: `lax` when left out; None leaves the attribute out and the choice to the browser.
        partitioned: Kept apart for each site that embeds this one (CHIPS).
    """

    max_age: int | None
    expires: datetime | None
    path: str
    domain: str | None
    secure: bool
    httponly: bool
    samesite: SameSite | None
    partitioned: bool


def dump_cookie(name: str, value: str, options: CookieOptions) -> str:
    """Return the value of a `Set-Cookie` field.

    Raises:
        CookieError: When a browser would refuse or misread it.
    """
    if not _is_name(name):
        raise CookieError(f"not a cookie name: {quote(name)}", code="http.E003")
    if not _is_value(value):
        raise CookieError(
            f"cookie {quote(name)} has a value with a character that no cookie may hold",
            code="http.E004",
            hint="encode the value, for example with `urllib.parse.quote`",
        )
    if len(name) + len(value) > _PAIR_MAX:
        raise CookieError(
            f"cookie {quote(name)} is {len(name) + len(value)} bytes long; browsers drop more than {_PAIR_MAX}",
            code="http.E004",
            hint="keep the data on the server and only its key in the cookie",
        )
    _check_prefix(name, options)
    return "; ".join([f"{name}={value}", *_attributes(name, options)])


def cookie_key(header: str) -> tuple[str, str, str]:
    """Return what makes a cookie the same cookie for a browser: its name, domain and path."""
    pair, _, rest = header.partition(";")
    attributes: dict[str, str] = {}
    for part in rest.split(";"):
        key, _, value = part.strip().partition("=")
        attributes[key.lower()] = value
    return pair.partition("=")[0], attributes.get("domain", "").lower(), attributes.get("path", "/")


def needs_secure(name: str) -> bool:
    """Say whether the name promises `Secure`: it begins with `__Host-` or `__Secure-`."""
    return name.lower().startswith(("__host-", "__secure-"))


def _attributes(name: str, options: CookieOptions) -> list[str]:
    return [*_lifetime(name, options), *_scope(name, options), *_protection(name, options)]


def _scope(name: str, options: CookieOptions) -> list[str]:
    parts: list[str] = []
    domain = options.get("domain")
    if domain is not None:
        if not _is_domain(domain) or len(domain) > _ATTRIBUTE_MAX:
            raise _refused(name, "domain", domain)
        parts.append(f"Domain={domain.removeprefix('.')}")
    path = options.get("path", "/")
    if not _is_path(path) or len(path) > _ATTRIBUTE_MAX:
        raise _refused(name, "path", path)
    parts.append(f"Path={path}")
    return parts


def _protection(name: str, options: CookieOptions) -> list[str]:
    parts: list[str] = []
    samesite = options.get("samesite", "lax")
    secure = options.get("secure", False)
    if secure:
        parts.append("Secure")
    if options.get("httponly", False):
        parts.append("HttpOnly")
    if samesite is not None:
        if samesite not in _SAME_SITE:
            raise _refused(name, "samesite", samesite)
        if samesite == "none" and not secure:
            raise _insecure(name, 'samesite="none"')
        parts.append(f"SameSite={_SAME_SITE[samesite]}")
    if options.get("partitioned", False):
        if not secure:
            raise _insecure(name, "partitioned=True")
        parts.append("Partitioned")
    return parts


def _lifetime(name: str, options: CookieOptions) -> list[str]:
    parts: list[str] = []
    max_age, expires = options.get("max_age"), options.get("expires")
    if max_age is not None:
        if max_age <= 0 and expires is None:
            # Old clients know `Expires` alone, and to forget a cookie is the one case where it matters.
            expires = _EPOCH
        parts.append(f"Max-Age={int(max_age)}")
    if expires is not None:
        if expires.tzinfo is None:
            raise _refused(name, "expires", expires, hint="give it a time zone: `datetime.now(UTC) + …`")
        parts.append(f"Expires={format_datetime(expires.astimezone(UTC), usegmt=True)}")
    return parts


def _check_prefix(name: str, options: CookieOptions) -> None:
    # RFC 6265bis section 4.1.3; browsers compare the prefix without regard to case.
    if needs_secure(name) and not options.get("secure", False):
        raise _insecure(name, "its prefix")
    if name.lower().startswith("__host-") and (options.get("domain") is not None or options.get("path", "/") != "/"):
        raise CookieError(
            f"cookie {quote(name)}: the prefix `__Host-` allows no domain and only the path `/`",
            code="http.E005",
            hint="leave `domain` and `path` out, or use the prefix `__Secure-`",
        )


def _insecure(name: str, reason: str) -> CookieError:
    message = f"cookie {quote(name)}: browsers drop it, because {reason} asks for `Secure`"
    return CookieError(message, code="http.E005", hint="add `secure=True`")


def _refused(name: str, option: str, value: object, hint: str | None = None) -> CookieError:
    message = f"cookie {quote(name)} cannot have this `{option}`: {quote(value)}"
    return CookieError(message, code="http.E006", hint=hint)
