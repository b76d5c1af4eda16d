"""What a form holds: texts and files by name."""

from collections.abc import Iterable, Iterator, Mapping

from vase.http._uploads import UploadFile

__all__ = ["FormData"]

type FormValue = str | UploadFile
"""A value of a form."""


class FormData(Mapping[str, FormValue]):
    """The fields and files of a form, in the order in which they were sent; a name may come several times.

    `form["name"]` is the last value, `getlist` gives all.
    """

    __slots__ = ("_pairs",)

    def __init__(self, pairs: Iterable[tuple[str, FormValue]] = ()) -> None:
        self._pairs = list(pairs)

    def __getitem__(self, name: str) -> FormValue:
        for known, value in reversed(self._pairs):
            if known == name:
                return value
        raise KeyError(name)

    def __iter__(self) -> Iterator[str]:
        return iter(dict.fromkeys(name for name, _ in self._pairs))

    def __len__(self) -> int:
        return len({name for name, _ in self._pairs})

    def __repr__(self) -> str:
        return f"{type(self).__name__}({self._pairs!r})"

    def getlist(self, name: str) -> list[FormValue]:
        """Return all values of one name, in order; none gives an empty list."""
        return [value for known, value in self._pairs if known == name]

    def multi_items(self) -> list[tuple[str, FormValue]]:
        """Return every pair of name and value, in order."""
        return list(self._pairs)
