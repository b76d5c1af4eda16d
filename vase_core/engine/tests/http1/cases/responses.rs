//! Answers: whatever the application returns, the client can tell where it ends.

use super::{Case, Send, Then, answer, case, status};

macro_rules! get {
    ($target:expr) => {
        Send::Text(concat!("GET ", $target, " HTTP/1.1\r\nHost: a\r\n\r\n"))
    };
}

macro_rules! head {
    ($target:expr) => {
        Send::Text(concat!("HEAD ", $target, " HTTP/1.1\r\nHost: a\r\n\r\n"))
    };
}

macro_rules! get_1_0 {
    ($target:expr) => {
        Send::Text(concat!("GET ", $target, " HTTP/1.0\r\nHost: a\r\n\r\n"))
    };
}

#[rustfmt::skip]
pub(super) const CASES: &[Case] = &[
    // HEAD, and statuses without a body.
    case("head-has-the-length-and-no-body", "RFC 9110 section 9.3.2", head!("/target"), &[status(200).for_head().with(&[("content-length", Some("12"))])], Then::Open),
    case("head-with-a-declared-length", "RFC 9110 section 9.3.2", head!("/status?code=200&length=1"), &[status(200).for_head().with(&[("content-length", Some("5"))])], Then::Open),
    case("head-with-a-wrong-length", "RFC 9110 section 9.3.2", head!("/lie?declare=10&send=5"), &[status(200).for_head().with(&[("content-length", Some("10"))])], Then::Open),
    case("head-of-nothing-with-a-length", "RFC 9110 section 9.3.2", head!("/lie?declare=10&send=0"), &[status(200).for_head().with(&[("content-length", Some("10"))])], Then::Open),
    case("head-of-a-stream", "RFC 9110 section 9.3.2", head!("/stream"), &[status(200).for_head()], Then::Open),
    case("head-of-an-endless-stream", "RFC 9110 section 9.3.2", head!("/endless"), &[status(200).for_head()], Then::Open),
    case("204-has-no-body", "RFC 9110 section 15.3.5", get!("/status?code=204"), &[answer(204, "").with(&[("content-length", None), ("transfer-encoding", None)])], Then::Open),
    case("204-has-no-length", "RFC 9110 section 8.6", get!("/status?code=204&length=1"), &[answer(204, "").with(&[("content-length", None), ("transfer-encoding", None)])], Then::Open),
    case("205-has-no-body", "RFC 9110 section 15.3.6", get!("/status?code=205&length=1"), &[answer(205, "").with(&[("content-length", Some("0"))])], Then::Open),
    case("304-has-no-body", "RFC 9110 section 15.4.5", get!("/status?code=304"), &[answer(304, "").with(&[("transfer-encoding", None)])], Then::Open),
    case("304-keeps-the-length-of-the-200", "RFC 9110 section 8.6", get!("/status?code=304&length=1"), &[answer(304, "").with(&[("content-length", Some("5"))])], Then::Open),
    case("304-without-a-body-keeps-the-length-too", "RFC 9110 section 8.6", get!("/status?code=304&length=1&empty=1"), &[answer(304, "").with(&[("content-length", Some("5"))])], Then::Open),
    case("404-has-a-body", "RFC 9110 section 15.5.5", get!("/status?code=404"), &[answer(404, "hello")], Then::Open),
    case("599-has-a-body", "RFC 9110 section 15", get!("/status?code=599"), &[answer(599, "hello")], Then::Open),
    case("100-is-not-a-final-answer", "RFC 9110 section 15.2", get!("/status?code=100"), &[status(500)], Then::Open),
    case("103-is-not-a-final-answer", "RFC 9110 section 15.2", get!("/status?code=103"), &[status(500)], Then::Open),
    case("101-needs-an-upgrade", "RFC 9110 section 15.2.2", get!("/status?code=101"), &[status(500)], Then::Open),

    // Lengths that lie.
    case("declares-10-sends-5", "RFC 9112 section 6.3", get!("/lie?declare=10&send=5"), &[answer(200, "xxxxx").with(&[("content-length", Some("10"))]).cut()], Then::Ended),
    case("declares-10-streams-5", "RFC 9112 section 6.3", get!("/lie?declare=10&send=5&stream=1"), &[answer(200, "xxxxx").with(&[("content-length", Some("10"))]).cut()], Then::Ended),
    case("declares-5-sends-10", "RFC 9112 section 6.3", get!("/lie?declare=5&send=10"), &[answer(200, "xxxxx").with(&[("content-length", Some("5"))])], Then::Open),
    case("declares-5-streams-10", "RFC 9112 section 6.3", get!("/lie?declare=5&send=10&stream=1"), &[answer(200, "xxxxx").with(&[("content-length", Some("5"))])], Then::Open),
    case("declares-5-streams-5", "RFC 9112 section 6.3", get!("/lie?declare=5&send=5&stream=1"), &[answer(200, "xxxxx").with(&[("content-length", Some("5"))])], Then::Open),
    case("declares-10-sends-nothing", "RFC 9112 section 6.3", get!("/lie?declare=10&send=0"), &[answer(200, "").with(&[("content-length", Some("10"))]).cut()], Then::Ended),
    case("declares-0-sends-5", "RFC 9112 section 6.3", get!("/lie?declare=0&send=5"), &[answer(200, "").with(&[("content-length", Some("0"))])], Then::Open),
    case("declares-10-sends-5-and-the-next-is-never-mixed-in", "RFC 9112 section 6.3", Send::Text("GET /lie?declare=10&send=5 HTTP/1.1\r\nHost: a\r\n\r\nGET /target HTTP/1.1\r\nHost: a\r\n\r\n"), &[answer(200, "xxxxx").cut()], Then::Ended),
    case("declares-5-sends-10-and-the-next-is-clean", "RFC 9112 section 6.3", Send::Text("GET /lie?declare=5&send=10 HTTP/1.1\r\nHost: a\r\n\r\nGET /target HTTP/1.1\r\nHost: a\r\n\r\n"), &[answer(200, "xxxxx"), answer(200, "GET /target")], Then::Open),
    case("declares-nonsense", "RFC 9110 section 8.6", get!("/header-out?nonsense"), &[status(500)], Then::Open),
    case("declares-a-sign", "RFC 9110 section 8.6", get!("/header-out?plus"), &[status(500)], Then::Open),
    case("declares-two-lengths", "RFC 9110 section 8.6", get!("/header-out?two"), &[status(500)], Then::Open),
    case("declares-one-length-twice", "RFC 9110 section 8.6", get!("/header-out?twice"), &[answer(200, "hello").with(&[("content-length", Some("5"))])], Then::Open),
    case("declares-a-coding", "RFC 9112 section 6.1", get!("/header-out?te"), &[answer(200, "hello").with(&[("transfer-encoding", None), ("content-length", Some("5"))])], Then::Open),

    // Streams.
    case("stream-is-chunked", "RFC 9112 section 7.1", get!("/stream"), &[answer(200, "one two three").with(&[("transfer-encoding", Some("chunked")), ("content-length", None)])], Then::Open),
    case("stream-to-1.0-ends-with-the-connection", "RFC 9112 section 6.1", get_1_0!("/stream"), &[answer(200, "one two three").with(&[("transfer-encoding", None), ("content-length", None)])], Then::Ended),
    case("stream-to-1.0-with-keep-alive-ends-with-the-connection", "RFC 9112 section 6.3", Send::Text("GET /stream HTTP/1.0\r\nConnection: keep-alive\r\n\r\n"), &[answer(200, "one two three").with(&[("transfer-encoding", None)])], Then::Ended),
    case("stream-that-fails-is-not-whole", "RFC 9112 section 8", get!("/broken"), &[answer(200, "start").cut()], Then::Ended),
    case("stream-that-fails-and-the-next-is-never-mixed-in", "RFC 9112 section 8", Send::Text("GET /broken HTTP/1.1\r\nHost: a\r\n\r\nGET /target HTTP/1.1\r\nHost: a\r\n\r\n"), &[answer(200, "start").cut()], Then::Ended),
];
