"""What a form holds: texts and files by name."""

from collections.abc import Iterable

from vase.http._pairs import Pairs
from vase.http._uploads import UploadFile

__all__ = ["FormData"]

type FormValue = str | UploadFile
"""A value of a form."""


class FormData(Pairs[FormValue]):
    """The fields and files of a form, in the order in which they were sent; a name may come several times.

    `form["name"]` is the last value, `getlist` gives all.
    """

    __slots__ = ()

    def __init__(self, pairs: Iterable[tuple[str, FormValue]] = ()) -> None:
        self._pairs = list(pairs)

    def __repr__(self) -> str:
        return f"{type(self).__name__}({self._pairs!r})"
