"""The debug page: the place, the source and the values, everything escaped, no secret, whatever was raised."""

from html.parser import HTMLParser
from types import SimpleNamespace

from vase.http import Headers
from vase.http._debug import headline, render_html, render_text

# Written backwards: the page shows source, and what stands there as it is cannot be masked.
SECRET = "2retnuh"[::-1]


def request(**fields) -> SimpleNamespace:
    known = {
        "method": "POST",
        "path": "/<img src=x>",
        "query_string": f"a=1&token={SECRET}",
        "headers": Headers({"authorization": f"Bearer {SECRET}", "cookie": f"s={SECRET}", "x-note": "<i>"}),
        "id": "r-1",
    }
    return SimpleNamespace(**(known | fields))


def raised(function, *arguments) -> BaseException:
    try:
        function(*arguments)
    except BaseException as error:  # noqa: BLE001  # groups and exits too
        return error
    raise AssertionError("nothing was raised")


class Tags(HTMLParser):
    """Collects tags and checks that each is closed."""

    def __init__(self, page: str):
        super().__init__()
        self.open: list[str] = []
        self.seen: list[tuple[str, dict[str, str | None]]] = []
        self.feed(page)
        assert self.open == []

    def handle_starttag(self, tag, attrs):
        self.seen.append((tag, dict(attrs)))
        if tag != "meta":
            self.open.append(tag)

    def handle_endtag(self, tag):
        assert self.open.pop() == tag


def fails(password: str, note: str) -> None:
    raise ValueError(f"<b>{note}</b>")


def test_the_page_is_sound_and_loads_nothing():
    """The page is well-formed, has no script and refers to nothing outside of itself."""
    page = render_html(raised(fails, "x", "x"), request())
    tags = Tags(page).seen
    assert not {"script", "link", "img", "iframe", "b-x"} & {tag for tag, _ in tags}
    assert not any(name in {"src", "href", "onclick"} for _, attributes in tags for name in attributes)
    assert "@import" not in page
    assert "url(" not in page
    assert "prefers-color-scheme:dark" in page


def test_everything_is_escaped():
    """Messages, paths, headers and values of the program never become markup."""
    page = render_html(raised(fails, "x", '"><svg onload=alert(1)>'), request())
    assert "<svg" not in page
    assert "<img" not in page
    assert "<i>&lt;" not in page
    assert "&lt;i&gt;" in page


def test_secrets_are_masked():
    """Arguments, headers and query parameters with secret names are masked, on the page and in the text."""
    error = raised(lambda: fails(SECRET, "x"))
    assert SECRET not in render_html(error, request())
    assert SECRET not in render_text(error, request())


def test_the_place_is_shown():
    """The file, the line, the function and the source of the failing line are there."""
    error = raised(fails, "x", "y")
    text = render_text(error, None)
    assert f"{__file__}:{fails.__code__.co_firstlineno + 1} in fails" in text
    assert 'raise ValueError(f"<b>{note}</b>")' in text
    assert "note = 'y'" in text


def test_causes_are_told():
    """What an exception was caused by, and what was being handled, follow it."""

    def caused() -> None:
        try:
            fails("x", "inner")
        except ValueError as error:
            raise KeyError("outer") from error

    def handling() -> None:
        try:
            fails("x", "inner")
        except ValueError:
            raise KeyError("outer")  # noqa: B904  # the case itself

    assert "caused by:" in render_text(raised(caused), None)
    assert "raised while handling:" in render_text(raised(handling), None)
    page = render_html(raised(caused), None)
    assert "Caused by: ValueError: &lt;b&gt;inner&lt;/b&gt;" in page


def test_groups_are_told():
    """Every member of an exception group is told."""

    def group() -> None:
        raise ExceptionGroup("two", [ValueError("first"), KeyError("second")])

    text = render_text(raised(group), None)
    assert "ValueError: first" in text
    assert "KeyError: 'second'" in text


def test_a_circle_of_causes_ends():
    """Exceptions that cause each other do not keep the page from ending."""
    first, second = ValueError("a"), ValueError("b")
    first.__cause__, second.__cause__ = second, first
    assert render_text(first, None).count("ValueError") == 2


def test_an_endless_recursion_is_cut():
    """A thousand frames are shown by their beginning and their end."""

    def recurse(n: int) -> int:
        return recurse(n + 1)

    page = render_html(raised(recurse, 0), None)
    assert "frames in the middle are left out" in page
    assert len(page) < 500_000


def test_a_broken_message():
    """An exception whose message raises still gets its page."""

    class BadError(Exception):
        def __str__(self):
            raise RuntimeError

    def fail() -> None:
        raise BadError

    assert "its message raises RuntimeError" in render_html(raised(fail), None)
    assert "BadError" in headline(BadError())


def test_code_without_a_file():
    """Code that was made at runtime has no source to show, and that is all."""
    assert "ZeroDivisionError" in render_html(raised(exec, "1/0"), None)


def test_notes_are_shown():
    """Notes of an exception, such as the hint of our own errors, stand below its message."""

    def fail() -> None:
        error = ValueError("x")
        error.add_note("hint: try y")
        raise error

    assert "hint: try y" in render_html(raised(fail), None)
    assert "hint: try y" in render_text(raised(fail), None)
