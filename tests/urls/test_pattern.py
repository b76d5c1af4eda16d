"""Paths are read in both notations, and every mistake in one is told."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from vase.urls import ConverterTable, LiteralSegment, ParameterSegment, PathPattern, converter_for, parse_pattern


def parsed(text: str) -> PathPattern:
    pattern, faults = parse_pattern(text, ConverterTable())
    assert faults == []
    return pattern


def codes(text: str) -> list[str]:
    return [fault.code for fault in parse_pattern(text, ConverterTable())[1]]


@pytest.mark.parametrize("text", ["a/<int:id>/b", "a/{id:int}/b", "a/< int : id >/b", "a/{ id : int }/b"])
def test_both_notations_mean_the_same(text: str):
    """`<int:id>` and `{id:int}` are one parameter, blanks inside of the brackets mean nothing."""
    pattern = parsed(text)
    assert str(pattern) == "a/{id:int}/b"
    assert pattern.as_data() == [{"literal": "a/"}, {"parameter": "id", "converter": "int"}, {"literal": "/b"}]


@pytest.mark.parametrize("text", ["<name>", "{name}"])
def test_a_parameter_without_a_converter_is_open(text: str):
    """A parameter without a converter is text until the handler's annotation says more."""
    pattern = parsed(text)
    assert pattern.open_parameters == ["name"]
    assert pattern.as_data() == [{"parameter": "name", "converter": "str"}]


def test_an_annotation_refines_an_open_parameter():
    """A converter of an annotation takes the place of an open one, and never that of one that the path names."""
    pattern = parsed("{a}/{b:int}")
    uuid = converter_for(__import__("uuid").UUID)
    assert uuid is not None
    assert str(pattern.refine("a", uuid).refine("b", uuid)) == "{a}/{b:int}"
    assert pattern.refine("a", uuid).as_data()[0] == {"parameter": "a", "converter": "uuid"}
    assert pattern.refine("b", uuid) == pattern
    assert pattern.refine("none", uuid) == pattern


def test_several_parameters_in_one_segment():
    """Literal text and parameters share a segment."""
    assert [str(segment) for segment in parsed("{year:int}-{month:int}.html").segments] == [
        "{year:int}",
        "-",
        "{month:int}",
        ".html",
    ]


def test_arguments_of_converters():
    """Inside of parentheses brackets and colons mean nothing."""
    assert parsed("{y:regex([0-9]{4})}").as_data() == [{"parameter": "y", "converter": {"regex": "[0-9]{4}"}}]
    assert parsed("<regex([a:b]>):y>").as_data() == [{"parameter": "y", "converter": {"regex": "[a:b]>"}}]
    assert parsed(r"{y:regex(\()}").as_data() == [{"parameter": "y", "converter": {"regex": r"\("}}]
    assert parsed("{s:literal(draft, 'in print')}").as_data() == [
        {"parameter": "s", "converter": {"choice": ["draft", "in print"]}}
    ]


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("<itn:id>", "urls.E001"),
        ("{id:itn}", "urls.E001"),
        ("<int:id", "urls.E002"),
        ("{id", "urls.E002"),
        ("id>", "urls.E002"),
        ("id}", "urls.E002"),
        ("<int:<id>", "urls.E002"),
        ("<int:id/x>", "urls.E002"),
        ("<int:id}", "urls.E002"),
        ("<>", "urls.E002"),
        ("{}", "urls.E002"),
        ("{:int}", "urls.E002"),
        ("{1a}", "urls.E002"),
        ("{a-b}", "urls.E002"),
        ("{a}/{a}", "urls.E003"),
        ("a?b", "urls.E008"),
        ("a#b", "urls.E008"),
        ("a b", "urls.E008"),
        ("a\nb", "urls.E008"),
        ("a\\b", "urls.E008"),
        ("{id:int(1)}", "urls.E011"),
        ("{id:regex}", "urls.E011"),
        ("{id:literal()}", "urls.E011"),
        ("{id:regex([)}", "urls.E013"),
    ],
)
def test_mistakes(text: str, code: str):
    """Each mistake has its code."""
    assert code in codes(text)


def test_all_mistakes_are_told():
    """One path tells all its mistakes."""
    assert codes("<itn:a>/{a}/b?c/{d:e}/<f") == ["urls.E001", "urls.E003", "urls.E008", "urls.E001", "urls.E002"]


def test_the_nearest_converter_is_named():
    """A misspelt converter is told with the one that was meant."""
    (fault,) = parse_pattern("a/<slgu:s>", ConverterTable())[1]
    assert fault.message == "path `a/<slgu:s>`: unknown converter `slgu`"
    assert fault.hint == "did you mean `slug`?"


def test_patterns_are_joined_with_one_slash():
    """Of two slashes that meet one stays; nothing is added."""
    assert str(parsed("a/").joined(parsed("/b"))) == "a/b"
    assert str(parsed("a").joined(parsed("/b"))) == "a/b"
    assert str(parsed("a").joined(parsed("b"))) == "ab"
    assert str(parsed("{a}/").joined(parsed("/{b}"))) == "{a}/{b}"
    assert parsed("a/").joined(parsed("/b")).segments == (LiteralSegment("a/b"),)


def test_every_path_begins_with_a_slash():
    """A rooted pattern begins with one slash, also when it begins with a parameter or is empty."""
    assert str(parsed("").rooted()) == "/"
    assert str(parsed("a").rooted()) == "/a"
    assert str(parsed("/a").rooted()) == "/a"
    assert str(parsed("{a}").rooted()) == "/{a}"


def test_equal_shapes_match_the_same_paths():
    """The names of parameters do not belong to a shape, their converters do."""
    assert parsed("a/{b}").shape == parsed("a/<c>").shape
    assert parsed("a/{b}").shape != parsed("a/{b:int}").shape


@given(st.text(alphabet="<>{}():/ab1 \\,'", max_size=30))
def test_no_text_breaks_the_reader(text: str):
    """Whatever is written is read or refused, and what is read again is the same."""
    pattern, faults = parse_pattern(text, ConverterTable())
    names = [segment.name for segment in pattern.segments if isinstance(segment, ParameterSegment)]
    assert len(names) == len(set(names))
    if not faults:
        again, faults = parse_pattern(str(pattern), ConverterTable())
        assert faults == []
        assert again.shape == pattern.shape
