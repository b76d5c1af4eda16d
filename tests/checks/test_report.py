import json
from dataclasses import dataclass

import pytest

from vase.checks import CheckMessage, Report, error, warning
from vase.exceptions import ConfigurationError
from vase.types import JSON, Level, Place

BAD = error("conf.E001", "unknown setting `A`")
ODD = warning("conf.W002", "`DEBUG` is on")


def test_all_faults_are_printed_in_order() -> None:
    """A report is its messages, one below the other."""
    assert Report([ODD, BAD]).render() == f"{ODD.render()}\n{BAD.render()}"


def test_the_same_fault_is_told_once() -> None:
    """Two looks that find the same thing do not tell it twice."""
    assert list(Report([BAD, ODD, BAD])) == [BAD, ODD]


@pytest.mark.parametrize(
    ("messages", "text"),
    [
        ([], "no faults"),
        ([BAD], "1 error"),
        ([BAD, error("conf.E001", "b"), ODD], "2 errors, 1 warning"),
    ],
)
def test_summary(messages, text) -> None:
    """The last line counts what stops the application and what does not."""
    assert Report(messages).summary() == text


def test_silenced_codes_are_left_out_and_counted() -> None:
    """Silencing is never silent about itself."""
    report = Report([BAD, ODD]).silence(["conf.W002"])
    assert list(report) == [BAD]
    assert report.summary() == "1 error (1 silenced)"


def test_reports_add_up() -> None:
    """Faults of several looks become one report."""
    both = Report([BAD], silenced=1) + Report([ODD], silenced=2)
    assert (both.errors, both.warnings, both.silenced, len(both)) == ((BAD,), (ODD,), 3, 2)


def test_faults_of_a_raised_error_become_messages() -> None:
    """A room that raises all of its faults at once is told like one that returns them."""
    problem = ConfigurationError([BAD, ODD])
    assert list(Report(problem.messages)) == [BAD, ODD]
    assert CheckMessage.from_fault(problem.messages[0]) is BAD


def test_errors_stop_and_warnings_do_not() -> None:
    """Only an error keeps the application from starting; it takes the warnings along."""
    Report([ODD]).raise_errors()
    with pytest.raises(ConfigurationError) as caught:
        Report([ODD, BAD]).raise_errors()
    assert caught.value.messages == (ODD, BAD)


def test_a_report_as_data() -> None:
    """The data of a report can be written as JSON."""
    assert [item["code"] for item in json.loads(json.dumps(Report([BAD, ODD]).as_json()))] == ["conf.E001", "conf.W002"]


def test_a_fault_of_another_class_becomes_a_message() -> None:
    """Whatever has the parts of a fault is told in the one form."""

    @dataclass(frozen=True)
    class Foreign:
        level: Level = "warning"
        code: str = "shop.W001"
        message: str = "odd"
        hint: str | None = None
        place: Place | None = None

        def render(self, *, color: bool = False) -> str:
            raise AssertionError

        def as_json(self) -> dict[str, JSON]:
            raise AssertionError

    assert list(Report([Foreign()])) == [warning("shop.W001", "odd")]
