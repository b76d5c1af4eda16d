"""Who looks for faults: the checks of one application, and the mark that makes a function a check."""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from types import ModuleType
from typing import Any, Final

from vase.checks._messages import CheckMessage, error
from vase.checks._places import place_of, place_of_error
from vase.checks._report import Report
from vase.exceptions import VaseError, did_you_mean, quote

__all__ = ["Check", "Registry", "register"]

type Check = Callable[[Any], Iterable[CheckMessage] | CheckMessage | None]
"""A function that is given the application and returns what it found; a generator is the usual form."""

_MARK: Final = "__vase_check__"
_DEPLOY: Final = "deploy"


@dataclass(frozen=True, slots=True)
class _Registered:
    check: Check
    tags: frozenset[str]


def register[C: Check](*, tags: Sequence[str] = ()) -> Callable[[C], C]:
    """Mark a function of an app's `checks.py` as a check.

    The mark changes nothing else: the function is found when an application with the app in `INSTALLED_APPS` starts.

    Args:
        tags: Words by which `check --tag` chooses; a check with the tag `deploy` runs only for `check --deploy`.
    """

    def mark(check: C) -> C:
        setattr(check, _MARK, frozenset(tags))
        return check

    return mark


class Registry:
    """The checks of one application, in the order in which they were added."""

    def __init__(self) -> None:
        self._checks: list[_Registered] = []

    def add(self, check: Check, *, tags: Iterable[str] = ()) -> None:
        """Add one check; the same function is added once.

        Args:
            check: Given the application, returns the faults it found.
            tags: Words by which to choose it, beside those of its `@register` mark.
        """
        marked: frozenset[str] = getattr(check, _MARK, frozenset())
        if all(known.check is not check for known in self._checks):
            self._checks.append(_Registered(check, marked | frozenset(tags)))

    def collect(self, module: ModuleType) -> int:
        """Add every function of a module that carries the `@register` mark and was written there.

        Args:
            module: Usually `<app>.checks`, found by discovery.

        Returns:
            How many checks were found.
        """
        found = [
            value for value in vars(module).values() if hasattr(value, _MARK) and value.__module__ == module.__name__
        ]
        for check in found:
            self.add(check)
        return len(found)

    @property
    def tags(self) -> frozenset[str]:
        """Every tag that some check has."""
        return frozenset().union(*(known.tags for known in self._checks))

    def run(self, application: object, *, tags: Iterable[str] = (), deploy: bool = False) -> Report:
        """Run the checks and return everything they found.

        A check that fails itself is a fault like any other, so that one broken check does not hide the rest.

        Args:
            application: What the checks look at.
            tags: Run only checks with one of these tags; empty means all.
            deploy: Also run the checks with the tag `deploy`.

        Raises:
            VaseError: No check has one of the tags (`checks.E003`).
        """
        wanted = frozenset(tags)
        for tag in sorted(wanted - self.tags - {_DEPLOY}):
            raise VaseError(f"no check has the tag {quote(tag)}", code="checks.E003", hint=self._nearest_tag(tag))
        messages: list[CheckMessage] = []
        for known in self._checks:
            if self._is_wanted(known.tags, wanted, deploy=deploy):
                messages += _run_one(known.check, application)
        return Report(messages)

    def _is_wanted(self, tags: frozenset[str], wanted: frozenset[str], *, deploy: bool) -> bool:
        if _DEPLOY in tags and not deploy and _DEPLOY not in wanted:
            return False
        return not wanted or bool(tags & wanted)

    def _nearest_tag(self, tag: str) -> str:
        known = ", ".join(f"`{name}`" for name in sorted(self.tags)) or "none"
        return did_you_mean(tag, self.tags) or f"the tags are: {known}"


def _run_one(check: Check, application: object) -> list[CheckMessage]:
    name = f"{getattr(check, '__module__', '?')}.{getattr(check, '__qualname__', repr(check))}"
    try:
        result = check(application)
        found: list[Any] = [] if result is None else [result] if isinstance(result, CheckMessage) else list(result)
    except Exception as failure:  # noqa: BLE001  # told as a fault of its own, with its line
        message = f"check `{name}` fails: {type(failure).__name__}: {failure}"
        return [error("checks.E001", message, place=place_of_error(failure) or place_of(check))]
    foreign = [item for item in found if not isinstance(item, CheckMessage)]
    if not foreign:
        return found
    message = f"check `{name}` returns {quote(foreign[0])}, which is not a message"
    return [
        error(
            "checks.E002",
            message,
            hint="return `vase.checks.error(…)` or `vase.checks.warning(…)`",
            place=place_of(check),
        )
    ]
