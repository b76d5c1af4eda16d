"""Numbers of JSON that no float holds are refused with their place."""

import pytest

from vase.http import JSONNumberError, check_json_numbers


@pytest.mark.parametrize(
    ("text", "path", "message"),
    [
        (b"NaN", [], "`NaN` is no number of JSON, at line 1 column 1"),
        (b'{"a":[0,{"b c":-Infinity}]}', ["a", 1, "b c"], "`-Infinity` is no number of JSON, at line 1 column 16"),
        (b'[\n  "[{,",\n  1e999]', [1], "`1e999` is more than a float holds, at line 3 column 3"),
        (b'{"\\u00e9":{},"x":[[],[1,2],-1e999]}', ["x", 2], "`-1e999` is more than a float holds, at line 1 column 28"),
        (b"[Nonsense]", [0], "`N` is no number of JSON, at line 1 column 2"),
    ],
)
def test_the_place_is_told(text: bytes, path: list[str | int], message: str) -> None:
    """With path, line and column."""
    with pytest.raises(JSONNumberError) as refused:
        check_json_numbers(text)
    assert (refused.value.path, refused.value.message) == (path, message)
    assert str(refused.value) == message


def test_the_path_is_looked_for_near_the_beginning_alone() -> None:
    """Every sign before the number is read again for its path: far into a text, line and column are enough."""
    with pytest.raises(JSONNumberError, match="`NaN` is no number of JSON, at line 3 column 1") as refused:
        check_json_numbers(b'["' + b"x" * 100_000 + b'",\n\nNaN]')
    assert refused.value.path is None


def test_a_long_number_is_shown_shortened() -> None:
    """The number is the client's: a message repeats its beginning alone."""
    with pytest.raises(JSONNumberError, match=r"^`9{40}…` is more than a float holds, at line 1 column 2$"):
        check_json_numbers(b"[" + b"9" * 5000 + b".5]")


@pytest.mark.parametrize("text", [b"", b'"NaN"', b"[1e308, -0.0]", b"no json", b'{"a": 123'])
def test_everything_else_passes(text: bytes) -> None:
    """What is no JSON otherwise is the business of who reads it."""
    check_json_numbers(text)


def test_integers_count_where_floats_are_made_of_them() -> None:
    """Python's integers have no end, floats have."""
    text = b"[" + b"9" * 400 + b"]"
    check_json_numbers(text)
    with pytest.raises(JSONNumberError, match="is more than a float holds"):
        check_json_numbers(text, integers=True)
