"""Names of files become media types and dispositions that no client misreads."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from vase.http._files import content_disposition, media_type_of
from vase.http._headers import check_header


@pytest.mark.parametrize(
    ("name", "media_type"),
    [
        ("a.html", "text/html"),
        ("a.js", "text/javascript"),
        ("A.JS", "text/javascript"),
        ("a.woff2", "font/woff2"),
        ("a.tar.gz", "application/gzip"),
        ("a", "application/octet-stream"),
        ("a.unheard-of", "application/octet-stream"),
    ],
)
def test_media_types(name: str, media_type: str):
    """The name tells the type, on every machine the same; an archive is never taken for an encoding."""
    assert media_type_of(name) == media_type


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("a b.txt", 'attachment; filename="a b.txt"'),
        ("../../etc/passwd", 'attachment; filename="passwd"'),
        ("C:\\x\\y.txt", 'attachment; filename="y.txt"'),
        ('a"b.txt', "attachment; filename*=UTF-8''a%22b.txt"),
        ("a\r\nx: y", "attachment; filename*=UTF-8''a%0D%0Ax%3A%20y"),
        ("", "attachment"),
    ],
)
def test_dispositions(name: str, value: str):
    """A plain name is quoted, any other is encoded by RFC 8187, and only the last part of a path is used."""
    assert content_disposition("attachment", name) == value


@given(st.text().filter(lambda text: not any("\ud800" <= character <= "\udfff" for character in text)))
def test_every_name_is_a_sound_header(name: str):
    """No name of a file makes a header that would break the answer."""
    check_header("content-disposition", content_disposition("attachment", name))
