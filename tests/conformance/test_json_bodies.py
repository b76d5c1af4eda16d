"""JSON that attacks: deep, long, large, or not JSON at all. Always a 4xx, never a 5xx, and quickly (RFC 8259)."""

import gzip
import json

import pytest

from tests.conformance.served import Served
from tests.conformance.wire import LAST, Wire, exchange, request

JSON = "Content-Type: application/json"
DEEP = 100_000


def article(body: bytes) -> bytes:
    """Return the envelope of a new article, its text as it stands."""
    return b'{"article":{"title":"A","author":"wire","body":' + body + b"}}"


BODIES: dict[str, bytes] = {
    "nothing": b"",
    "white space": b" \r\n\t ",
    "arrays 100,000 deep": b"[" * DEEP + b"]" * DEEP,
    "objects 100,000 deep": b'{"a":' * DEEP + b"1" + b"}" * DEEP,
    "arrays 100,000 deep without end": b"[" * DEEP,
    "a deep value in a field": article(b"[" * DEEP + b"]" * DEEP),
    "a number of 10,000 digits": article(b"1" * 10_000),
    "a negative number of 10,000 digits": article(b"-" + b"1" * 10_000),
    "a fraction of 10,000 digits": article(b"0." + b"1" * 10_000),
    "an exponent without measure": article(b"1e999999999"),
    "NaN": article(b"NaN"),
    "Infinity": article(b"Infinity"),
    "-Infinity": article(b"-Infinity"),
    "a lone surrogate": article(b'"\\ud800"'),
    "two low surrogates": article(b'"\\udc00\\udc00"'),
    "half an escape": article(b'"\\u12"'),
    "an unknown escape": article(b'"\\x41"'),
    "a raw control character": article(b'"\x01"'),
    "a raw line break": article(b'"a\nb"'),
    "a raw NUL": article(b'"\0"'),
    "broken UTF-8": article(b'"\xff\xfe"'),
    "an overlong UTF-8 sequence": article(b'"\xc0\xaf"'),
    "a surrogate in UTF-8": article(b'"\xed\xa0\x80"'),
    "UTF-16": '{"article":{}}'.encode("utf-16"),
    "a byte order mark": b"\xef\xbb\xbf" + article(b'"x"'),
    "single quotes": b"{'article': {}}",
    "a comma too many": b'{"article":{},}',
    "a comma in an array": b"[1,]",
    "a comment": b'{"article":{}} // x',
    "two values": b"{}{}",
    "something behind": article(b'"x"') + b"x",
    "a leading zero": b"[01]",
    "a plus sign": b"[+1]",
    "a bare point": b"[1.]",
    "hexadecimal": b"[0x10]",
    "True": b"True",
    "an unquoted key": b"{article: 1}",
    "a number": b"1",
    "null": b"null",
    "a string": b'"x"',
    "a key twice, the second wrong": b'{"article":{"title":"A"},"article":1}',
    "100,000 unknown keys": json.dumps({f"k{number}": number for number in range(100_000)}).encode(),
    "gzip without saying so": gzip.compress(article(b'"x"')),
    "a form": b"article=1&title=2",
}


@pytest.mark.parametrize("name", BODIES)
def test_a_bad_body_is_a_4xx(production: Served, odd: Served, name: str) -> None:
    """What is no JSON (RFC 8259), or not the JSON that is asked for, is a 4xx within two seconds of work."""
    body = BODIES[name]
    for server, path in ((production, "/api/articles"), (odd, "/item")):
        began = server.seconds
        dialogue = exchange(server.port, request("POST", path, body, JSON) + LAST)
        assert dialogue.statuses[0] in {400, 413, 415, 422}, path
        assert dialogue.statuses[1:] == [200]
        assert server.seconds - began < 2


NOT_JSON = {
    "NaN": b'{"a":NaN}',
    "Infinity": b'{"a":Infinity}',
    "-Infinity": b'{"a":-Infinity}',
    "-NaN": b'{"a":-NaN}',
    "1e999": b'{"a":1e999}',
    "a lone surrogate": b'{"a":"\\ud800"}',
    "broken UTF-8": b'{"a":"\xff"}',
    "a raw control character": b'{"a":"\x01"}',
    "a comma too many": b'{"a":1,}',
    "something behind": b'{"a":1}x',
    "a leading zero": b'{"a":01}',
    "depth": b'{"a":' + b"[" * DEEP + b"]" * DEEP + b"}",
}


FORBIDDEN = [(path, name) for path in ("/any", "/loads", "/item") for name in NOT_JSON]


@pytest.mark.parametrize(("path", "name"), FORBIDDEN)
def test_what_the_grammar_forbids_is_refused_whatever_the_type(odd: Served, path: str, name: str) -> None:
    """A parameter that takes any JSON takes JSON: no NaN, no lone surrogate (RFC 8259 sections 6, 8.2)."""
    body = NOT_JSON[name]
    if path == "/item":
        body = b'{"name":"x","anything":' + body + b"}"
    dialogue = exchange(odd.port, request("POST", path, body, JSON) + LAST)
    assert dialogue.statuses[0] in {400, 422}
    assert dialogue.statuses[1:] == [200]


UNFIT = {
    "a float of 1e999": ("/item", b'{"name":"x","price":1e999}', "body.price"),
    "a float of -1e999": ("/item", b'{"name":"x","price":-1e999}', "body.price"),
    "a float of NaN": ("/item", b'{"name":"x","price":NaN}', "body.price"),
    "a float of 400 digits": ("/item", b'{"name":"x","price":' + b"9" * 400 + b"}", "body.price"),
    "an integer of 1e400": ("/item", b'{"name":"x","count":1e400}', "body.count"),
    "anything of 1e999": ("/item", b'{"name":"x","anything":[{"a":[0,1e999]}]}', "body.anything[0].a[1]"),
    "anything of -Infinity": ("/any", b'{"name":"x","b":{"c":-Infinity}}', "body.b.c"),
    "a name with escapes": ("/any", b'{"[\\"{,":[[],{"x":"NaN,"},NaN]}', 'body.["{,[2]'),
    "in a list of floats": ("/floats", b"[1, 2.5,\n 1e309, 3]", "body[2]"),
}


@pytest.mark.parametrize("name", UNFIT)
def test_a_number_that_no_float_holds_is_refused_with_its_place(odd: Served, name: str) -> None:
    """It would be an infinity for the handler and no JSON on its way back (RFC 8259 section 6)."""
    path, body, place = UNFIT[name]
    answer = exchange(odd.port, request("POST", path, body, JSON) + LAST).answers[0]
    assert answer.status == 422
    faults = json.loads(answer.body)["errors"]
    assert [fault["path"] for fault in faults] == [place]


def test_such_a_number_is_told_with_line_and_column(odd: Served) -> None:
    """Who wrote a large document finds the number, also where no path is looked for."""
    answer = odd.ask(request("POST", "/floats", b"[1, 2.5,\n 1e309, 3]", JSON))
    (fault,) = json.loads(answer.body)["errors"]
    assert fault["msg"] == "`1e309` is more than a float holds, at line 2 column 2"
    assert (fault["type"], fault["pointer"]) == ("finite_number", "#/2")
    answer = odd.ask(request("POST", "/floats", b"[" + b"0.5, " * 20_000 + b"NaN]", JSON))
    (fault,) = json.loads(answer.body)["errors"]
    assert fault["msg"] == "`NaN` is no number of JSON, at line 1 column 100002"
    assert (fault["type"], fault["path"]) == ("json_invalid", "body")
    answer = odd.ask(request("POST", "/loads", b'{"a":\n-1e999}', JSON))
    assert answer.status == 400
    assert "`-1e999` is more than a float holds, at line 2 column 1" in json.loads(answer.body)["detail"]


@pytest.mark.parametrize(
    "body",
    [
        b'{"name":"NaN Infinity 1e999","price":"1.5"}',
        b'{"name":"x","price":1.7976931348623157e308}',
        b'{"name":"x","price":1e-999}',
        b'{"name":"x","anything":' + b"9" * 300 + b"}",
        b'{"name":"x","count":12345678901234567890}',
    ],
    ids=lambda body: body[:48].decode(),
)
def test_a_number_that_fits_is_taken(odd: Served, body: bytes) -> None:
    """Large and small numbers, and words in strings, are nobody's fault."""
    assert odd.ask(request("POST", "/item", body, JSON)).status == 200


def test_an_integer_may_be_longer_than_a_float(odd: Served) -> None:
    """Where no float is asked for, an integer has as many digits as Python takes."""
    assert odd.ask(request("POST", "/any", b'{"a":' + b"9" * 700 + b"}", JSON)).status == 200


def test_a_good_body_is_taken(odd: Served) -> None:
    """Every kind of JSON passes, numbers, escapes, surrogate pairs and all: not everything is refused."""
    body = b'{"name":"\\ud83d\\ude00 \\u00e9 \xc3\xa9","count":12,"price":1.5e3,"anything":[null,true,{"a":[]}]}'
    answer = exchange(odd.port, request("POST", "/item", body, JSON) + LAST).answers[0]
    assert answer.status == 200
    assert json.loads(answer.body) == {
        "name": "😀 é é",
        "count": 12,
        "price": 1500.0,
        "anything": [None, True, {"a": []}],
    }


def test_twenty_megabytes_are_a_413(production: Served) -> None:
    """A body past the limit is refused by its declared length, and the client reads why (RFC 9110 section 15.5.14)."""
    before = production.resident
    with Wire(production.port) as wire:
        wire.send(request("POST", "/api/articles", b'["' + b"x" * 20_000_000 + b'"]', JSON))
        assert wire.answer().status == 413
    assert production.resident - before < 16 * 1024 * 1024


def test_eight_megabytes_of_json_are_read_quickly(production: Served) -> None:
    """The most that is taken, in its most expensive forms, costs a bounded time."""
    most = 8 * 1024 * 1024 - 2
    for body in (b"[" + b"0," * (most // 2 - 1) + b"0]", b'["' + b"\\n" * (most // 2 - 2) + b'"]', b"{}" + b" " * most):
        began = production.seconds
        assert exchange(production.port, request("POST", "/api/articles", body, JSON) + LAST).statuses == [422, 200]
        assert production.seconds - began < 3


@pytest.fixture(scope="module")
def bomb() -> bytes:
    """Twenty megabytes of zeros in a few kilobytes."""
    return gzip.compress(b"[" + b"0," * 10_000_000 + b"0]")


@pytest.mark.parametrize("coding", ["gzip", "br", "zstd", "deflate", "gzip, gzip", "unknown"])
def test_a_coded_body_is_not_unpacked(production: Served, bomb: bytes, coding: str) -> None:
    """A bomb needs somebody who unpacks it: a `Content-Encoding` of a request is refused (RFC 9110 section 15.5.16)."""
    before = production.resident
    answer = production.ask(request("POST", "/api/articles", bomb, JSON, f"Content-Encoding: {coding}"))
    assert answer.status in {400, 415, 422}
    assert production.resident - before < 16 * 1024 * 1024


@pytest.mark.parametrize("count", [150, 20_000, 100_000])
def test_many_faults_make_no_large_answer(production: Served, count: int) -> None:
    """A body full of faults is answered with the first of them and their number, in bounded time and memory."""
    before = production.resident
    members = {f"k{number}": number for number in range(count)}
    answer = production.ask(request("POST", "/api/articles", json.dumps({"article": members}).encode(), JSON))
    assert answer.status == 422
    assert len(answer.body) < 30_000
    faults = json.loads(answer.body)["errors"]
    assert (len(faults), faults[-1]["type"]) == ((101, "too_many_faults") if count == 150 else (1, "too_many_faults"))
    # Pydantic itself keeps about a kilobyte for each fault while it looks for more.
    assert production.resident - before < 160 * 1024 * 1024


def test_a_long_name_is_told_shortened(production: Served) -> None:
    """The name of an unknown member is the client's: an answer repeats its beginning alone."""
    body = b'{"article":{"' + b"k" * 1_000_000 + b'":1}}'
    answer = production.ask(request("POST", "/api/articles", body, JSON))
    assert answer.status == 422
    assert len(answer.body) < 5_000


def test_faults_name_each_field(production: Served) -> None:
    """A 422 is problem details with the path of each fault (RFC 9457), and repeats no more than it must."""
    answer = production.ask(request("POST", "/api/articles", b'{"article":{"title":"","tagList":[1]}}', JSON))
    assert (answer.status, answer.get("content-type")) == (422, "application/problem+json")
    text = answer.body.decode()
    assert all(name in text for name in ("title", "tagList", "body", "author"))
    long = production.ask(request("POST", "/api/articles", article(b'{"a":"' + b"x" * 100_000 + b'"}'), JSON))
    assert long.status == 422
    assert len(long.body) < 10_000
