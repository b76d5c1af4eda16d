"""Heads that a server must refuse or must understand, over a raw socket, against the example in production mode.

A refusal closes the connection: nobody knows where the next message begins. No case here may reach a handler.
"""

import pytest

from tests.conformance.served import Served
from tests.conformance.wire import HOST, LAST, Wire, exchange, head

H = f"Host: {HOST}\r\n"

REFUSED: dict[str, tuple[str, int]] = {
    # RFC 9112 section 3: method SP request-target SP HTTP-version.
    "3 no version": (f"GET /livez\r\n{H}\r\n", 400),
    "3 only a method": (f"GET\r\n{H}\r\n", 400),
    "3 two spaces before the target": (f"GET  /livez HTTP/1.1\r\n{H}\r\n", 400),
    "3 two spaces after the target": (f"GET /livez  HTTP/1.1\r\n{H}\r\n", 400),
    "3 a tab for a space": (f"GET\t/livez HTTP/1.1\r\n{H}\r\n", 400),
    "3 a space at the end": (f"GET /livez HTTP/1.1 \r\n{H}\r\n", 400),
    "3 a space at the start": (f" GET /livez HTTP/1.1\r\n{H}\r\n", 400),
    "3 a space in the target": (f"GET /liv ez HTTP/1.1\r\n{H}\r\n", 400),
    "3 an octet past ASCII in the target": (f"GET /liv\xe9z HTTP/1.1\r\n{H}\r\n", 400),
    "3 NUL in the target": (f"GET /livez\0 HTTP/1.1\r\n{H}\r\n", 400),
    "3 DEL in the target": (f"GET /livez\x7f HTTP/1.1\r\n{H}\r\n", 400),
    # RFC 9110 section 9.1: a method is a token.
    "9110 9.1 a method with a parenthesis": (f"GE(T /livez HTTP/1.1\r\n{H}\r\n", 400),
    "9110 9.1 a method with a colon": (f"GE:T /livez HTTP/1.1\r\n{H}\r\n", 400),
    "9110 9.1 an empty method": (f" /livez HTTP/1.1\r\n{H}\r\n", 400),
    # RFC 9110 section 9.3.6: an origin server opens no tunnels.
    "9110 9.3.6 CONNECT": (f"CONNECT {HOST}:443 HTTP/1.1\r\n{H}\r\n", 501),
    # RFC 9112 section 3.2: forms of the target.
    "3.2 no leading slash": (f"GET livez HTTP/1.1\r\n{H}\r\n", 400),
    "3.2 a fragment": (f"GET /livez#x HTTP/1.1\r\n{H}\r\n", 400),
    "3.2 another scheme": (f"GET ftp://{HOST}/livez HTTP/1.1\r\n{H}\r\n", 400),
    "3.2.4 an asterisk without OPTIONS": (f"GET * HTTP/1.1\r\n{H}\r\n", 400),
    "9110 4.2.1 an empty host in the target": (f"GET http:///livez HTTP/1.1\r\n{H}\r\n", 400),
    "3986 2.1 a broken escape": (f"GET /%zz HTTP/1.1\r\n{H}\r\n", 400),
    "3986 2.1 half an escape": (f"GET /% HTTP/1.1\r\n{H}\r\n", 400),
    # RFC 9112 section 2.3: the version.
    "2.3 HTTP in small letters": (f"GET /livez http/1.1\r\n{H}\r\n", 400),
    "2.3 no minor version": (f"GET /livez HTTP/1\r\n{H}\r\n", 400),
    "2.3 a comma": (f"GET /livez HTTP/1,1\r\n{H}\r\n", 400),
    "2.3 two digits": (f"GET /livez HTTP/1.10\r\n{H}\r\n", 400),
    "2.3 a leading zero": (f"GET /livez HTTP/01.1\r\n{H}\r\n", 400),
    "9110 15.6.6 version 2.0": (f"GET /livez HTTP/2.0\r\n{H}\r\n", 505),
    "9110 15.6.6 version 0.9": (f"GET /livez HTTP/0.9\r\n{H}\r\n", 505),
    "3 a request of HTTP/0.9": ("GET /livez\r\n", 400),
    # RFC 9112 section 2.2: lines end in CR LF.
    "2.2 LF after the request line": (f"GET /livez HTTP/1.1\n{H}\r\n", 400),
    "2.2 LF after a header line": (f"GET /livez HTTP/1.1\r\nHost: {HOST}\n\r\n", 400),
    "2.2 LF at the end": (f"GET /livez HTTP/1.1\r\n{H}\n", 400),
    "2.2 CR in a value": (f"GET /livez HTTP/1.1\r\n{H}X: a\rb\r\n\r\n", 400),
    "2.2 CR CR LF": (f"GET /livez HTTP/1.1\r\r\n{H}\r\n", 400),
    "2.2 CR alone at the end": (f"GET /livez HTTP/1.1\r\n{H}\r\rX", 400),
    "2.2 white space before the first header": (f"GET /livez HTTP/1.1\r\n X: a\r\n{H}\r\n", 400),
    # RFC 9112 section 5: header lines.
    "5 no colon": (f"GET /livez HTTP/1.1\r\n{H}X\r\n\r\n", 400),
    "5 an empty name": (f"GET /livez HTTP/1.1\r\n{H}: a\r\n\r\n", 400),
    "5.1 a space before the colon": (f"GET /livez HTTP/1.1\r\n{H}X : a\r\n\r\n", 400),
    "5.1 a tab before the colon": (f"GET /livez HTTP/1.1\r\n{H}X\t: a\r\n\r\n", 400),
    "5.1 a space in the name": (f"GET /livez HTTP/1.1\r\n{H}X Y: a\r\n\r\n", 400),
    "5.2 a folded line": (f"GET /livez HTTP/1.1\r\n{H}X: a\r\n b\r\n\r\n", 400),
    "5.2 a line folded with a tab": (f"GET /livez HTTP/1.1\r\n{H}X: a\r\n\tb\r\n\r\n", 400),
    "9110 5.1 a bracket in the name": (f"GET /livez HTTP/1.1\r\n{H}X[0]: a\r\n\r\n", 400),
    "9110 5.1 an octet past ASCII in the name": (f"GET /livez HTTP/1.1\r\n{H}X\xe9: a\r\n\r\n", 400),
    "9110 5.5 NUL in a value": (f"GET /livez HTTP/1.1\r\n{H}X: a\0b\r\n\r\n", 400),
    "9110 5.5 a control character in a value": (f"GET /livez HTTP/1.1\r\n{H}X: a\x01b\r\n\r\n", 400),
    "9110 5.5 DEL in a value": (f"GET /livez HTTP/1.1\r\n{H}X: a\x7fb\r\n\r\n", 400),
    # RFC 9110 section 8.6, RFC 9112 section 6.3: one length, and it is a number.
    "9110 8.6 a negative length": (f"POST /api/articles HTTP/1.1\r\n{H}Content-Length: -1\r\n\r\n", 400),
    "9110 8.6 a signed length": (f"POST /api/articles HTTP/1.1\r\n{H}Content-Length: +2\r\n\r\n[]", 400),
    "9110 8.6 a length in hexadecimal": (f"POST /api/articles HTTP/1.1\r\n{H}Content-Length: 0x2\r\n\r\n[]", 400),
    "9110 8.6 an empty length": (f"POST /api/articles HTTP/1.1\r\n{H}Content-Length:\r\n\r\n[]", 400),
    "9110 8.6 a length with a space": (f"POST /api/articles HTTP/1.1\r\n{H}Content-Length: 1 2\r\n\r\n[]", 400),
    "9110 8.6 a length with an underscore": (f"POST /api/articles HTTP/1.1\r\n{H}Content-Length: 1_0\r\n\r\n[]", 400),
    "9110 8.6 a fraction": (f"POST /api/articles HTTP/1.1\r\n{H}Content-Length: 2.0\r\n\r\n[]", 400),
    "9110 8.6 past 64 bits": (
        f"POST /api/articles HTTP/1.1\r\n{H}Content-Length: 18446744073709551618\r\n\r\n[]",
        400,
    ),
    "9112 6.3 two lengths": (
        f"POST /api/articles HTTP/1.1\r\n{H}Content-Length: 2\r\nContent-Length: 3\r\n\r\n[]",
        400,
    ),
    "9112 6.3 two equal lengths": (
        f"POST /api/articles HTTP/1.1\r\n{H}Content-Length: 2\r\nContent-Length: 2\r\n\r\n[]",
        400,
    ),
    "9112 6.3 a list of lengths": (f"POST /api/articles HTTP/1.1\r\n{H}Content-Length: 2, 2\r\n\r\n[]", 400),
    "9112 6.3 two lengths of a GET": (
        f"GET /livez HTTP/1.1\r\n{H}Content-Length: 0\r\nContent-Length: 5\r\n\r\nhello",
        400,
    ),
    # RFC 9112 section 6.1: what smugglers try.
    "6.1 CL.TE": (
        f"POST /api/articles HTTP/1.1\r\n{H}Content-Length: 6\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\nG",
        400,
    ),
    "6.1 TE.CL": (
        f"POST /api/articles HTTP/1.1\r\n{H}Transfer-Encoding: chunked\r\nContent-Length: 4\r\n\r\n0\r\n\r\n",
        400,
    ),
    "6.1 TE.TE": (
        f"POST /api/articles HTTP/1.1\r\n{H}Transfer-Encoding: chunked\r\nTransfer-Encoding: x\r\n\r\n0\r\n\r\n",
        400,
    ),
    "6.1 chunked twice": (
        f"POST /api/articles HTTP/1.1\r\n{H}Transfer-Encoding: chunked, chunked\r\n\r\n0\r\n\r\n",
        400,
    ),
    "6.1 chunked not last": (
        f"POST /api/articles HTTP/1.1\r\n{H}Transfer-Encoding: chunked, gzip\r\n\r\n0\r\n\r\n",
        400,
    ),
    "6.1 identity": (f"POST /api/articles HTTP/1.1\r\n{H}Transfer-Encoding: identity\r\n\r\n", 400),
    "6.1 an unknown coding": (f"POST /api/articles HTTP/1.1\r\n{H}Transfer-Encoding: xchunked\r\n\r\n0\r\n\r\n", 400),
    "6.1 chunked with a vertical tab": (
        f"POST /api/articles HTTP/1.1\r\n{H}Transfer-Encoding: \x0bchunked\r\n\r\n0\r\n\r\n",
        400,
    ),
    "6.1 chunked in quotes": (
        f'POST /api/articles HTTP/1.1\r\n{H}Transfer-Encoding: "chunked"\r\n\r\n0\r\n\r\n',
        400,
    ),
    "6.1 an empty coding": (f"POST /api/articles HTTP/1.1\r\n{H}Transfer-Encoding:\r\n\r\n0\r\n\r\n", 400),
    "6.1 a space before the colon": (
        f"POST /api/articles HTTP/1.1\r\n{H}Transfer-Encoding : chunked\r\n\r\n0\r\n\r\n",
        400,
    ),
    "6.1 a folded coding": (
        f"POST /api/articles HTTP/1.1\r\n{H}Transfer-Encoding:\r\n chunked\r\n\r\n0\r\n\r\n",
        400,
    ),
    "6.1 gzip before chunked": (
        f"POST /api/articles HTTP/1.1\r\n{H}Transfer-Encoding: gzip, chunked\r\n\r\n0\r\n\r\n",
        501,
    ),
    "6.1 chunked of HTTP/1.0": (
        f"POST /api/articles HTTP/1.0\r\n{H}Transfer-Encoding: chunked\r\n\r\n0\r\n\r\n",
        400,
    ),
    # RFC 9110 section 10.1.1.
    "9110 10.1.1 an unknown expectation": (f"GET /livez HTTP/1.1\r\n{H}Expect: miracles\r\n\r\n", 417),
    # Other protocols.
    "3.4 the preface of HTTP/2": ("PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n", 505),
    "2 a TLS client": ("\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03", 400),
    "2 an SSH client": ("SSH-2.0-OpenSSH_9.2\r\n", 400),
}

UNDERSTOOD: dict[str, tuple[str, int]] = {
    "2.2 an empty line before": (f"\r\nGET /livez HTTP/1.1\r\n{H}\r\n", 200),
    "2.3 a higher minor version": (f"GET /livez HTTP/1.2\r\n{H}\r\n", 200),
    "2.3 HTTP/1.0": ("GET /livez HTTP/1.0\r\n\r\n", 200),
    "3.2.2 the absolute form": (f"GET http://{HOST}/livez HTTP/1.1\r\n{H}\r\n", 200),
    "3.2.2 a scheme in capitals": (f"GET HTTP://{HOST}/livez HTTP/1.1\r\n{H}\r\n", 200),
    "3.2.4 OPTIONS of the server": (f"OPTIONS * HTTP/1.1\r\n{H}\r\n", 204),
    "5.1 a value without white space": (f"GET /livez HTTP/1.1\r\n{H}X:a\r\n\r\n", 200),
    "5.1 an empty value": (f"GET /livez HTTP/1.1\r\n{H}X:\r\n\r\n", 200),
    "5.1 white space around a value": (f"GET /livez HTTP/1.1\r\n{H}X: \t a \t \r\n\r\n", 200),
    "9110 5.5 octets past ASCII in a value": (f"GET /livez HTTP/1.1\r\n{H}X: \xe9\xff\r\n\r\n", 200),
    "9110 5.6.2 every octet of a token": (f"GET /livez HTTP/1.1\r\n{H}!#$%&'*+-.^_`|~09Az: a\r\n\r\n", 200),
    "6.3 a GET with a body": (f"GET /livez HTTP/1.1\r\n{H}Content-Length: 5\r\n\r\nhello", 200),
    "6.3 a length of zeros": (f"GET /livez HTTP/1.1\r\n{H}Content-Length: 000\r\n\r\n", 200),
    "9110 9.1 an unknown method": (f"FROBNICATE /api/tags HTTP/1.1\r\n{H}\r\n", 405),
    "9110 9.1 methods know capitals": (f"get /api/tags HTTP/1.1\r\n{H}\r\n", 405),
    "9110 9.3.8 TRACE": (f"TRACE /api/tags HTTP/1.1\r\n{H}\r\n", 405),
    "9110 10.1.1 100-continue in capitals": (f"GET /livez HTTP/1.1\r\n{H}Expect: 100-CONTINUE\r\n\r\n", 200),
    "9110 7.8 an offer of HTTP/2": (f"GET /livez HTTP/1.1\r\n{H}Connection: Upgrade\r\nUpgrade: h2c\r\n\r\n", 200),
}


@pytest.mark.parametrize("name", REFUSED)
def test_a_bad_head_is_refused(production: Served, name: str) -> None:
    """The section of RFC 9112, or of the RFC that is named, says what is wrong; the answer closes the connection."""
    text, status = REFUSED[name]
    smuggled = head("GET", "/api/tags", "X-Smuggled: yes")
    before = production.python_calls
    dialogue = exchange(production.port, text.encode("latin-1") + smuggled)
    assert dialogue.statuses == [status]
    assert dialogue.answers[0].closes
    assert dialogue.is_closed
    assert dialogue.answers[0].get("content-type") == "application/problem+json"
    assert production.python_calls == before


@pytest.mark.parametrize("name", UNDERSTOOD)
def test_an_unusual_head_is_understood(production: Served, name: str) -> None:
    """The section of RFC 9112, or of the RFC that is named, says that it is good; Python is not needed for it."""
    text, status = UNDERSTOOD[name]
    before = production.python_calls
    dialogue = exchange(production.port, text.encode("latin-1") + LAST)
    assert dialogue.statuses == ([status] if "1.0" in text else [status, 200])
    assert production.python_calls == before


BAD_CHUNKS = {
    "no size": b"\r\n[]\r\n0\r\n\r\n",
    "no hexadecimal number": b"g\r\n[]\r\n0\r\n\r\n",
    "a sign": b"+2\r\n[]\r\n0\r\n\r\n",
    "a negative size": b"-2\r\n[]\r\n0\r\n\r\n",
    "a prefix": b"0x2\r\n[]\r\n0\r\n\r\n",
    "an underscore": b"0_2\r\n[]\r\n0\r\n\r\n",
    "white space before the size": b" 2\r\n[]\r\n0\r\n\r\n",
    "white space after the size": b"2 \r\n[]\r\n0\r\n\r\n",
    "LF after the size": b"2\n[]\r\n0\r\n\r\n",
    "CR after the size": b"2\r[]\r\n0\r\n\r\n",
    "data shorter than its size": b"3\r\n[]\r\n0\r\n\r\n",
    "data longer than its size": b"1\r\n[]\r\n0\r\n\r\n",
    "no line end after the data": b"2\r\n[]0\r\n\r\n",
    "LF after the data": b"2\r\n[]\n0\r\n\r\n",
    "LF at the end": b"2\r\n[]\r\n0\r\n\n",
    "LF after the last size": b"2\r\n[]\r\n0\n\r\n",
    "a nameless extension": b"2;=a\r\n[]\r\n0\r\n\r\n",
    "LF in an extension": b"2;a\n\r\n[]\r\n0\r\n\r\n",
    "CR in an extension": b"2;a\rb\r\n[]\r\n0\r\n\r\n",
    "NUL in an extension": b"2;a\0\r\n[]\r\n0\r\n\r\n",
    "a trailer without colon": b"2\r\n[]\r\n0\r\nX\r\n\r\n",
    "white space in a trailer's name": b"2\r\n[]\r\n0\r\nX Y: a\r\n\r\n",
    "a folded trailer": b"2\r\n[]\r\n0\r\nX: a\r\n b\r\n\r\n",
    "LF in a trailer": b"2\r\n[]\r\n0\r\nX: a\n\r\n",
    "NUL in a trailer": b"2\r\n[]\r\n0\r\nX: a\0\r\n\r\n",
    "no chunks at all": b"[]" + b"\r\n" * 4,
}
READERS = ("/upload", "/body", "/item", "/any", "/loads")


@pytest.mark.parametrize("name", BAD_CHUNKS)
def test_a_bad_chunk_is_a_400(production: Served, odd: Served, name: str) -> None:
    """A body that is no chunked body (RFC 9112 section 7.1) is a 400 and never a 500, whoever reads it.

    That is: a body parameter of the example, a streaming handler, `body()`, a model, a dictionary, `json()`.
    What follows is not taken for a request.
    """
    data = BAD_CHUNKS[name] + head("GET", "/livez")
    lines = ("Content-Type: application/json", "Transfer-Encoding: chunked")
    asked = [(production, "/api/articles"), *((odd, path) for path in READERS)]
    for server, path in asked:
        dialogue = exchange(server.port, head("POST", path, *lines) + data)
        assert (dialogue.statuses, dialogue.is_closed) == ([400], True), path


def test_a_bad_chunk_that_nobody_reads_ends_the_connection(odd: Served) -> None:
    """A handler that ignores its body answers; the connection ends, for the body cannot be skipped (RFC 9112 9.3)."""
    for body in BAD_CHUNKS.values():
        data = head("POST", "/ignore", "Transfer-Encoding: chunked") + body + head("GET", "/livez")
        dialogue = exchange(odd.port, data)
        assert dialogue.statuses in ([200], [400])
        assert dialogue.is_closed


@pytest.mark.parametrize("cut", [0, 1, 5])
def test_a_body_that_is_cut_off_is_a_400(production: Served, odd: Served, cut: int) -> None:
    """Fewer octets than declared, or no last chunk, is no complete message (RFC 9112 section 8), nor taken for one."""
    half = b"[1,2]"[:cut]
    for server, path in [(production, "/api/articles"), *((odd, path) for path in READERS)]:
        for line, body in (
            ("Content-Length: 6", half),
            ("Transfer-Encoding: chunked", b"6\r\n" + half),
            ("Transfer-Encoding: chunked", b"%x\r\n%s\r\n" % (len(half), half) if half else b""),
        ):
            data = head("POST", path, "Content-Type: application/json", line) + body
            with_fin = exchange_half_closed(server.port, data)
            assert with_fin == [400], (path, line, body)


def exchange_half_closed(port: int, data: bytes) -> list[int]:
    statuses: list[int] = []
    with Wire(port) as wire:
        wire.send(data).half_close()
        while True:
            try:
                statuses.append(wire.answer().status)
            except ConnectionError:
                return statuses
