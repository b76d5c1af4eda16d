//! Connections: kept, closed, half-closed, pipelined; and refusals that wait their turn.

use super::{Case, Expected, Send, Then, answer, case, status};

macro_rules! get {
    ($fields:expr) => {
        Send::Text(concat!("GET / HTTP/1.1\r\nHost: a\r\n", $fields, "\r\n"))
    };
}

macro_rules! after_a_good_one {
    ($bad:expr) => {
        Send::Text(concat!("GET /target HTTP/1.1\r\nHost: a\r\n\r\n", $bad))
    };
}

const HUNDRED: &[Expected] = {
    const OK: Expected = answer(200, "ok");
    const LAST: Expected = answer(200, "GET /target");
    const ALL: [Expected; 100] = {
        let mut answers = [OK; 100];
        answers[99] = LAST;
        answers
    };
    &ALL
};

#[rustfmt::skip]
pub(super) const CASES: &[Case] = &[
    // Persistence.
    case("kept-by-default", "RFC 9112 section 9.3", get!(""), &[answer(200, "ok").with(&[("connection", None)])], Then::Open),
    case("kept-with-keep-alive", "RFC 9112 section 9.3", get!("Connection: keep-alive\r\n"), &[status(200)], Then::Open),
    case("kept-with-another-option", "RFC 9110 section 7.6.1", get!("Connection: x-test\r\n"), &[status(200)], Then::Open),
    case("kept-with-something-like-close", "RFC 9110 section 7.6.1", get!("Connection: closed\r\n"), &[status(200)], Then::Open),
    case("closed-on-demand", "RFC 9112 section 9.6", get!("Connection: close\r\n"), &[status(200)], Then::Closed),
    case("closed-on-demand-in-any-case", "RFC 9110 section 7.6.1", get!("CONNECTION: CLOSE\r\n"), &[status(200)], Then::Closed),
    case("closed-on-demand-in-a-list", "RFC 9110 section 7.6.1", get!("Connection: keep-alive, close\r\n"), &[status(200)], Then::Closed),
    case("closed-on-demand-in-the-second-line", "RFC 9110 section 7.6.1", get!("Connection: keep-alive\r\nConnection: close\r\n"), &[status(200)], Then::Closed),
    case("closed-on-demand-in-the-first-line", "RFC 9110 section 7.6.1", get!("Connection: close\r\nConnection: keep-alive\r\n"), &[status(200)], Then::Closed),
    case("closed-after-a-body", "RFC 9112 section 9.6", Send::Text("POST /echo HTTP/1.1\r\nHost: a\r\nContent-Length: 3\r\nConnection: close\r\n\r\nabc"), &[answer(200, "abc")], Then::Closed),
    case("closed-and-what-follows-is-not-read", "RFC 9112 section 9.6", get!("Connection: close\r\n\r\nGET /target HTTP/1.1\r\nHost: a\r\n"), &[answer(200, "ok")], Then::Closed),
    case("closed-by-the-application", "RFC 9112 section 9.6", Send::Text("GET /header-out?close HTTP/1.1\r\nHost: a\r\n\r\n"), &[status(200)], Then::Closed),
    case("closed-for-1.0", "RFC 9112 section 9.3", Send::Text("GET / HTTP/1.0\r\n\r\n"), &[status(200)], Then::Ended),
    case("kept-for-1.0-on-demand", "RFC 9112 section 9.3", Send::Text("GET / HTTP/1.0\r\nConnection: keep-alive\r\n\r\n"), &[status(200).with(&[("connection", Some("keep-alive"))])], Then::Open),
    case("kept-for-1.0-on-demand-in-any-case", "RFC 9112 section 9.3", Send::Text("GET / HTTP/1.0\r\nConnection: Keep-Alive\r\n\r\n"), &[status(200)], Then::Open),
    case("closed-for-1.0-with-close-and-keep-alive", "RFC 9112 section 9.3", Send::Text("GET / HTTP/1.0\r\nConnection: close, keep-alive\r\n\r\n"), &[status(200)], Then::Ended),

    // Pipelining.
    case("pipelined-three", "RFC 9112 section 9.3.2", Send::Text("GET /target?1 HTTP/1.1\r\nHost: a\r\n\r\nGET /target?2 HTTP/1.1\r\nHost: a\r\n\r\nGET /target?3 HTTP/1.1\r\nHost: a\r\n\r\n"), &[answer(200, "GET /target?1"), answer(200, "GET /target?2"), answer(200, "GET /target?3")], Then::Open),
    case("pipelined-slow-first", "RFC 9112 section 9.3.2", Send::Text("GET /slow?ms=100 HTTP/1.1\r\nHost: a\r\n\r\nGET /target HTTP/1.1\r\nHost: a\r\n\r\n"), &[answer(200, "slow"), answer(200, "GET /target")], Then::Open),
    case("pipelined-bodies", "RFC 9112 section 9.3.2", Send::Text("POST /echo HTTP/1.1\r\nHost: a\r\nContent-Length: 1\r\n\r\n1POST /echo HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n1\r\n2\r\n0\r\n\r\nPOST /echo HTTP/1.1\r\nHost: a\r\nContent-Length: 1\r\n\r\n3"), &[answer(200, "1"), answer(200, "2"), answer(200, "3")], Then::Open),
    case("pipelined-across-pieces", "RFC 9112 section 9.3.2", Send::Pieces(&["GET /target?1 HTTP/1.1\r\nHost: a\r\n\r\nGET /tar", "get?2 HTTP/1.1\r\nHost", ": a\r\n\r\nGET /target?3 HTTP/1.1\r\nHost: a\r\n\r", "\n"]), &[answer(200, "GET /target?1"), answer(200, "GET /target?2"), answer(200, "GET /target?3")], Then::Open),
    case("pipelined-head-and-get", "RFC 9112 section 9.3.2", Send::Text("HEAD /target HTTP/1.1\r\nHost: a\r\n\r\nGET /target HTTP/1.1\r\nHost: a\r\n\r\n"), &[status(200).for_head(), answer(200, "GET /target")], Then::Open),
    case("pipelined-streams", "RFC 9112 section 9.3.2", Send::Text("GET /stream HTTP/1.1\r\nHost: a\r\n\r\nGET /stream HTTP/1.1\r\nHost: a\r\n\r\n"), &[answer(200, "one two three"), answer(200, "one two three")], Then::Open),
    case("pipelined-100", "RFC 9112 section 9.3.2", Send::Made(|| [&b"GET / HTTP/1.1\r\nHost: a\r\n\r\n".repeat(99)[..], b"GET /target HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n"].concat()), HUNDRED, Then::Closed),

    // A refusal never overtakes an answer.
    case("good-then-garbage", "RFC 9112 section 9.3.2", after_a_good_one!("garbage\r\n\r\n"), &[answer(200, "GET /target"), status(400)], Then::Closed),
    case("good-then-binary", "RFC 9112 section 9.3.2", after_a_good_one!("\x00\x01\x02"), &[answer(200, "GET /target"), status(400)], Then::Closed),
    case("good-then-version-2", "RFC 9112 section 9.3.2", after_a_good_one!("GET / HTTP/2.0\r\n\r\n"), &[answer(200, "GET /target"), status(505)], Then::Closed),
    case("good-then-two-lengths", "RFC 9112 section 9.3.2", after_a_good_one!("POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 1\r\nTransfer-Encoding: chunked\r\n\r\n"), &[answer(200, "GET /target"), status(400)], Then::Closed),
    case("good-then-fragment", "RFC 9112 section 9.3.2", after_a_good_one!("GET /# HTTP/1.1\r\nHost: a\r\n\r\n"), &[answer(200, "GET /target"), status(400)], Then::Closed),
    case("slow-then-garbage", "RFC 9112 section 9.3.2", Send::Text("GET /slow?ms=150 HTTP/1.1\r\nHost: a\r\n\r\ngarbage\r\n\r\n"), &[answer(200, "slow"), status(400)], Then::Closed),
    case("stream-then-garbage", "RFC 9112 section 9.3.2", Send::Text("GET /stream HTTP/1.1\r\nHost: a\r\n\r\ngarbage\r\n\r\n"), &[answer(200, "one two three"), status(400)], Then::Closed),
    case("body-then-garbage", "RFC 9112 section 9.3.2", Send::Text("POST /echo HTTP/1.1\r\nHost: a\r\nContent-Length: 3\r\n\r\nabcgarbage\r\n\r\n"), &[answer(200, "abc"), status(400)], Then::Closed),
    case("garbage-then-good", "RFC 9112 section 2.2", Send::Text("garbage\r\n\r\nGET / HTTP/1.1\r\nHost: a\r\n\r\n"), &[status(400)], Then::Closed),
    case("bad-head-request", "RFC 9110 section 9.3.2", Send::Text("HEAD / HTTP/1.1\r\nBad Name: a\r\n\r\n"), &[status(400).for_head()], Then::Closed),
    case("refusal-is-a-problem", "RFC 9457 section 3", Send::Text("garbage\r\n\r\n"), &[status(400).with(&[("content-type", Some("application/problem+json"))])], Then::Closed),

    // Half-closed by the client, who waits.
    case("half-closed-after-get", "RFC 9112 section 9.6", Send::HalfClosed("GET / HTTP/1.1\r\nHost: a\r\n\r\n"), &[answer(200, "ok")], Then::Ended),
    case("half-closed-after-post", "RFC 9112 section 9.6", Send::HalfClosed("POST /echo HTTP/1.1\r\nHost: a\r\nContent-Length: 3\r\n\r\nabc"), &[answer(200, "abc")], Then::Ended),
    case("half-closed-after-chunks", "RFC 9112 section 9.6", Send::HalfClosed("POST /echo HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nabc\r\n0\r\n\r\n"), &[answer(200, "abc")], Then::Ended),
    case("half-closed-with-a-slow-handler", "RFC 9112 section 9.6", Send::HalfClosed("GET /slow?ms=150 HTTP/1.1\r\nHost: a\r\n\r\n"), &[answer(200, "slow")], Then::Ended),
    case("half-closed-after-three", "RFC 9112 section 9.6", Send::HalfClosed("GET /target?1 HTTP/1.1\r\nHost: a\r\n\r\nGET /slow?ms=20 HTTP/1.1\r\nHost: a\r\n\r\nGET /target?3 HTTP/1.1\r\nHost: a\r\n\r\n"), &[answer(200, "GET /target?1"), answer(200, "slow"), answer(200, "GET /target?3")], Then::Ended),
    case("half-closed-with-a-stream", "RFC 9112 section 9.6", Send::HalfClosed("GET /stream HTTP/1.1\r\nHost: a\r\n\r\n"), &[answer(200, "one two three")], Then::Ended),
    case("half-closed-in-the-request-line", "RFC 9112 section 8", Send::HalfClosed("GET / HT"), &[status(400)], Then::Closed),
    case("half-closed-in-a-field", "RFC 9112 section 8", Send::HalfClosed("GET / HTTP/1.1\r\nHost: a\r\nX-Te"), &[status(400)], Then::Closed),
    case("half-closed-before-the-empty-line", "RFC 9112 section 8", Send::HalfClosed("GET / HTTP/1.1\r\nHost: a\r\n"), &[status(400)], Then::Closed),
    case("half-closed-after-good-and-half", "RFC 9112 section 8", Send::HalfClosed("GET /target HTTP/1.1\r\nHost: a\r\n\r\nGET / HTTP/1.1\r\n"), &[answer(200, "GET /target"), status(400)], Then::Closed),
];
