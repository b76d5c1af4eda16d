"""Forms of any content: what a client writes comes out as it went in, and nonsense is refused, never more than that."""

from collections.abc import Iterator
from typing import Any
from urllib.parse import parse_qsl, urlencode

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.binding._site import Site
from vase.http import Request, UploadFile
from vase.testing._multipart import FileContent, multipart

ENCODED = [("content-type", "application/x-www-form-urlencoded")]
TEXTS = st.text(st.characters(exclude_categories=["Cs"]), max_size=30)
# The client escapes quotes and line breaks in names as browsers do, and nobody undoes that.
NAMES = st.text(st.characters(exclude_categories=["Cs", "Cc"], exclude_characters='"\\/'), min_size=1, max_size=20)
NAMES = NAMES.filter(lambda name: name == name.strip() and name not in {".", ".."})
LINES = st.lists(
    st.sampled_from(
        [b"\r\n", b"--", b"--B", b"--B--", b"\r", b"\n", b"a", b"\0", b"Content-Disposition: form-data; name=x"]
    )
)
QUICK = settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])


async def every(request: Request) -> Any:
    found: list[Any] = []
    for name, value in (await request.form()).multi_items():
        if isinstance(value, UploadFile):
            found.append([name, value.filename, (await value.read()).hex()])
        else:
            found.append([name, value])
    return found


@pytest.fixture(scope="module")
def site() -> Iterator[Site]:
    config = {"forms": {"max_memory_bytes": 20}}  # some files in memory, some on disk
    with Site(every, methods=("POST",), config=config) as one:
        yield one


@QUICK
@given(st.lists(st.tuples(TEXTS, TEXTS), max_size=8))
def test_pairs_come_out_as_they_went_in(site: Site, pairs: list[tuple[str, str]]) -> None:
    reply = site.send(body=urlencode(pairs).encode(), headers=ENCODED)
    assert reply.json == [list(pair) for pair in pairs]


@QUICK
@given(st.binary(max_size=60))
def test_any_text_is_read_like_a_query(site: Site, body: bytes) -> None:
    """As the standard library reads it, where that finds UTF-8."""
    reply = site.send(body=body, headers=ENCODED)
    try:
        expected = parse_qsl(body.decode(), keep_blank_values=True, errors="strict")
    except UnicodeDecodeError:
        assert reply.status == 400
    else:
        assert reply.json == [list(pair) for pair in expected]


@QUICK
@given(st.dictionaries(NAMES, TEXTS, max_size=4), st.lists(st.tuples(NAMES, NAMES, st.binary(max_size=60)), max_size=4))
def test_parts_come_out_as_they_went_in(
    site: Site, fields: dict[str, str], files: list[tuple[str, str, bytes]]
) -> None:
    sent: list[tuple[str, FileContent]] = [(name, (filename, content)) for name, filename, content in files]
    body, kind = multipart(fields, sent)
    reply = site.send(body=body, headers=[("content-type", kind)])
    expected = [[name, filename, content.hex()] for name, filename, content in files]
    assert reply.json == [*map(list, fields.items()), *expected]


@QUICK
@given(st.one_of(st.binary(max_size=200), LINES.map(b"".join)), st.booleans())
def test_nonsense_is_a_400(site: Site, body: bytes, is_opened: bool) -> None:
    """Whatever the bytes are: a form, or a refusal, and nothing in between."""
    opening = b'--B\r\nContent-Disposition: form-data; name="a"\r\n\r\n' if is_opened else b""
    reply = site.send(body=opening + body, headers=[("content-type", "multipart/form-data; boundary=B")])
    assert reply.status in {200, 400}
