"""The mark of handlers that never block."""

from vase.urls import is_inline, mark_inline


def test_the_mark():
    """A marked function stays the same function, and a method carries the mark of its function."""

    def plain() -> None: ...

    @mark_inline
    def marked() -> None: ...

    class Holder:
        @mark_inline
        def method(self) -> None: ...

    assert not is_inline(plain)
    assert is_inline(marked)
    assert is_inline(Holder().method)
