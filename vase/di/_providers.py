"""Who makes a value of a type, and who stands in for whom in a test."""

import contextlib
from collections.abc import Callable, Iterator, MutableMapping
from typing import Any

__all__ = ["Overrides", "Providers"]

type Provider = Callable[..., Any]


class Overrides(MutableMapping[object, Provider]):
    """Stand-ins: a type or a function, and what is used in its place. Made by `Providers`."""

    def __init__(self, changed: Callable[[], None]) -> None:
        self._items: dict[object, Provider] = {}
        self._changed = changed

    def __getitem__(self, original: object) -> Provider:
        return self._items[original]

    def __setitem__(self, original: object, replacement: Provider) -> None:
        self._items[original] = replacement
        self._changed()

    def __delitem__(self, original: object) -> None:
        del self._items[original]
        self._changed()

    def __iter__(self) -> Iterator[object]:
        return iter(self._items)

    def __len__(self) -> int:
        return len(self._items)


class Providers(MutableMapping[object, Provider]):
    """The providers of one application: a type, and the function that makes its values.

        providers = Providers()
        providers[Session] = open_session
        with providers.override(open_session, open_test_session): ...

    Plans are made from it once. `revision` grows with every change, so that the owner of a plan sees that it is old.
    """

    def __init__(self) -> None:
        self._items: dict[object, Provider] = {}
        self._revision = 0
        self.overrides = Overrides(self._change)

    @property
    def revision(self) -> int:
        """A number that grows with every change."""
        return self._revision

    def __getitem__(self, key: object) -> Provider:
        return self._items[key]

    def __setitem__(self, key: object, provider: Provider) -> None:
        if not callable(provider):
            raise TypeError(f"the provider of {key!r} is not callable: {provider!r}")
        self._items[key] = provider
        self._change()

    def __delitem__(self, key: object) -> None:
        del self._items[key]
        self._change()

    def __iter__(self) -> Iterator[object]:
        return iter(self._items)

    def __len__(self) -> int:
        return len(self._items)

    def find(self, kind: object) -> Provider | None:
        """Return the provider of a type, its stand-in first, or None.

        A class with `provides_itself = True` needs none: it is called like any dependency.
        """
        try:
            replacement = self.overrides.get(kind)
            found = replacement if replacement is not None else self._items.get(kind)
        except TypeError:  # an annotation that cannot be hashed names no provider
            return None
        if found is None and isinstance(kind, type) and getattr(kind, "provides_itself", False) is True:
            return kind
        return found

    def replaced(self, function: Provider) -> Provider:
        """Return the stand-in of a function, or the function."""
        try:
            return self.overrides.get(function, function)
        except TypeError:
            return function

    @contextlib.contextmanager
    def override(self, original: object, replacement: Provider) -> Iterator[None]:
        """Let `replacement` stand in for a function or for the provider of a type, until the block ends."""
        before = self.overrides.get(original)
        self.overrides[original] = replacement
        try:
            yield
        finally:
            if before is None:
                del self.overrides[original]
            else:
                self.overrides[original] = before

    def _change(self) -> None:
        self._revision += 1
