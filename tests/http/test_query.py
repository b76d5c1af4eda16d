"""A query is read as forms write it: several values of one name, the last one in front."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from vase.http import QueryParams


def test_values_are_decoded():
    """Plus and percent escapes are decoded, blank values are kept, a question mark in front is not part of it."""
    params = QueryParams("?q=a+b&city=M%C3%BCnchen&empty=&bare")
    assert dict(params) == {"q": "a b", "city": "München", "empty": "", "bare": ""}


def test_several_values():
    """The last value answers for its name; `getlist` has all of them in order."""
    params = QueryParams("tag=a&tag=b&x=1")
    assert params["tag"] == "b"
    assert params.getlist("tag") == ["a", "b"]
    assert params.getlist("none") == []
    assert len(params) == 2
    assert params.multi_items() == [("tag", "a"), ("tag", "b"), ("x", "1")]
    with pytest.raises(KeyError):
        params["none"]


@given(st.lists(st.tuples(st.text(), st.text())))
def test_text_and_back(pairs: list[tuple[str, str]]):
    """What is written as a query is read as the same pairs."""
    if any("\ud800" <= character <= "\udfff" for pair in pairs for text in pair for character in text):
        return
    params = QueryParams(pairs)
    assert QueryParams(str(params)) == params
    assert hash(QueryParams(str(params))) == hash(params)


def test_too_many_fields_are_refused():
    """A text with more than a thousand fields is not worth its memory."""
    with pytest.raises(ValueError, match="Max number of fields"):
        QueryParams("a=1&" * 1001)
