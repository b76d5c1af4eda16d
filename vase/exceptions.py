"""The errors of Vase: one root, a code and a hint on each.

The tree; a room keeps its own errors in its `_errors.py` and hangs them here:

    VaseError                       everything that Vase raises on purpose
    ├── ImproperlyConfigured        one mistake in the configuration, found while it is used
    │   ├── ConfigurationError      all mistakes that keep an application from starting, at once
    │   │   └── BindingErrors       all mistakes in the signature of one handler (`vase.binding`)
    │   ├── DependencyErrors        all mistakes in one graph of dependencies (`vase.di`)
    │   └── DatabaseURLError        a database that cannot be named or reached (`vase.db`)
    ├── ImportStringError           a dotted path that does not lead to an object (`vase._imports`)
    ├── ApplicationError            a hook that could never do its work (`vase.application`)
    ├── AppsError                   a registry of apps that was asked for what it has not (`vase.apps`)
    ├── CommandError                a command that cannot do what it was told (`vase.management`)
    ├── DatabaseError               models and migrations (`vase.db`)
    ├── DependencyError             one dependency (`vase.di`)
    ├── HostingError                an application of somebody else's (`vase.hosting`)
    ├── HTTPError                   an answer that must not be sent (`vase.http`)
    ├── IdempotencyError            the keys of repeated requests cannot be kept (`vase.idempotency`)
    ├── MiddlewareError             what stands in `MIDDLEWARE` (`vase.middleware`)
    ├── ResourceError               lists and resources (`vase.resources`)
    ├── ResponseValidationError     a value that does not fit the promise of its handler (`vase.binding`)
    ├── ServerError                 a server that cannot be started (`vase.server`)
    ├── TemplateError               a template that is missing or cannot be read (`vase.templates`)
    ├── URLError                    paths, converters and names of routes (`vase.urls`)
    ├── ViewError                   routers and pages (`vase.views`)
    └── WebSocketError              a socket that is used in a way that cannot work (`vase.websockets`)

`vase.checks` collects faults as messages instead of raising them; `ConfigurationError` carries them when nothing can
go on.
"""

import difflib
from collections.abc import Iterable

from vase.types import JSON, Fault, Place

__all__ = ["ConfigurationError", "ImproperlyConfigured", "VaseError", "did_you_mean", "quote"]

_QUOTED_LENGTH = 120
_SIMILARITY = 0.6  # difflib's own default: one wrong letter in three still finds its word


class VaseError(Exception):
    """The root of all errors that Vase raises on purpose.

    `str(error)` is the message alone; the hint, the place and the code follow it in a traceback as notes.

    Args:
        message: The fact, then the value in backticks, lower-case and without a full stop.
        code: A stable code with a page under `docs/errors`, like `apps.E002`.
        hint: The next step: a command, a line to change, the nearest match.
        place: The line that caused the error, when it is known.
    """

    def __init__(self, message: str, *, code: str, hint: str | None = None, place: Place | None = None) -> None:
        super().__init__(message)
        self.message = message
        self.code = code
        self.hint = hint
        self.place = place
        if hint is not None:
            self.add_note(f"hint: {hint}")
        if place is not None:
            self.add_note(f"place: {place}")
        self.add_note(f"code: {code}")

    def __reduce__(self) -> tuple[object, ...]:
        # The default calls the class with `args` alone, which fails for every keyword-only parameter.
        return (_restore, (type(self), self.args), self.__dict__)


class ImproperlyConfigured(VaseError):  # noqa: N818  # Django's name for it
    """A mistake in the configuration that shows only while it is used."""


class ConfigurationError(ImproperlyConfigured):
    """Every mistake that keeps an application from starting, in one error.

    Args:
        messages: The faults; a `vase.checks.Report` is one such iterable.
    """

    def __init__(self, messages: Iterable[Fault]) -> None:
        self.messages: tuple[Fault, ...] = tuple(messages)
        errors = [fault for fault in self.messages if fault.level == "error"]
        if not self.messages:
            raise ValueError("a ConfigurationError needs at least one message")
        super().__init__(_headline(len(errors)), code=(errors or self.messages)[0].code)

    def __str__(self) -> str:
        """Return the headline and every fault below it."""
        return f"{self.message}\n{self.render()}"

    def render(self, *, color: bool = False) -> str:
        """Return every fault with its place and hint, one after the other."""
        return "\n".join(fault.render(color=color) for fault in self.messages)

    def as_json(self) -> list[JSON]:
        """Return every fault as data."""
        return [fault.as_json() for fault in self.messages]


def did_you_mean(word: str, candidates: Iterable[str]) -> str | None:
    """Return the hint "did you mean `…`?" for the nearest of the candidates, or None when none is near.

    Upper and lower case count as the same letter, so that `debug` finds `DEBUG`.
    """
    spelled = {candidate.casefold(): candidate for candidate in candidates}
    nearest = difflib.get_close_matches(word.casefold(), spelled, n=1, cutoff=_SIMILARITY)
    return f"did you mean `{spelled[nearest[0]]}`?" if nearest else None


def quote(value: object) -> str:
    """Return a value in backticks, safe to print: control characters escaped, long values cut in the middle.

    Text is shown without quotation marks, everything else as Python writes it.
    """
    text = value if isinstance(value, str) else _safe_repr(value)
    text = "".join(character if character.isprintable() else repr(character)[1:-1] for character in text)
    if len(text) > _QUOTED_LENGTH:
        half = _QUOTED_LENGTH // 2
        text = f"{text[:half]}…{text[-half:]}"
    return f"`{text}`"


def _headline(errors: int) -> str:
    return f"{errors} {'fault keeps' if errors == 1 else 'faults keep'} the application from starting"


def _safe_repr(value: object) -> str:
    try:
        return repr(value)
    except Exception:  # noqa: BLE001  # the `__repr__` of a user must not hide the fault that is being told
        return f"<{type(value).__name__}>"


def _restore[E: VaseError](cls: type[E], args: tuple[object, ...]) -> E:
    return cls.__new__(cls, *args)
