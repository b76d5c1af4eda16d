//! Chunked bodies, good and bad. A bad one is the client's fault: 400, and never 500.

use super::{Case, Send, Then, answer, case, status};

macro_rules! chunks {
    ($body:expr) => {
        Send::Text(concat!(
            "POST /echo HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n",
            $body
        ))
    };
}

const HEAD: &[u8] = b"POST /echo HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n";

fn made(pieces: &[&[u8]]) -> Vec<u8> {
    [HEAD, &pieces.concat()].concat()
}

#[rustfmt::skip]
pub(super) const CASES: &[Case] = &[
    // Sizes.
    case("chunks-none", "RFC 9112 section 7.1", chunks!("0\r\n\r\n"), &[answer(200, "")], Then::Open),
    case("chunks-two", "RFC 9112 section 7.1", chunks!("3\r\nabc\r\n2\r\nde\r\n0\r\n\r\n"), &[answer(200, "abcde")], Then::Open),
    case("chunks-then-a-request", "RFC 9112 section 9.3", chunks!("3\r\nabc\r\n0\r\n\r\nGET /target HTTP/1.1\r\nHost: a\r\n\r\n"), &[answer(200, "abc"), answer(200, "GET /target")], Then::Open),
    case("chunks-octet-by-octet", "RFC 9112 section 7.1", Send::Dripped("POST /echo HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n3;a=\"b\"\r\nabc\r\n0\r\nX: y\r\n\r\n"), &[answer(200, "abc")], Then::Open),
    case("chunks-in-pieces", "RFC 9112 section 7.1", Send::Pieces(&["POST /echo HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n3", "\r\nab", "c\r", "\n0\r\n\r", "\n"]), &[answer(200, "abc")], Then::Open),
    case("size-lower-case", "RFC 9112 section 7.1", chunks!("a\r\n0123456789\r\n0\r\n\r\n"), &[answer(200, "0123456789")], Then::Open),
    case("size-upper-case", "RFC 9112 section 7.1", chunks!("A\r\n0123456789\r\n0\r\n\r\n"), &[answer(200, "0123456789")], Then::Open),
    case("size-with-leading-zeros", "RFC 9112 section 7.1", chunks!("003\r\nabc\r\n000\r\n\r\n"), &[answer(200, "abc")], Then::Open),
    case("size-of-16-digits", "RFC 9112 section 7.1", chunks!("0000000000000003\r\nabc\r\n0\r\n\r\n"), &[answer(200, "abc")], Then::Open),
    case("size-of-17-digits", "RFC 9112 section 7.1", chunks!("00000000000000003\r\nabc\r\n0\r\n\r\n"), &[answer(400, "body.malformed")], Then::Closed),
    case("size-zero-of-17-digits", "RFC 9112 section 7.1", chunks!("3\r\nabc\r\n00000000000000000\r\n\r\n"), &[answer(400, "body.malformed")], Then::Closed),
    case("size-of-endless-zeros", "RFC 9112 section 7.1", Send::Made(|| made(&[&b"0".repeat(500_000)])), &[answer(400, "body.malformed")], Then::Closed),
    case("size-over-64-bits", "RFC 9112 section 7.1", chunks!("10000000000000000\r\nabc\r\n0\r\n\r\n"), &[answer(400, "body.malformed")], Then::Closed),
    case("size-of-64-bits", "RFC 9112 section 7.1", Send::HalfClosed("POST /echo HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\nffffffffffffffff\r\nabc\r\n0\r\n\r\n"), &[answer(400, "body.disconnected")], Then::Closed),
    case("size-empty", "RFC 9112 section 7.1", chunks!("\r\nabc\r\n0\r\n\r\n"), &[answer(400, "body.malformed")], Then::Closed),
    case("size-word", "RFC 9112 section 7.1", chunks!("xyz\r\nabc\r\n0\r\n\r\n"), &[answer(400, "body.malformed")], Then::Closed),
    case("size-with-0x", "RFC 9112 section 7.1", chunks!("0x3\r\nabc\r\n0\r\n\r\n"), &[answer(400, "body.malformed")], Then::Closed),
    case("size-plus", "RFC 9112 section 7.1", chunks!("+3\r\nabc\r\n0\r\n\r\n"), &[answer(400, "body.malformed")], Then::Closed),
    case("size-minus", "RFC 9112 section 7.1", chunks!("-3\r\nabc\r\n0\r\n\r\n"), &[answer(400, "body.malformed")], Then::Closed),
    case("size-underscore", "RFC 9112 section 7.1", chunks!("0_3\r\nabc\r\n0\r\n\r\n"), &[answer(400, "body.malformed")], Then::Closed),
    case("size-after-space", "RFC 9112 section 7.1", chunks!(" 3\r\nabc\r\n0\r\n\r\n"), &[answer(400, "body.malformed")], Then::Closed),
    case("size-before-space", "RFC 9112 section 7.1", chunks!("3 \r\nabc\r\n0\r\n\r\n"), &[answer(400, "body.malformed")], Then::Closed),
    case("size-before-tab", "RFC 9112 section 7.1", chunks!("3\t\r\nabc\r\n0\r\n\r\n"), &[answer(400, "body.malformed")], Then::Closed),
    case("size-before-lf", "RFC 9112 section 7.1", chunks!("3\nabc\r\n0\r\n\r\n"), &[answer(400, "body.malformed")], Then::Closed),
    case("size-before-cr", "RFC 9112 section 7.1", chunks!("3\rabc\r\n0\r\n\r\n"), &[answer(400, "body.malformed")], Then::Closed),
    case("size-before-nul", "RFC 9112 section 7.1", Send::Made(|| made(&[b"3\0\r\nabc\r\n0\r\n\r\n"])), &[answer(400, "body.malformed")], Then::Closed),

    // Data.
    case("data-longer-than-its-size", "RFC 9112 section 7.1", chunks!("3\r\nabcd\r\n0\r\n\r\n"), &[answer(400, "body.malformed")], Then::Closed),
    case("data-shorter-than-its-size", "RFC 9112 section 7.1", chunks!("5\r\nabc\r\n0\r\n\r\n"), &[answer(400, "body.malformed")], Then::Closed),
    case("data-before-lf", "RFC 9112 section 7.1", chunks!("3\r\nabc\n0\r\n\r\n"), &[answer(400, "body.malformed")], Then::Closed),
    case("data-before-cr", "RFC 9112 section 7.1", chunks!("3\r\nabc\r0\r\n\r\n"), &[answer(400, "body.malformed")], Then::Closed),
    case("data-before-nothing", "RFC 9112 section 7.1", chunks!("3\r\nabc0\r\n\r\n"), &[answer(400, "body.malformed")], Then::Closed),
    case("data-over-the-limit", "RFC 9110 section 15.5.14", Send::Made(|| made(&[b"800001\r\n", &b"a".repeat(8_388_609)])), &[answer(413, "body.too_large")], Then::Closed),
    case("data-over-the-limit-in-many-chunks", "RFC 9110 section 15.5.14", Send::Made(|| made(&[&[b"10000\r\n", &b"a".repeat(65_536)[..], b"\r\n"].concat().repeat(129)])), &[answer(413, "body.too_large")], Then::Closed),
    case("data-in-one-octet-chunks", "RFC 9112 section 7.1", Send::Made(|| [b"POST /count HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n", &b"1\r\na\r\n".repeat(20_000)[..], b"0\r\n\r\n"].concat()), &[answer(200, "20000")], Then::Open),

    // Extensions.
    case("extension-name", "RFC 9112 section 7.1.1", chunks!("3;a\r\nabc\r\n0;b\r\n\r\n"), &[answer(200, "abc")], Then::Open),
    case("extension-value", "RFC 9112 section 7.1.1", chunks!("3;a=b\r\nabc\r\n0\r\n\r\n"), &[answer(200, "abc")], Then::Open),
    case("extension-quoted", "RFC 9112 section 7.1.1", chunks!("3;a=\"b;c\\\"\\\\\"\r\nabc\r\n0\r\n\r\n"), &[answer(200, "abc")], Then::Open),
    case("extension-several", "RFC 9112 section 7.1.1", chunks!("3;a;b=c;d=\"e\"\r\nabc\r\n0\r\n\r\n"), &[answer(200, "abc")], Then::Open),
    case("extension-with-bad-white-space", "RFC 9112 section 7.1.1", chunks!("3 ; a = b ; c\r\nabc\r\n0\r\n\r\n"), &[answer(200, "abc")], Then::Open),
    case("extension-without-name", "RFC 9112 section 7.1.1", chunks!("3;\r\nabc\r\n0\r\n\r\n"), &[answer(400, "body.malformed")], Then::Closed),
    case("extension-without-value", "RFC 9112 section 7.1.1", chunks!("3;a=\r\nabc\r\n0\r\n\r\n"), &[answer(400, "body.malformed")], Then::Closed),
    case("extension-with-space-at-the-end", "RFC 9112 section 7.1.1", chunks!("3;a=b \r\nabc\r\n0\r\n\r\n"), &[answer(400, "body.malformed")], Then::Closed),
    case("extension-with-open-quote", "RFC 9112 section 7.1.1", chunks!("3;a=\"b\r\nabc\r\n0\r\n\r\n"), &[answer(400, "body.malformed")], Then::Closed),
    case("extension-with-lf", "RFC 9112 section 7.1.1", chunks!("3;a\nabc\r\n0\r\n\r\n"), &[answer(400, "body.malformed")], Then::Closed),
    case("extension-with-cr", "RFC 9112 section 7.1.1", chunks!("3;a\rb\r\nabc\r\n0\r\n\r\n"), &[answer(400, "body.malformed")], Then::Closed),
    case("extension-with-nul", "RFC 9112 section 7.1.1", Send::Made(|| made(&[b"3;a\0\r\nabc\r\n0\r\n\r\n"])), &[answer(400, "body.malformed")], Then::Closed),
    case("extension-without-end", "RFC 9112 section 7.1.1", Send::Made(|| made(&[b"3;", &b"a".repeat(500_000)])), &[answer(400, "body.malformed")], Then::Closed),
    case("extensions-of-many-chunks", "RFC 9112 section 7.1.1", Send::Made(|| made(&[&b"1;aaaaaaaaaaaaaaaaaaaaaaaaaaaaaa\r\na\r\n".repeat(1_000)])), &[answer(400, "body.malformed")], Then::Closed),

    // Trailers.
    case("trailer", "RFC 9112 section 7.1.2", chunks!("3\r\nabc\r\n0\r\nX-Sum: 1\r\n\r\n"), &[answer(200, "abc")], Then::Open),
    case("trailer-cannot-change-the-framing", "RFC 9110 section 6.5.1", chunks!("3\r\nabc\r\n0\r\nContent-Length: 100\r\nTransfer-Encoding: chunked\r\nHost: b\r\n\r\n"), &[answer(200, "abc")], Then::Open),
    case("trailer-without-colon", "RFC 9112 section 7.1.2", chunks!("3\r\nabc\r\n0\r\nX-Sum\r\n\r\n"), &[answer(400, "body.malformed")], Then::Closed),
    case("trailer-without-name", "RFC 9112 section 7.1.2", chunks!("3\r\nabc\r\n0\r\n: 1\r\n\r\n"), &[answer(400, "body.malformed")], Then::Closed),
    case("trailer-with-space-before-the-colon", "RFC 9112 section 5.1", chunks!("3\r\nabc\r\n0\r\nX-Sum : 1\r\n\r\n"), &[answer(400, "body.malformed")], Then::Closed),
    case("trailer-folded", "RFC 9112 section 5.2", chunks!("3\r\nabc\r\n0\r\nX-Sum: 1\r\n 2\r\n\r\n"), &[answer(400, "body.malformed")], Then::Closed),
    case("trailer-with-lf", "RFC 9112 section 2.2", chunks!("3\r\nabc\r\n0\r\nX-Sum: 1\n\r\n"), &[answer(400, "body.malformed")], Then::Closed),
    case("trailer-with-cr", "RFC 9112 section 2.2", chunks!("3\r\nabc\r\n0\r\nX-Sum: 1\r2\r\n\r\n"), &[answer(400, "body.malformed")], Then::Closed),
    case("trailer-with-nul", "RFC 9110 section 5.5", Send::Made(|| made(&[b"3\r\nabc\r\n0\r\nX: \0\r\n\r\n"])), &[answer(400, "body.malformed")], Then::Closed),
    case("trailer-without-end", "RFC 9112 section 7.1.2", Send::Made(|| made(&[b"0\r\nX-Sum: ", &b"a".repeat(500_000)])), &[answer(400, "body.malformed")], Then::Closed),
    case("trailers-without-end", "RFC 9112 section 7.1.2", Send::Made(|| made(&[b"0\r\n", &b"X: y\r\n".repeat(50_000)])), &[answer(400, "body.malformed")], Then::Closed),
    case("end-with-lf", "RFC 9112 section 7.1", chunks!("3\r\nabc\r\n0\r\n\n"), &[answer(400, "body.malformed")], Then::Closed),

    // Cut, or not read at all.
    case("chunks-cut-in-the-data", "RFC 9112 section 8", Send::HalfClosed("POST /echo HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nabc"), &[answer(400, "body.disconnected")], Then::Closed),
    case("chunks-cut-in-a-size", "RFC 9112 section 8", Send::HalfClosed("POST /echo HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nabc\r\n1"), &[answer(400, "body.disconnected")], Then::Closed),
    case("chunks-cut-before-the-last", "RFC 9112 section 8", Send::HalfClosed("POST /echo HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nabc\r\n"), &[answer(400, "body.disconnected")], Then::Closed),
    case("chunks-cut-before-the-end", "RFC 9112 section 8", Send::HalfClosed("POST /echo HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nabc\r\n0\r\n"), &[answer(400, "body.disconnected")], Then::Closed),
    case("chunks-unread", "RFC 9112 section 9.6", Send::Text("POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nabc\r\n0\r\n\r\n"), &[answer(200, "ok")], Then::Closed),
    case("chunks-unread-and-bad", "RFC 9112 section 9.6", Send::Text("POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\nxyz\r\n"), &[answer(200, "ok")], Then::Closed),
    case("chunks-mirrored", "RFC 9112 section 7.1", Send::Pieces(&["POST /mirror HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nabc\r\n", "2\r\nde\r\n", "0\r\n\r\n"]), &[answer(200, "abcde")], Then::Open),
    case("chunks-mirrored-and-bad", "RFC 9112 section 8", Send::Pieces(&["POST /mirror HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nabc\r\n", "xyz\r\n"]), &[answer(200, "abc").cut()], Then::Ended),
    case("chunks-spill-a-request", "RFC 9112 section 11.2", chunks!("0\r\n\r\nGET /target HTTP/1.1\r\nHost: a\r\n\r\n"), &[answer(200, ""), answer(200, "GET /target")], Then::Open),
    case("chunks-hide-a-request-behind-a-wrong-size", "RFC 9112 section 11.2", chunks!("2\r\nabcGET /target HTTP/1.1\r\nHost: a\r\n\r\n"), &[status(400)], Then::Closed),
];
