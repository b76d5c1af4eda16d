"""Header fields: case-insensitive, several of one name, checked as they enter.

Field names are kept in lower case, as HTTP/2 and the engine want them; the order is kept because it can matter.
"""

import re
from collections.abc import Iterable, Iterator, Mapping, MutableMapping, Sequence
from functools import lru_cache
from typing import Self

from vase._core import FieldList
from vase.exceptions import quote
from vase.http._errors import HeaderError

__all__ = ["HeaderSource", "Headers", "MutableHeaders", "check_header", "checked_headers"]

type HeaderSource = Mapping[str, str] | Iterable[tuple[str, str]]
"""Where headers may come from: a mapping, or pairs when a name comes twice."""

# RFC 9110 section 5.1: a field name is a token. 5.5: a value has no control characters but the tab; octets above ASCII
# are `obs-text`, whose meaning no two receivers agree on, so they are refused here rather than garbled there.
_is_name = re.compile(r"[!#$%&'*+\-.^_`|~0-9A-Za-z]+").fullmatch
_is_value = re.compile(r"[\t\x20-\x7e]*").fullmatch


def check_header(name: str, value: str) -> tuple[str, str]:
    """Return a field as the engine takes it, the name in lower case.

    Raises:
        HeaderError: When the name is not a token or the value holds a line break, another control character or
            a character outside ASCII.
    """
    # The two methods answer for nearly every value, in a fifth of the expression's time; only a tab needs more.
    if not (value.isascii() and value.isprintable()) and not _is_value(value):
        raise HeaderError(
            f"header {quote(name)} has a character that may not stand in a header: {quote(value)}",
            code="http.E002",
            hint="write it with `urllib.parse.quote`; line breaks never belong into a header",
        )
    return _field_name(name), value


@lru_cache(maxsize=256)  # a program has few names, and each is checked once instead of with every answer
def _field_name(name: str) -> str:
    if not _is_name(name):
        raise HeaderError(f"not a header name: {quote(name)}", code="http.E001")
    return name.lower()


def checked_headers(source: HeaderSource) -> list[tuple[str, str]]:
    """Return the fields of a mapping or of pairs as a list that the engine takes."""
    # `dict` first: to ask an abstract class costs ten times as much.
    pairs = source.items() if isinstance(source, (dict, Mapping)) else source
    return [check_header(name, value) for name, value in pairs]


class Headers(FieldList, Mapping[str, str]):
    """Header fields that do not change.

    `headers["name"]` is the first field of that name in any case; `getlist` gives all of them.
    Iteration and `len` count each name once.

    Example:
        >>> Headers({"Content-Type": "text/plain"})["content-type"]
        'text/plain'
    """

    __slots__ = ()

    def __new__(cls, source: HeaderSource = ()) -> Self:
        """Keep the fields of a mapping or of pairs, each checked."""
        return FieldList.__new__(cls, checked_headers(source))

    @classmethod
    def received(cls, fields: Iterable[tuple[str, str]]) -> Self:
        """Take over fields that came over the wire: what is sent is checked, what was received may be any text."""
        return FieldList.__new__(cls, list(fields))

    def __iter__(self) -> Iterator[str]:
        return iter(dict.fromkeys(name for name, _ in self._pairs))

    def __len__(self) -> int:
        return len({name for name, _ in self._pairs})

    def __repr__(self) -> str:
        return f"{type(self).__name__}({self._pairs!r})"

    def __eq__(self, other: object) -> bool:
        if isinstance(other, Headers):
            return sorted(self._pairs) == sorted(other._pairs)
        return NotImplemented

    # Equal by value; the mutable one below could not be hashed, and one rule for both is easier to know.
    __hash__ = None  # type: ignore[assignment]

    def getlist(self, name: str) -> list[str]:
        """Return the values of all fields of one name, in order; none gives an empty list."""
        wanted = name.lower()
        return [value for field, value in self._pairs if field == wanted]

    def multi_items(self) -> list[tuple[str, str]]:
        """Return every field, in order, names in lower case."""
        return list(self._pairs)


class MutableHeaders(Headers, MutableMapping[str, str]):
    """The header fields of an answer, to read and to change.

    `Response.headers` is one over `Response.raw_headers`: changes go straight to that list.
    """

    __slots__ = ()

    def __setitem__(self, name: str, value: str) -> None:
        self._set(name, value)

    def __delitem__(self, name: str) -> None:
        wanted = name.lower()
        kept = [pair for pair in self._pairs if pair[0] != wanted]
        if len(kept) == len(self._pairs):
            raise KeyError(name)
        self._pairs[:] = kept

    def add(self, name: str, value: str) -> None:
        """Append a field and keep those that already have this name."""
        self._pairs.append(check_header(name, value))

    def setlist(self, name: str, values: Sequence[str]) -> None:
        """Replace all fields of one name by one field for each value."""
        fields = [check_header(name, value) for value in values]
        self.pop(name, None)
        self._pairs.extend(fields)

    def vary(self, *names: str) -> None:
        """Add names to `Vary`, each once: the request headers that this answer depends on.

        A cache that is not told would hand the answer to the wrong client.
        """
        known = [part.strip() for value in self.getlist("vary") for part in value.split(",") if part.strip()]
        have = {name.lower() for name in known}
        known += [name for name in dict.fromkeys(names) if name.lower() not in have]
        self["vary"] = "*" if "*" in known else ", ".join(known)
