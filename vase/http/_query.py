"""The query of a URL as a mapping, for Python code that holds the text of one; a `Request` brings its own."""

from collections.abc import Iterable, Mapping
from urllib.parse import parse_qsl, urlencode

from vase.http._pairs import Pairs

__all__ = ["QueryParams"]

# The engine bounds the request line; this bounds what a text from elsewhere can cost.
_FIELDS_MAX = 1000


class QueryParams(Pairs[str]):
    """Query parameters that do not change; a name may come several times.

    `params["name"]` is the last value, as HTML forms expect; `getlist` gives all.

    Example:
        >>> QueryParams("tag=a&tag=b").getlist("tag")
        ['a', 'b']
    """

    __slots__ = ()

    def __init__(self, source: str | Mapping[str, object] | Iterable[tuple[str, object]] = "") -> None:
        if isinstance(source, str):
            text = source.removeprefix("?")
            self._pairs = parse_qsl(text, keep_blank_values=True, max_num_fields=_FIELDS_MAX)
            return
        pairs = source.items() if isinstance(source, Mapping) else source
        self._pairs = [(name, str(value)) for name, value in pairs]

    def __str__(self) -> str:
        return urlencode(self._pairs)

    def __repr__(self) -> str:
        return f"{type(self).__name__}({str(self)!r})"

    def __eq__(self, other: object) -> bool:
        if isinstance(other, QueryParams):
            return self._pairs == other._pairs
        return NotImplemented

    def __hash__(self) -> int:
        return hash(tuple(self._pairs))
