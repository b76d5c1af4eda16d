import functools
import inspect

import pytest

import vase.checks
from vase.checks import Place, caller_place, place_of, place_of_error


def here(line_offset: int = 0) -> int:
    frame = inspect.currentframe()
    assert frame is not None
    assert frame.f_back is not None
    return frame.f_back.f_lineno + line_offset


def plain() -> None: ...


@functools.wraps(plain)
def wrapped() -> None: ...


class Thing:
    def method(self) -> None: ...

    def __call__(self) -> None: ...


@pytest.mark.parametrize(
    "thing", [plain, wrapped, functools.partial(plain), plain.__code__], ids=["function", "wrapped", "partial", "code"]
)
def test_place_of_a_function(thing) -> None:
    """However a function is dressed, the place is where it was written."""
    assert place_of(thing) == Place(__file__, plain.__code__.co_firstlineno)


def test_place_of_a_class_and_its_instance() -> None:
    """A callable object leads to its class, a bound method to its function."""
    line = inspect.findsource(Thing)[1] + 1
    assert place_of(Thing) == Place(__file__, line)
    assert place_of(Thing()) == Place(__file__, line)
    assert place_of(Thing().method) == Place(__file__, Thing.method.__code__.co_firstlineno)


def test_place_of_a_module() -> None:
    """A module is its file."""
    assert place_of(vase.checks) == Place(vase.checks.__file__, 0)


@pytest.mark.parametrize("thing", [len, 3, "x", type("Made", (), {"__module__": "nowhere"})])
def test_what_has_no_place(thing) -> None:
    """Built-ins, plain values and classes without a file have none."""
    assert place_of(thing) is None


def test_code_of_a_string_has_no_place() -> None:
    """Nobody can open `<string>`."""
    names: dict[str, object] = {}
    exec("def f(): ...", names)  # noqa: S102
    assert place_of(names["f"]) is None


def test_place_of_the_caller() -> None:
    """A factory learns the line that called it, and the one before."""

    def factory(depth: int) -> Place | None:
        return caller_place(depth)

    assert (factory(1), here()) == (Place(__file__, here()), here())

    def outer() -> Place | None:
        return factory(2)

    assert outer() == Place(__file__, here())


def test_place_of_an_error() -> None:
    """An error leads to the innermost line, a syntax error to the line that cannot be read."""
    with pytest.raises(ValueError) as caught:
        int("x")
    assert place_of_error(caught.value) == Place(__file__, here(-1))
    assert place_of_error(SyntaxError("bad", ("urls.py", 7, 1, "x"))) == Place("urls.py", 7)
    assert place_of_error(ValueError()) is None
