//! How a body is framed: `Content-Length`, `Transfer-Encoding`, and the two together.

use super::{Case, Send, Then, answer, case, status};

macro_rules! post {
    ($fields:expr, $body:expr) => {
        Send::Text(concat!(
            "POST /echo HTTP/1.1\r\nHost: a\r\n",
            $fields,
            "\r\n",
            $body
        ))
    };
}

macro_rules! coded {
    ($value:expr) => {
        post!(
            concat!("Transfer-Encoding: ", $value, "\r\n"),
            "3\r\nabc\r\n0\r\n\r\n"
        )
    };
}

macro_rules! sized {
    ($value:expr) => {
        post!(concat!("Content-Length: ", $value, "\r\n"), "abcde")
    };
}

#[rustfmt::skip]
pub(super) const CASES: &[Case] = &[
    // Content-Length.
    case("length-5", "RFC 9112 section 6.2", sized!("5"), &[answer(200, "abcde")], Then::Open),
    case("length-0", "RFC 9112 section 6.3", post!("Content-Length: 0\r\n", ""), &[answer(200, "")], Then::Open),
    case("length-absent", "RFC 9112 section 6.3", post!("", ""), &[answer(200, "")], Then::Open),
    case("length-in-any-case", "RFC 9110 section 5.1", post!("CONTENT-length: 5\r\n", "abcde"), &[answer(200, "abcde")], Then::Open),
    case("length-with-leading-zeros", "RFC 9110 section 8.6", sized!("00005"), &[answer(200, "abcde")], Then::Open),
    case("length-with-white-space", "RFC 9112 section 5.1", sized!(" \t5 \t"), &[answer(200, "abcde")], Then::Open),
    case("length-in-pieces", "RFC 9112 section 6.2", Send::Pieces(&["POST /echo HTTP/1.1\r\nHost: a\r\nContent-Length: 5\r\n\r\n", "ab", "c", "de"]), &[answer(200, "abcde")], Then::Open),
    case("length-on-get", "RFC 9110 section 9.3.1", Send::Text("GET /echo HTTP/1.1\r\nHost: a\r\nContent-Length: 5\r\n\r\nabcde"), &[answer(200, "abcde")], Then::Open),
    case("length-empty", "RFC 9110 section 8.6", sized!(""), &[status(400)], Then::Closed),
    case("length-word", "RFC 9110 section 8.6", sized!("five"), &[status(400)], Then::Closed),
    case("length-plus", "RFC 9110 section 8.6", sized!("+5"), &[status(400)], Then::Closed),
    case("length-minus", "RFC 9110 section 8.6", sized!("-5"), &[status(400)], Then::Closed),
    case("length-minus-zero", "RFC 9110 section 8.6", sized!("-0"), &[status(400)], Then::Closed),
    case("length-hexadecimal", "RFC 9110 section 8.6", sized!("0x5"), &[status(400)], Then::Closed),
    case("length-fraction", "RFC 9110 section 8.6", sized!("5.0"), &[status(400)], Then::Closed),
    case("length-exponent", "RFC 9110 section 8.6", sized!("5e0"), &[status(400)], Then::Closed),
    case("length-underscore", "RFC 9110 section 8.6", sized!("0_5"), &[status(400)], Then::Closed),
    case("length-two-words", "RFC 9110 section 8.6", sized!("5 5"), &[status(400)], Then::Closed),
    case("length-list-of-equals", "RFC 9110 section 8.6", sized!("5, 5"), &[status(400)], Then::Closed),
    case("length-list-of-others", "RFC 9112 section 6.3", sized!("5, 6"), &[status(400)], Then::Closed),
    case("length-with-vertical-tab", "RFC 9110 section 8.6", sized!("\x0b5"), &[status(400)], Then::Closed),
    case("length-in-other-digits", "RFC 9110 section 8.6", sized!("５"), &[status(400)], Then::Closed),
    case("length-twice-the-same", "RFC 9110 section 8.6", post!("Content-Length: 5\r\nContent-Length: 5\r\n", "abcde"), &[status(400)], Then::Closed),
    case("length-twice-different", "RFC 9112 section 6.3", post!("Content-Length: 5\r\nContent-Length: 0\r\n", "abcde"), &[status(400)], Then::Closed),
    case("length-over-64-bits", "RFC 9110 section 8.6", sized!("18446744073709551616"), &[status(400)], Then::Closed),
    case("length-of-100-digits", "RFC 9110 section 8.6", Send::Made(|| [b"POST /echo HTTP/1.1\r\nHost: a\r\nContent-Length: ", &b"9".repeat(100)[..], b"\r\n\r\n"].concat()), &[status(400)], Then::Closed),
    case("length-space-before-the-colon", "RFC 9112 section 5.1", post!("Content-Length : 5\r\n", "abcde"), &[status(400)], Then::Closed),
    case("length-folded", "RFC 9112 section 5.2", post!("Content-Length:\r\n 5\r\n", "abcde"), &[status(400)], Then::Closed),
    case("length-over-the-limit", "RFC 9110 section 15.5.14", post!("Content-Length: 8388609\r\n", ""), &[status(413)], Then::Closed),
    case("length-far-over-the-limit", "RFC 9110 section 15.5.14", post!("Content-Length: 9223372036854775807\r\n", "abc"), &[status(413)], Then::Closed),
    case("length-at-the-limit", "RFC 9110 section 15.5.14", Send::Made(|| [b"POST /count HTTP/1.1\r\nHost: a\r\nContent-Length: 8388608\r\n\r\n", &b"a".repeat(8_388_608)[..]].concat()), &[answer(200, "8388608")], Then::Open),
    case("length-cut-by-fin", "RFC 9112 section 8", Send::HalfClosed("POST /echo HTTP/1.1\r\nHost: a\r\nContent-Length: 5\r\n\r\nabc"), &[answer(400, "body.disconnected")], Then::Closed),
    case("length-shorter-than-the-body", "RFC 9112 section 6.3", post!("Content-Length: 2\r\n", "abGET / HTTP/1.1\r\nHost: a\r\n\r\n"), &[answer(200, "ab"), answer(200, "ok")], Then::Open),

    // Bodies that nobody reads (CL.0).
    case("unread-body-is-not-a-request", "RFC 9112 section 6.3", Send::Text("POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 28\r\n\r\nGET /x HTTP/1.1\r\nHost: a\r\n\r\n"), &[answer(200, "ok")], Then::Open),
    case("unread-body-then-a-request", "RFC 9112 section 9.3", Send::Text("POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 5\r\n\r\nabcdeGET /target HTTP/1.1\r\nHost: a\r\n\r\n"), &[answer(200, "ok"), answer(200, "GET /target")], Then::Open),
    case("unread-body-that-is-still-arriving", "RFC 9112 section 9.6", Send::Text("POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 50000\r\n\r\nabc"), &[answer(200, "ok")], Then::Closed),

    // Transfer-Encoding.
    case("coding-chunked", "RFC 9112 section 7.1", coded!("chunked"), &[answer(200, "abc")], Then::Open),
    case("coding-in-any-case", "RFC 9112 section 7", coded!("cHuNkEd"), &[answer(200, "abc")], Then::Open),
    case("coding-with-white-space", "RFC 9112 section 5.1", coded!(" \tchunked \t"), &[answer(200, "abc")], Then::Open),
    case("coding-gzip-chunked", "RFC 9112 section 6.1", coded!("gzip, chunked"), &[status(501)], Then::Closed),
    case("coding-identity-chunked", "RFC 9112 section 6.1", coded!("identity, chunked"), &[status(501)], Then::Closed),
    case("coding-unknown-chunked-in-two-lines", "RFC 9112 section 6.1", post!("Transfer-Encoding: x\r\nTransfer-Encoding: chunked\r\n", "0\r\n\r\n"), &[status(501)], Then::Closed),
    case("coding-chunked-gzip", "RFC 9112 section 6.3", coded!("chunked, gzip"), &[status(400)], Then::Closed),
    case("coding-gzip", "RFC 9112 section 6.3", coded!("gzip"), &[status(400)], Then::Closed),
    case("coding-identity", "RFC 9112 section 6.3", coded!("identity"), &[status(400)], Then::Closed),
    case("coding-chunked-twice", "RFC 9112 section 6.1", coded!("chunked, chunked"), &[status(400)], Then::Closed),
    case("coding-chunked-in-two-lines", "RFC 9112 section 6.1", post!("Transfer-Encoding: chunked\r\nTransfer-Encoding: chunked\r\n", "0\r\n\r\n"), &[status(400)], Then::Closed),
    case("coding-chunked-and-identity-in-two-lines", "RFC 9112 section 6.3", post!("Transfer-Encoding: chunked\r\nTransfer-Encoding: identity\r\n", "0\r\n\r\n"), &[status(400)], Then::Closed),
    case("coding-like-chunked", "RFC 9112 section 6.3", coded!("xchunked"), &[status(400)], Then::Closed),
    case("coding-chunked-and-more", "RFC 9112 section 6.3", coded!("chunkedx"), &[status(400)], Then::Closed),
    case("coding-chunked-with-a-parameter", "RFC 9112 section 7.1", coded!("chunked;q=1"), &[status(400)], Then::Closed),
    case("coding-quoted", "RFC 9112 section 6.3", coded!("\\\"chunked\\\""), &[status(400)], Then::Closed),
    case("coding-empty", "RFC 9112 section 6.3", coded!(""), &[status(400)], Then::Closed),
    case("coding-chunked-comma", "RFC 9112 section 6.3", coded!("chunked,"), &[status(400)], Then::Closed),
    case("coding-comma-chunked", "RFC 9112 section 6.3", coded!(", chunked"), &[status(400)], Then::Closed),
    case("coding-vertical-tab", "RFC 9112 section 6.3", coded!("\x0bchunked"), &[status(400)], Then::Closed),
    case("coding-no-break-space", "RFC 9112 section 6.3", Send::Octets(b"POST /echo HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: \xa0chunked\r\n\r\n0\r\n\r\n"), &[status(400)], Then::Closed),
    case("coding-space-before-the-colon", "RFC 9112 section 5.1", post!("Transfer-Encoding : chunked\r\n", "0\r\n\r\n"), &[status(400)], Then::Closed),
    case("coding-folded", "RFC 9112 section 5.2", post!("Transfer-Encoding:\r\n chunked\r\n", "0\r\n\r\n"), &[status(400)], Then::Closed),
    case("coding-from-1.0", "RFC 9112 section 6.1", Send::Text("POST /echo HTTP/1.0\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nabc\r\n0\r\n\r\n"), &[status(400)], Then::Closed),
    case("coding-from-1.0-with-keep-alive", "RFC 9112 section 6.1", Send::Text("POST /echo HTTP/1.0\r\nHost: a\r\nConnection: keep-alive\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nabc\r\n0\r\n\r\n"), &[status(400)], Then::Closed),
    case("coding-with-an-underscore-is-another-field", "RFC 9110 section 5.1", post!("Transfer_Encoding: chunked\r\nContent-Length: 5\r\n", "abcde"), &[answer(200, "abcde")], Then::Open),

    // Both.
    case("both-length-first", "RFC 9112 section 6.1", post!("Content-Length: 5\r\nTransfer-Encoding: chunked\r\n", "0\r\n\r\n"), &[status(400)], Then::Closed),
    case("both-coding-first", "RFC 9112 section 6.1", post!("Transfer-Encoding: chunked\r\nContent-Length: 5\r\n", "0\r\n\r\n"), &[status(400)], Then::Closed),
    case("both-with-length-zero", "RFC 9112 section 6.1", post!("Content-Length: 0\r\nTransfer-Encoding: chunked\r\n", "0\r\n\r\n"), &[status(400)], Then::Closed),
    case("both-with-unknown-coding", "RFC 9112 section 6.3", post!("Content-Length: 5\r\nTransfer-Encoding: xchunked\r\n", "abcde"), &[status(400)], Then::Closed),
    case("both-smuggling-a-request", "RFC 9112 section 11.2", post!("Content-Length: 40\r\nTransfer-Encoding: chunked\r\n", "0\r\n\r\nGET /smuggled HTTP/1.1\r\nHost: a\r\n\r\n"), &[status(400)], Then::Closed),
    case("both-in-1.0", "RFC 9112 section 6.1", Send::Text("POST /echo HTTP/1.0\r\nHost: a\r\nContent-Length: 5\r\nTransfer-Encoding: chunked\r\n\r\nabcde"), &[status(400)], Then::Closed),
];
