//! Header lines: their ends, names, values and number.

use super::{Case, Send, Then, answer, case, status};

macro_rules! with {
    ($fields:expr) => {
        Send::Text(concat!(
            "GET /header HTTP/1.1\r\nHost: a\r\n",
            $fields,
            "\r\n"
        ))
    };
}

fn many_fields(count: usize) -> Vec<u8> {
    let mut request = b"GET / HTTP/1.1\r\nHost: a\r\n".to_vec();
    for index in 1..count {
        request.extend_from_slice(format!("X-{index}: a\r\n").as_bytes());
    }
    request.extend_from_slice(b"\r\n");
    request
}

fn long_field(octets: usize) -> Vec<u8> {
    let value = b"a".repeat(octets);
    [
        b"GET / HTTP/1.1\r\nHost: a\r\nX-Test: ",
        &value[..],
        b"\r\n\r\n",
    ]
    .concat()
}

#[rustfmt::skip]
pub(super) const CASES: &[Case] = &[
    // Line ends.
    case("lf-after-the-request-line", "RFC 9112 section 2.2", Send::Text("GET / HTTP/1.1\nHost: a\r\n\r\n"), &[status(400)], Then::Closed),
    case("lf-after-a-field", "RFC 9112 section 2.2", Send::Text("GET / HTTP/1.1\r\nHost: a\n\r\n"), &[status(400)], Then::Closed),
    case("lf-at-the-end", "RFC 9112 section 2.2", Send::Text("GET / HTTP/1.1\r\nHost: a\r\n\n"), &[status(400)], Then::Closed),
    case("lf-everywhere", "RFC 9112 section 2.2", Send::Text("GET / HTTP/1.1\nHost: a\n\n"), &[status(400)], Then::Closed),
    case("cr-after-the-request-line", "RFC 9112 section 2.2", Send::Text("GET / HTTP/1.1\rHost: a\r\n\r\n"), &[status(400)], Then::Closed),
    case("cr-in-a-value", "RFC 9112 section 2.2", with!("X-Test: a\rb\r\n"), &[status(400)], Then::Closed),
    case("cr-cr-lf", "RFC 9112 section 2.2", with!("X-Test: a\r\r\n"), &[status(400)], Then::Closed),
    case("cr-in-a-name", "RFC 9112 section 2.2", with!("X\r-Test: a\r\n"), &[status(400)], Then::Closed),
    case("cr-before-the-colon", "RFC 9112 section 2.2", with!("X-Test\r: a\r\n"), &[status(400)], Then::Closed),

    // Folding and white space.
    case("fold-with-space", "RFC 9112 section 5.2", with!("X-Test: a\r\n b\r\n"), &[status(400)], Then::Closed),
    case("fold-with-tab", "RFC 9112 section 5.2", with!("X-Test: a\r\n\tb\r\n"), &[status(400)], Then::Closed),
    case("fold-of-nothing", "RFC 9112 section 5.2", with!("X-Test: a\r\n \r\n"), &[status(400)], Then::Closed),
    case("space-before-the-first-field", "RFC 9112 section 2.2", Send::Text("GET / HTTP/1.1\r\n Host: a\r\n\r\n"), &[status(400)], Then::Closed),
    case("space-before-the-colon", "RFC 9112 section 5.1", with!("X-Test : a\r\n"), &[status(400)], Then::Closed),
    case("tab-before-the-colon", "RFC 9112 section 5.1", with!("X-Test\t: a\r\n"), &[status(400)], Then::Closed),
    case("space-around-the-value", "RFC 9112 section 5.1", with!("X-Test: \t a b \t \r\n"), &[answer(200, r#"["a b"]"#)], Then::Open),
    case("no-space-before-the-value", "RFC 9112 section 5.1", with!("X-Test:a\r\n"), &[answer(200, r#"["a"]"#)], Then::Open),
    case("tab-within-the-value", "RFC 9110 section 5.5", with!("X-Test: a\tb\r\n"), &[answer(200, "[\"a\\tb\"]")], Then::Open),
    case("eight-tabs-within-the-value", "RFC 9110 section 5.5", with!("X-Test: a\t\t\t\t\t\t\t\tb\r\n"), &[status(200)], Then::Open),

    // Names.
    case("name-in-any-case", "RFC 9110 section 5.1", with!("x-TEST: a\r\n"), &[answer(200, r#"["a"]"#)], Then::Open),
    case("name-empty", "RFC 9112 section 5", with!(": a\r\n"), &[status(400)], Then::Closed),
    case("name-with-space", "RFC 9110 section 5.1", with!("X Test: a\r\n"), &[status(400)], Then::Closed),
    case("name-with-delimiter", "RFC 9110 section 5.1", with!("X(Test): a\r\n"), &[status(400)], Then::Closed),
    case("name-with-slash", "RFC 9110 section 5.1", with!("X/Test: a\r\n"), &[status(400)], Then::Closed),
    case("name-not-ascii", "RFC 9110 section 5.1", Send::Octets(b"GET / HTTP/1.1\r\nHost: a\r\nX-T\xc3\xa9: a\r\n\r\n"), &[status(400)], Then::Closed),
    case("name-with-nul", "RFC 9110 section 5.1", Send::Octets(b"GET / HTTP/1.1\r\nHost: a\r\nX\0: a\r\n\r\n"), &[status(400)], Then::Closed),
    case("name-with-underscore", "RFC 9110 section 5.1", with!("X_Test: a\r\n"), &[status(200)], Then::Open),
    case("name-of-odd-token-characters", "RFC 9110 section 5.6.2", with!("!#$%&'*+-.^_`|~: a\r\n"), &[status(200)], Then::Open),
    case("colon-missing", "RFC 9112 section 5", with!("X-Test\r\n"), &[status(400)], Then::Closed),
    case("colon-missing-in-a-request-line", "RFC 9112 section 5", with!("GET / HTTP/1.1\r\n"), &[status(400)], Then::Closed),

    // Values.
    case("value-empty", "RFC 9110 section 5.5", with!("X-Test:\r\n"), &[answer(200, r#"[""]"#)], Then::Open),
    case("value-with-colons", "RFC 9110 section 5.5", with!("X-Test: a:b: c\r\n"), &[answer(200, r#"["a:b: c"]"#)], Then::Open),
    case("value-obs-text", "RFC 9110 section 5.5", Send::Octets(b"GET /header HTTP/1.1\r\nHost: a\r\nX-Test: \xc3\xa9\r\n\r\n"), &[answer(200, "[\"é\"]")], Then::Open),
    case("value-with-nul", "RFC 9110 section 5.5", Send::Octets(b"GET / HTTP/1.1\r\nHost: a\r\nX-Test: a\0b\r\n\r\n"), &[status(400)], Then::Closed),
    case("value-with-control", "RFC 9110 section 5.5", Send::Octets(b"GET / HTTP/1.1\r\nHost: a\r\nX-Test: a\x01b\r\n\r\n"), &[status(400)], Then::Closed),
    case("value-with-vertical-tab", "RFC 9110 section 5.5", Send::Octets(b"GET / HTTP/1.1\r\nHost: a\r\nX-Test: a\x0bb\r\n\r\n"), &[status(400)], Then::Closed),
    case("value-with-escape", "RFC 9110 section 5.5", Send::Octets(b"GET / HTTP/1.1\r\nHost: a\r\nX-Test: a\x1bb\r\n\r\n"), &[status(400)], Then::Closed),
    case("value-with-del", "RFC 9110 section 5.5", Send::Octets(b"GET / HTTP/1.1\r\nHost: a\r\nX-Test: a\x7fb\r\n\r\n"), &[status(400)], Then::Closed),
    case("value-in-two-lines-keeps-its-order", "RFC 9110 section 5.3", with!("X-Test: 1\r\nX-Other: 2\r\nX-Test: 3\r\n"), &[answer(200, r#"["1", "3"]"#)], Then::Open),

    // How many, how long.
    case("fields-100", "RFC 6585 section 5", Send::Made(|| many_fields(100)), &[status(200)], Then::Open),
    case("fields-101", "RFC 6585 section 5", Send::Made(|| many_fields(101)), &[status(431)], Then::Closed),
    case("fields-5000", "RFC 6585 section 5", Send::Made(|| many_fields(5_000)), &[status(431)], Then::Closed),
    case("field-of-60000-octets", "RFC 6585 section 5", Send::Made(|| long_field(60_000)), &[status(200)], Then::Open),
    case("field-of-70000-octets", "RFC 6585 section 5", Send::Made(|| long_field(70_000)), &[status(431)], Then::Closed),
    case("field-without-end", "RFC 6585 section 5", Send::Made(|| [b"GET / HTTP/1.1\r\nHost: a\r\nX-Test: ", &b"a".repeat(500_000)[..]].concat()), &[status(431)], Then::Closed),
    case("name-without-end", "RFC 6585 section 5", Send::Made(|| [b"GET / HTTP/1.1\r\nHost: a\r\nX-", &b"a".repeat(500_000)[..]].concat()), &[status(431)], Then::Closed),

    // Expectations and upgrades.
    case("expect-continue", "RFC 9110 section 10.1.1", Send::Pieces(&["POST /echo HTTP/1.1\r\nHost: a\r\nContent-Length: 3\r\nExpect: 100-continue\r\n\r\n", "abc"]), &[status(100), answer(200, "abc")], Then::Open),
    case("expect-continue-in-any-case", "RFC 9110 section 10.1.1", Send::Pieces(&["POST /echo HTTP/1.1\r\nHost: a\r\nContent-Length: 3\r\nEXPECT: 100-CONTINUE\r\n\r\n", "abc"]), &[status(100), answer(200, "abc")], Then::Open),
    case("expect-continue-with-chunks", "RFC 9110 section 10.1.1", Send::Pieces(&["POST /echo HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\nExpect: 100-continue\r\n\r\n", "3\r\nabc\r\n0\r\n\r\n"]), &[status(100), answer(200, "abc")], Then::Open),
    case("expect-continue-without-a-body", "RFC 9110 section 10.1.1", with!("Expect: 100-continue\r\n"), &[status(200)], Then::Open),
    case("expect-continue-unread", "RFC 9110 section 10.1.1", Send::Text("POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 3\r\nExpect: 100-continue\r\n\r\n"), &[status(200)], Then::Closed),
    case("expect-continue-too-large", "RFC 9110 section 10.1.1", Send::Text("POST /echo HTTP/1.1\r\nHost: a\r\nContent-Length: 8388609\r\nExpect: 100-continue\r\n\r\n"), &[status(413)], Then::Closed),
    case("expect-continue-from-1.0", "RFC 9110 section 10.1.1", Send::Pieces(&["POST /echo HTTP/1.0\r\nHost: a\r\nContent-Length: 3\r\nExpect: 100-continue\r\n\r\n", "abc"]), &[answer(200, "abc")], Then::Ended),
    case("expect-something-else", "RFC 9110 section 10.1.1", with!("Expect: 200-ok\r\n"), &[status(417)], Then::Closed),
    case("expect-something-else-from-1.0", "RFC 9110 section 10.1.1", Send::Text("GET / HTTP/1.0\r\nHost: a\r\nExpect: 200-ok\r\n\r\n"), &[status(200)], Then::Ended),
    case("upgrade-to-websocket-is-not-forced", "RFC 9110 section 7.8", with!("Connection: Upgrade\r\nUpgrade: websocket\r\n"), &[status(200)], Then::Open),
    case("upgrade-to-h2c-is-not-forced", "RFC 9110 section 7.8", with!("Connection: Upgrade, HTTP2-Settings\r\nUpgrade: h2c\r\nHTTP2-Settings: AAMAAABkAAQAAP__\r\n"), &[status(200)], Then::Open),
];
