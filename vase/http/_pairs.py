"""Names with values where a name may come several times: what queries and forms have in common."""

from collections.abc import Iterator, Mapping

__all__ = ["Pairs"]


class Pairs[T](Mapping[str, T]):
    """A mapping over pairs in their order: `pairs["name"]` is the last value, `getlist` gives all."""

    __slots__ = ("_pairs",)

    _pairs: list[tuple[str, T]]

    def __getitem__(self, name: str) -> T:
        for known, value in reversed(self._pairs):
            if known == name:
                return value
        raise KeyError(name)

    def __iter__(self) -> Iterator[str]:
        return iter(dict.fromkeys(name for name, _ in self._pairs))

    def __len__(self) -> int:
        return len({name for name, _ in self._pairs})

    def getlist(self, name: str) -> list[T]:
        """Return all values of one name, in order; none gives an empty list."""
        return [value for known, value in self._pairs if known == name]

    def multi_items(self) -> list[tuple[str, T]]:
        """Return every pair of name and value, in order."""
        return list(self._pairs)
