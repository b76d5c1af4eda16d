import pickle
import traceback

import pytest

from vase.checks import error, warning
from vase.exceptions import ConfigurationError, ImproperlyConfigured, VaseError, did_you_mean, quote
from vase.types import Place


def test_text_of_an_error_is_its_message() -> None:
    """`str(error)` holds the fact; the code and the hint are attributes."""
    problem = VaseError("no such thing", code="checks.E001", hint="look elsewhere")
    assert str(problem) == "no such thing"
    assert (problem.code, problem.hint, problem.place) == ("checks.E001", "look elsewhere", None)


def test_traceback_tells_hint_place_and_code() -> None:
    """Who sees only a traceback sees the next step too."""
    problem = VaseError("no such thing", code="checks.E001", hint="look elsewhere", place=Place("/srv/urls.py", 4))
    assert "".join(traceback.format_exception_only(problem)).splitlines() == [
        "vase.exceptions.VaseError: no such thing",
        "hint: look elsewhere",
        "place: /srv/urls.py:4",
        "code: checks.E001",
    ]


def test_errors_travel_between_processes() -> None:
    """An error survives pickling, and so does one of a subclass with other parameters."""
    problem = pickle.loads(pickle.dumps(VaseError("no such thing", code="checks.E001", hint="look")))  # noqa: S301
    assert (type(problem), str(problem), problem.code, problem.hint) == (
        VaseError,
        "no such thing",
        "checks.E001",
        "look",
    )
    many = pickle.loads(pickle.dumps(ConfigurationError([error("conf.E001", "a")])))  # noqa: S301
    assert [fault.code for fault in many.messages] == ["conf.E001"]


def test_configuration_error_tells_every_fault() -> None:
    """All faults stand in one error, and its code is that of the first that stops the application."""
    problem = ConfigurationError(
        [warning("conf.W002", "`DEBUG` is on"), error("conf.E001", "unknown setting `A`", hint="did you mean `B`?")]
    )
    assert str(problem) == (
        "1 fault keeps the application from starting\n"
        "warning[conf.W002]: `DEBUG` is on\n"
        "error[conf.E001]: unknown setting `A`\n"
        "  hint: did you mean `B`?"
    )
    assert problem.code == "conf.E001"
    assert isinstance(problem, ImproperlyConfigured)
    assert problem.as_json()[1] == error("conf.E001", "unknown setting `A`", hint="did you mean `B`?").as_json()


def test_configuration_error_needs_a_message() -> None:
    """An error without a fault would tell nobody anything."""
    with pytest.raises(ValueError, match="a ConfigurationError needs at least one message"):
        ConfigurationError([])


@pytest.mark.parametrize(
    ("word", "hint"),
    [("ALOWED_HOSTS", "did you mean `ALLOWED_HOSTS`?"), ("debug", "did you mean `DEBUG`?"), ("XYZ", None)],
)
def test_nearest_match(word: str, hint: str | None) -> None:
    """A near word is offered whatever its case, a far one is not."""
    assert did_you_mean(word, ["ALLOWED_HOSTS", "DEBUG", "TIME_ZONE"]) == hint


def test_quoted_values_are_safe_to_print() -> None:
    """Control characters cannot rewrite a terminal, long values cannot flood it."""
    assert quote("a\x1b[2Jb\n") == "`a\\x1b[2Jb\\n`"
    assert quote(["a"]) == "`['a']`"
    assert len(quote("x" * 10_000)) < 130


def test_quoting_survives_a_broken_repr() -> None:
    """A fault is told even when its value cannot be shown."""

    class Broken:
        def __repr__(self) -> str:
            raise RuntimeError

    assert quote(Broken()) == "`<Broken>`"
