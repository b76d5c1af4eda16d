"""Edits of a user's files keep everything but the one element."""

import ast

import pytest
from hypothesis import given
from hypothesis import strategies as st

from vase.management import RegistrationError
from vase.management.generate._edit import add_import, add_to_list, remove_from_list, remove_import


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ("X = []\n", 'X = ["new"]\n'),
        ('X = ["a"]\n', 'X = ["a", "new"]\n'),
        ('X: list[str] = ["ä",  "b"]  # why\nY = 1\n', 'X: list[str] = ["ä",  "b", "new"]  # why\nY = 1\n'),
        (
            'X = [\n    "a",\n    "b",  # one, two\n    # end\n]\n',
            'X = [\n    "a",\n    "b",  # one, two\n    "new",\n    # end\n]\n',
        ),
        ('X = [\n  "a",\n  "b"  # last\n]\n', 'X = [\n  "a",\n  "b",  # last\n  "new",\n]\n'),
        ('X = [\n\t"a",\n]\n', 'X = [\n\t"a",\n\t"new",\n]\n'),
        ("X = [\n    # nothing yet\n]\n", 'X = [\n    # nothing yet\n    "new",\n]\n'),
        ('X = ["a",]\n', 'X = ["a", "new"]\n'),
        ('X = ["a",\n     "b"]\n', 'X = ["a",\n     "b", "new"]\n'),
        ('X = ["a, b"]\n', 'X = ["a, b", "new"]\n'),
        ('X = ["new"]\n', 'X = ["new"]\n'),
    ],
)
def test_add_to_list(before, after):
    """The element goes to the end, in the way in which the list is written."""
    assert add_to_list(before, "X", '"new"', file="base.py") == after


def test_long_line_is_broken_up():
    """A list that no longer fits on its line gets a line for each element."""
    names = [f'"application_number_{number}"' for number in range(4)]
    result = add_to_list(f"X = [{', '.join(names)}]\n", "X", '"new"', file="base.py")
    assert result == "X = [\n" + "".join(f"    {name},\n" for name in [*names, '"new"']) + "]\n"


@pytest.mark.parametrize(
    ("source", "message"),
    [
        ("Y = []\n", "`base.py` assigns no plain list to `X`"),
        ("X = BASE + []\n", "`base.py` assigns no plain list to `X`"),
        ('X = ("a",)\n', "`base.py` assigns no plain list to `X`"),
        ("if True:\n    X = []\n", "`base.py` assigns no plain list to `X`"),
        ('X = []\nX += ["a"]\n', "`base.py` assigns `X` more than once"),
        ("X = [\n", "`base.py:1` is not valid Python: '[' was never closed"),
    ],
)
def test_unsafe_shapes_are_refused(source, message):
    """A file that computes its list is left alone, with a way out in the hint."""
    with pytest.raises(RegistrationError) as refused:
        add_to_list(source, "X", '"new"', file="base.py")
    assert str(refused.value) == message
    assert refused.value.code == "management.E006"


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ('X = ["old"]\n', "X = []\n"),
        ('X = ["a", "old"]\n', 'X = ["a"]\n'),
        ('X = ["old", "b"]\n', 'X = ["b"]\n'),
        ('X = [\n    "a",  # keep\n    "old",\n]\n', 'X = [\n    "a",  # keep\n]\n'),
        ('X = [\n    "old",\n]\n', "X = []\n"),
        ('X = ["a"]\n', 'X = ["a"]\n'),
    ],
)
def test_remove_from_list(before, after):
    """The element goes with its comma and its line, and nothing else."""
    assert remove_from_list(before, "X", '"old"', file="base.py") == after


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ("from vase.urls import path\n", "from vase.urls import include, path\n"),
        ("from vase.urls import include, path\n", "from vase.urls import include, path\n"),
        ("from vase.urls import URLResolver, path as p\n", "from vase.urls import URLResolver, include, path as p\n"),
        ('"""Doc."""\n\nimport os\n\nX = 1\n', '"""Doc."""\n\nimport os\nfrom vase.urls import include\n\nX = 1\n'),
        ('"""Doc."""\nX = 1\n', '"""Doc."""\nfrom vase.urls import include\nX = 1\n'),
        ("", "from vase.urls import include\n"),
    ],
)
def test_add_import(before, after):
    """A name joins the import of its module, or gets one of its own after the others."""
    assert add_import(before, "vase.urls", "include") == after


def test_remove_import():
    """The statement goes when the name was its only one."""
    assert remove_import("from a import b, c\nX = 1\n", "a", "b") == "from a import c\nX = 1\n"
    assert remove_import("from a import b\nX = 1\n", "a", "b") == "X = 1\n"
    assert remove_import("from a import c\n", "a", "b") == "from a import c\n"


_NAMES = st.lists(st.text("abcäöü_,#[]'", min_size=1, max_size=6), max_size=5, unique=True)


@given(_NAMES, st.booleans(), st.booleans())
def test_adding_and_removing_keep_the_others(names, is_multiline, has_comma):
    """Whatever the list holds and however it is written, only the one element comes and goes."""
    separator = ",\n    " if is_multiline else ", "
    opening, closing = ("[\n    ", "\n]") if is_multiline else ("[", "]")
    items = separator.join(map(repr, names)) + ("," if has_comma and names else "")
    source = f"A = 1  # [,\nX = {opening}{items}{closing}  # tail, [\nB = 2\n"
    added = add_to_list(source, "X", '"new element"', file="f.py")
    assert _value(added) == [*names, "new element"]
    assert added.startswith("A = 1  # [,\n")
    assert added.endswith("]  # tail, [\nB = 2\n")
    assert _value(remove_from_list(added, "X", '"new element"', file="f.py")) == names


def _value(source: str) -> object:
    assignment = ast.parse(source).body[1]
    assert isinstance(assignment, ast.Assign)
    return ast.literal_eval(assignment.value)
