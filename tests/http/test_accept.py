"""Who wants HTML gets HTML: browsers, and nobody by accident."""

import pytest

from vase.http._accept import prefers_html, quality_of


@pytest.mark.parametrize(
    ("accept", "html"),
    [
        (None, False),
        ("", False),
        ("*/*", False),
        ("text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8", True),
        ("application/json", False),
        ("text/html;q=0.5, application/json", False),
        ("text/html, application/json;q=0.9", True),
        ("TEXT/HTML", True),
        ("text/*", True),
        ("text/html;q=0", False),
        ("text/html;q=nonsense", False),
        ("text/html;q=7", False),
        (",;,", False),
    ],
)
def test_preference(accept: str | None, html: bool):
    """HTML wins when it is ranked above JSON; a tie, a wildcard and silence go to JSON."""
    assert prefers_html(accept) is html


def test_the_most_specific_range_decides():
    """A type by name beats its family, and the family beats everything."""
    accept = "*/*;q=0.1, text/*;q=0.5, text/html;q=0.9"
    assert quality_of(accept, "text/html") == 0.9
    assert quality_of(accept, "text/plain") == 0.5
    assert quality_of(accept, "image/png") == 0.1
