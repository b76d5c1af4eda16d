"""The quickstarts of other frameworks on Vase: the same answers, in no more lines."""

from collections.abc import Iterator
from contextlib import contextmanager, suppress
from typing import Any

import a2wsgi
import pytest
from django.conf import settings
from starlette.testclient import TestClient
from starlette.websockets import WebSocketDisconnect

from tests.quickstarts.cases import QUICKSTARTS, Ask, Quickstart, Talk
from tests.quickstarts.programs import PAGE, length, load, original_of, page, program_of
from vase.testing import Client

type Answer = tuple[int, str, Any]

# Litestar 2 still takes what it infers, and so do its quickstarts: the shorter form is the one to compare with.
pytestmark = pytest.mark.filterwarnings("ignore::litestar.exceptions.LitestarDeprecationWarning")

pairs = pytest.mark.parametrize("case", QUICKSTARTS, ids=lambda case: f"{case.framework}-{case.topic}")


@contextmanager
def original(case: Quickstart) -> Iterator[TestClient]:
    """Give a client of the original, in process: that of Starlette, which talks to any ASGI application."""
    if case.framework != "ninja":
        app: Any = load(original_of(case)).app
        if case.framework == "flask":
            app = a2wsgi.WSGIMiddleware(app)
        yield TestClient(app)
        return
    if not settings.configured:
        settings.configure(ALLOWED_HOSTS=["*"], SECRET_KEY="for tests alone", LOGGING_CONFIG=None)
    import django
    from django.core.asgi import get_asgi_application
    from django.test import override_settings

    django.setup(set_prefix=False)
    urlconf = load(original_of(case)).__name__
    with override_settings(ROOT_URLCONF=urlconf, ALLOWED_HOSTS=["*"], MIDDLEWARE=[]):
        yield TestClient(get_asgi_application())


def answer(response: Any) -> Answer:
    """Return what counts of an answer: its status, its media type, its value."""
    media_type = response.headers.get("content-type", "").partition(";")[0]
    return response.status_code, media_type, response.json() if media_type == "application/json" else response.text


def talk(client: Any, conversation: Talk) -> list[Any]:
    heard: list[Any] = []
    # What a handler of Starlette's raises when the client leaves reaches the client.
    with suppress(WebSocketDisconnect), client.websocket_connect(conversation.url) as socket:
        for message in conversation.messages:
            if isinstance(message, str):
                socket.send_text(message)
                heard.append(socket.receive_text())
            else:
                socket.send_json(message)
                heard.append(socket.receive_json())
    assert len(heard) == len(conversation.messages)
    return heard


@pairs
def test_same_answers(case: Quickstart):
    """Requests that are right have the same status, media type and body; wrong ones the status that is listed."""
    with original(case) as theirs, Client(load(program_of(case)).app) as ours:
        for ask in case.asks:
            if isinstance(ask, Talk):
                assert talk(ours, ask) == talk(theirs, ask)
                continue
            expected = answer(theirs.request(ask.method, ask.url, **ask.options))
            found = answer(ours.request(ask.method, ask.url, **ask.options))
            assert expected[0] == ask.status, ask
            assert found[0] == (ask.ours or ask.status), ask
            if ask.status < 400 and ask.ours is None:
                assert found == expected, ask


@pairs
def test_no_longer_than_the_original(case: Quickstart):
    """The program has no more lines than its original, and that no more than the documentation's own."""
    ours = length(program_of(case).read_text(encoding="utf-8"))
    theirs = length(original_of(case).read_text(encoding="utf-8"))
    assert ours.lines <= theirs.lines
    if case.documented is not None:
        assert theirs.lines <= case.documented[0]


def test_what_counts_as_length():
    """Blank lines, comments and layout do not count; every line of a longer text does."""
    assert length("# a\n\nx = 1  # b\n\nif x:\n    y = '''\n    z\n    '''\n") == (5, 9)


def test_every_difference_has_its_reason():
    """A status that differs is explained, and only such a one."""
    asks = [ask for case in QUICKSTARTS for ask in case.asks if isinstance(ask, Ask)]
    assert all(bool(ask.reason) == (ask.ours is not None and ask.ours != ask.status) for ask in asks)


def test_page_is_up_to_date():
    """`python -m tests.quickstarts` writes `docs/concepts/quickstarts.md`."""
    assert PAGE.read_text(encoding="utf-8") == page()
