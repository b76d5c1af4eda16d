"""The URL of a database, taken apart. Next door: `data.py` (the typed settings it becomes)."""

from collections.abc import Mapping
from typing import Any, Final
from urllib.parse import parse_qsl, unquote, urlsplit

from vase.conf.schema._fields import SettingValueError
from vase.exceptions import did_you_mean

__all__ = ["parse_database", "parse_database_url"]

_ENGINES: Final[Mapping[str, str]] = {
    "sqlite": "sqlite",
    "sqlite3": "sqlite",
    "postgresql": "postgresql",
    "postgres": "postgresql",
    "psql": "postgresql",
}
_ENCODE: Final = "write special characters of the password as percent signs: `#` as `%23`, `/` as `%2F`, `@` as `%40`"
_EXAMPLE: Final = "write it like `sqlite:///db.sqlite3` or `postgresql://user:password@host:5432/name`"


def parse_database(value: object) -> object:
    """Turn what a user may write for one database into the keys of `DatabaseSettings`.

    A text is a URL. A mapping may hold a `url` and other keys beside it, and may use Django's upper-case keys.
    """
    if isinstance(value, str):
        return parse_database_url(value)
    if not isinstance(value, Mapping):
        return value
    keys = {str(key).lower(): item for key, item in value.items()}
    url = keys.pop("url", None)
    parsed = parse_database_url(url) if isinstance(url, str) else {}
    if isinstance(keys.get("engine"), str):
        keys["engine"] = _engine(keys["engine"].rpartition(".")[2])
    if isinstance(keys.get("port"), str):  # Django's documentation writes it as text, empty for the usual one
        keys["port"] = _port(keys["port"])
    if "name" in keys:
        keys["name"] = str(keys["name"])
    return parsed | {key: item for key, item in keys.items() if item != "" or key == "name"}


def parse_database_url(url: str) -> dict[str, Any]:
    """Return the keys of `DatabaseSettings` that a URL holds.

    Raises:
        SettingValueError: The text is not a URL, its scheme is unknown or its port is no number. The message never
            holds the URL, which may hold a password.
    """
    scheme, separator, rest = url.partition("://")
    if not separator:
        raise SettingValueError("expected a database URL", hint=_EXAMPLE)
    name, _, driver = scheme.partition("+")
    keys: dict[str, Any] = {"engine": _engine(name)} | ({"driver": driver} if driver else {})
    if keys["engine"] == "sqlite":
        return keys | _sqlite_keys(rest)
    try:
        parts = urlsplit(f"//{rest}", scheme="x")
        port = parts.port
    except ValueError:
        raise SettingValueError("expected a database URL with a port from 1 to 65535", hint=_ENCODE) from None
    if parts.fragment or "@" in parts.path:
        raise SettingValueError("expected a database URL without `#`, `/` or `?` in its password", hint=_ENCODE)
    options = dict(parse_qsl(parts.query, keep_blank_values=True))
    host = options.pop("host", None) or (unquote(parts.hostname) if parts.hostname else None)
    found = {
        "name": unquote(parts.path.removeprefix("/")),
        "user": None if parts.username is None else unquote(parts.username),
        "password": None if parts.password is None else unquote(parts.password),
        "host": host,
        "port": port,
    }
    return keys | {key: item for key, item in found.items() if item is not None} | {"options": options}


def _sqlite_keys(rest: str) -> dict[str, Any]:
    path, _, query = rest.partition("?")
    if path and not path.startswith("/"):
        raise SettingValueError("expected an SQLite URL with three slashes", hint=f"write `sqlite:///{path}`")
    return {"name": unquote(path[1:]), "options": dict(parse_qsl(query, keep_blank_values=True))}


def _engine(name: str) -> str:
    engine = _ENGINES.get(name.lower())
    if engine is None:
        hint = did_you_mean(name, ["sqlite", "postgresql"]) or _EXAMPLE
        raise SettingValueError("expected a database of the kind `sqlite` or `postgresql`", hint=hint)
    return engine


def _port(text: str) -> object:
    return int(text) if text.isdecimal() else (text or None)
