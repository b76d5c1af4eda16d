"""Answers: three attributes for the engine, and convenience for people."""

import enum
import json
import math
import uuid
from dataclasses import dataclass
from datetime import UTC, datetime
from decimal import Decimal

import pytest
from pydantic import BaseModel

from vase.http import (
    FileBody,
    FileResponse,
    HTMLResponse,
    JSONResponse,
    PlainTextResponse,
    RedirectError,
    RedirectResponse,
    Response,
)


def test_a_bare_answer():
    """An answer without anything is an empty 200 without header fields: the engine counts the length."""
    response = Response()
    assert (response.status_code, response.raw_headers, response.body) == (200, [], b"")
    assert repr(response) == "<Response 200>"
    assert response.media_type is None


def test_text_has_a_charset():
    """Media types of text say that they are UTF-8; others are left alone, and so is a charset that is there."""
    assert PlainTextResponse("a").headers["content-type"] == "text/plain; charset=utf-8"
    assert HTMLResponse("a").headers["content-type"] == "text/html; charset=utf-8"
    assert Response("a", media_type="text/csv").headers["content-type"] == "text/csv; charset=utf-8"
    assert Response("a", media_type="text/csv; charset=latin-1").headers["content-type"] == "text/csv; charset=latin-1"
    assert Response("a", media_type="image/png").headers["content-type"] == "image/png"


def test_media_type_has_no_parameters():
    """`media_type` is the bare type."""
    assert HTMLResponse("a").media_type == "text/html"


def test_a_header_wins_over_the_class():
    """A `content-type` among the headers is the only one."""
    response = JSONResponse({}, headers={"Content-Type": "application/vnd.api+json"})
    assert response.headers.getlist("content-type") == ["application/vnd.api+json"]


def test_subclasses_may_name_a_media_type():
    """A subclass says `media_type = "…"` and its answers have it."""

    class XMLResponse(Response):
        media_type = "text/xml"

    response = XMLResponse("<a/>")
    assert response.headers["content-type"] == "text/xml; charset=utf-8"
    assert response.media_type == "text/xml"


class Colour(enum.Enum):
    RED = "red"


@dataclass
class Point:
    x: int
    y: Decimal


class Item(BaseModel):
    id: uuid.UUID
    at: datetime


def test_json_of_everything():
    """Models, dataclasses, dates, UUIDs, decimals, enumerations and sets are written as JSON."""
    item = Item(id=uuid.UUID(int=1), at=datetime(2026, 1, 2, tzinfo=UTC))
    response = JSONResponse({"item": item, "point": Point(1, Decimal("2.50")), "colour": Colour.RED, "set": {1}})
    assert json.loads(response.body) == {
        "item": {"id": "00000000-0000-0000-0000-000000000001", "at": "2026-01-02T00:00:00Z"},
        "point": {"x": 1, "y": "2.50"},
        "colour": "red",
        "set": [1],
    }
    assert response.headers["content-type"] == "application/json"


def test_json_has_no_nan():
    """NaN and the infinities become null: JSON has no word for them."""
    assert JSONResponse([math.nan, math.inf]).body == b"[null,null]"


def test_a_redirect():
    """A redirect has a location and no body."""
    response = RedirectResponse("/a/b?c=d#e", 303)
    assert (response.status_code, response.headers["location"], response.body) == (303, "/a/b?c=d#e", b"")
    assert RedirectResponse("https://example.com/").status_code == 307


def test_a_redirect_is_encoded():
    """Spaces, line breaks, backslashes and letters outside ASCII are percent-encoded; escapes stay as they are."""
    location = RedirectResponse("/ä b%20c\r\nx: y\\z").headers["location"]
    assert location == "/%C3%A4%20b%20c%0D%0Ax:%20y%5Cz"


@pytest.mark.parametrize("url", ["javascript:alert(1)", " JavaScript:alert(1)", "data:text/html,x", "ftp://a/", "//[x"])
def test_redirects_that_attack_are_refused(url: str):
    """A redirect leads to http, https or a path."""
    with pytest.raises(RedirectError, match="leads to http, https or a path") as caught:
        RedirectResponse(url)
    assert caught.value.code == "http.E007"


def test_a_file():
    """A file is named, never opened: its type is guessed from the name."""
    response = FileResponse("/nowhere/report.pdf")
    assert response.body == FileBody("/nowhere/report.pdf")
    assert response.raw_headers == [("content-type", "application/pdf")]


def test_a_download():
    """A file name makes a download of it; `inline` shows it."""
    response = FileResponse("/x/1", filename="Quartalsübersicht.csv")
    assert response.body == FileBody("/x/1", "Quartalsübersicht.csv")
    assert response.headers["content-disposition"] == "attachment; filename*=UTF-8''Quartals%C3%BCbersicht.csv"
    assert response.media_type == "text/csv"
    shown = FileResponse("/x/1", filename="a.png", disposition="inline")
    assert shown.headers["content-disposition"] == 'inline; filename="a.png"'
