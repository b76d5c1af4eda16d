import pytest

from vase.checks import CheckMessage, Place, error, warning
from vase.exceptions import VaseError


@pytest.fixture
def misspelt(tmp_path, monkeypatch) -> CheckMessage:
    monkeypatch.chdir(tmp_path)
    place = Place(str(tmp_path / "config" / "settings" / "base.py"), 12)
    return error("conf.E001", "unknown setting `ALOWED_HOSTS`", hint="did you mean `ALLOWED_HOSTS`?", place=place)


def test_a_message_is_printed_like_that_of_a_compiler(misspelt: CheckMessage) -> None:
    """Place, level, code and sentence in one line, the hint below it."""
    assert misspelt.render() == (
        "config/settings/base.py:12: error[conf.E001]: unknown setting `ALOWED_HOSTS`\n"
        "  hint: did you mean `ALLOWED_HOSTS`?"
    )
    assert str(misspelt) == misspelt.render()


def test_a_message_without_place_and_hint() -> None:
    """What is not known is left out."""
    assert warning("conf.W002", "`DEBUG` is on").render() == "warning[conf.W002]: `DEBUG` is on"


def test_lines_of_a_hint_stay_below_it() -> None:
    """A hint of several lines is set in as a whole."""
    assert error("a.E001", "x", hint="one\ntwo").render().splitlines()[1:] == ["  hint: one", "        two"]


def test_color_changes_no_letter(misspelt: CheckMessage) -> None:
    """A terminal sees colours, and the same text."""
    import re

    colored = misspelt.render(color=True)
    assert "\x1b[1;31merror[conf.E001]\x1b[0m" in colored
    assert re.sub(r"\x1b\[[0-9;]*m", "", colored) == misspelt.render()


def test_a_message_as_data(misspelt: CheckMessage) -> None:
    """Editors get every part by itself, the file with its whole path."""
    data = misspelt.as_json()
    assert str(data.pop("file")).endswith("/config/settings/base.py")
    assert data == {
        "level": "error",
        "code": "conf.E001",
        "message": "unknown setting `ALOWED_HOSTS`",
        "hint": "did you mean `ALLOWED_HOSTS`?",
        "line": 12,
    }


def test_a_raised_error_becomes_a_message() -> None:
    """What was raised is told like what was found."""
    problem = VaseError("no such thing", code="apps.E007", hint="look", place=Place("/srv/a.py", 3))
    assert CheckMessage.from_error(problem) == error(
        "apps.E007", "no such thing", hint="look", place=Place("/srv/a.py", 3)
    )
