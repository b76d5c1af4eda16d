//! Request lines: method, target, version, and what may come before them.

use super::{Case, Send, Then, answer, case, status};

macro_rules! get {
    ($target:expr) => {
        Send::Text(concat!("GET ", $target, " HTTP/1.1\r\nHost: a\r\n\r\n"))
    };
}

macro_rules! line {
    ($line:expr) => {
        Send::Text(concat!($line, "\r\nHost: a\r\n\r\n"))
    };
}

#[rustfmt::skip]
pub(super) const CASES: &[Case] = &[
    // The method.
    case("method-get", "RFC 9112 section 3.1", get!("/target"), &[answer(200, "GET /target")], Then::Open),
    case("method-is-case-sensitive", "RFC 9110 section 9.1", line!("get /target HTTP/1.1"), &[answer(200, "get /target")], Then::Open),
    case("method-unknown-reaches-the-application", "RFC 9110 section 9.1", line!("PURGE /target HTTP/1.1"), &[answer(200, "PURGE /target")], Then::Open),
    case("method-of-all-token-characters", "RFC 9110 section 5.6.2", line!("!#$%&'*+-.^_`|~09azAZ /target HTTP/1.1"), &[answer(200, "!#$%&'*+-.^_`|~09azAZ /target")], Then::Open),
    case("method-of-32-octets", "RFC 9112 section 3", line!("ABCDEFGHIJKLMNOPQRSTUVWXYZABCDEF / HTTP/1.1"), &[status(200)], Then::Open),
    case("method-of-33-octets", "RFC 9112 section 3", line!("ABCDEFGHIJKLMNOPQRSTUVWXYZABCDEFG / HTTP/1.1"), &[status(501)], Then::Closed),
    case("method-of-10000-octets", "RFC 9112 section 3", Send::Made(|| [&b"A".repeat(10_000)[..], b" / HTTP/1.1\r\nHost: a\r\n\r\n"].concat()), &[status(501)], Then::Closed),
    case("method-with-a-delimiter", "RFC 9110 section 5.6.2", line!("GE(T / HTTP/1.1"), &[status(400)], Then::Closed),
    case("method-with-a-colon", "RFC 9110 section 5.6.2", line!("GET: / HTTP/1.1"), &[status(400)], Then::Closed),
    case("method-with-nul", "RFC 9112 section 3", Send::Octets(b"G\0T / HTTP/1.1\r\nHost: a\r\n\r\n"), &[status(400)], Then::Closed),
    case("method-not-ascii", "RFC 9112 section 3", Send::Octets(b"G\xc3\x89T / HTTP/1.1\r\nHost: a\r\n\r\n"), &[status(400)], Then::Closed),
    case("method-missing", "RFC 9112 section 3", line!("/ HTTP/1.1"), &[status(400)], Then::Closed),
    case("method-after-space", "RFC 9112 section 3", line!(" GET / HTTP/1.1"), &[status(400)], Then::Closed),
    case("method-connect", "RFC 9110 section 9.3.6", line!("CONNECT a:443 HTTP/1.1"), &[status(501)], Then::Closed),
    case("method-connect-without-port", "RFC 9112 section 3.2.3", line!("CONNECT a HTTP/1.1"), &[status(400)], Then::Closed),
    case("method-connect-with-a-path", "RFC 9112 section 3.2.3", line!("CONNECT / HTTP/1.1"), &[status(400)], Then::Closed),
    case("method-connect-with-a-url", "RFC 9112 section 3.2.3", line!("CONNECT http://a:80/ HTTP/1.1"), &[status(400)], Then::Closed),
    case("method-alone", "RFC 9112 section 3", Send::Text("GET\r\n\r\n"), &[status(400)], Then::Closed),

    // The spaces between.
    case("line-two-spaces-after-the-method", "RFC 9112 section 3", line!("GET  / HTTP/1.1"), &[status(400)], Then::Closed),
    case("line-two-spaces-before-the-version", "RFC 9112 section 3", line!("GET /  HTTP/1.1"), &[status(400)], Then::Closed),
    case("line-tab-after-the-method", "RFC 9112 section 3", line!("GET\t/ HTTP/1.1"), &[status(400)], Then::Closed),
    case("line-tab-before-the-version", "RFC 9112 section 3", line!("GET /\tHTTP/1.1"), &[status(400)], Then::Closed),
    case("line-vertical-tab", "RFC 9112 section 3", line!("GET\x0b/ HTTP/1.1"), &[status(400)], Then::Closed),
    case("line-space-at-the-end", "RFC 9112 section 3", line!("GET / HTTP/1.1 "), &[status(400)], Then::Closed),
    case("line-space-in-the-target", "RFC 9112 section 3.2", line!("GET /a b HTTP/1.1"), &[status(400)], Then::Closed),
    case("line-no-target", "RFC 9112 section 3", line!("GET HTTP/1.1"), &[status(400)], Then::Closed),
    case("line-empty-target", "RFC 9112 section 3", line!("GET  HTTP/1.1"), &[status(400)], Then::Closed),
    case("line-garbage", "RFC 9112 section 3", Send::Text("garbage\r\n\r\n"), &[status(400)], Then::Closed),
    case("line-tls-hello", "RFC 9112 section 3", Send::Octets(b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03"), &[status(400)], Then::Closed),
    case("line-at-8000-octets", "RFC 9112 section 3", Send::Made(|| [b"GET /", &b"a".repeat(8_000)[..], b" HTTP/1.1\r\nHost: a\r\n\r\n"].concat()), &[status(200)], Then::Open),
    case("line-at-60000-octets", "RFC 9112 section 3", Send::Made(|| [b"GET /", &b"a".repeat(60_000)[..], b" HTTP/1.1\r\nHost: a\r\n\r\n"].concat()), &[status(200)], Then::Open),
    case("line-at-70000-octets", "RFC 9110 section 15.5.15", Send::Made(|| [b"GET /", &b"a".repeat(70_000)[..], b" HTTP/1.1\r\nHost: a\r\n\r\n"].concat()), &[status(414)], Then::Closed),
    case("line-without-end", "RFC 9110 section 15.5.15", Send::Made(|| [b"GET /", &b"a".repeat(500_000)[..]].concat()), &[status(414)], Then::Closed),
    case("line-octet-by-octet", "RFC 9112 section 2.2", Send::Dripped("GET /target HTTP/1.1\r\nHost: a\r\nX-Test: b\r\n\r\n"), &[answer(200, "GET /target")], Then::Open),

    // What may come before.
    case("before-one-empty-line", "RFC 9112 section 2.2", Send::Text("\r\nGET / HTTP/1.1\r\nHost: a\r\n\r\n"), &[status(200)], Then::Open),
    case("before-sixteen-empty-lines", "RFC 9112 section 2.2", Send::Made(|| [&b"\r\n".repeat(16)[..], b"GET / HTTP/1.1\r\nHost: a\r\n\r\n"].concat()), &[status(200)], Then::Open),
    case("before-seventeen-empty-lines", "RFC 9112 section 2.2", Send::Made(|| [&b"\r\n".repeat(17)[..], b"GET / HTTP/1.1\r\nHost: a\r\n\r\n"].concat()), &[status(400)], Then::Closed),
    case("before-empty-lines-in-pieces", "RFC 9112 section 2.2", Send::Pieces(&["\r", "\n\r\n", "\r\nGET / HT", "TP/1.1\r\nHost: a\r\n\r\n"]), &[status(200)], Then::Open),
    case("before-bare-lf", "RFC 9112 section 2.2", Send::Text("\nGET / HTTP/1.1\r\nHost: a\r\n\r\n"), &[status(400)], Then::Closed),
    case("before-bare-cr", "RFC 9112 section 2.2", Send::Text("\rGET / HTTP/1.1\r\nHost: a\r\n\r\n"), &[status(400)], Then::Closed),
    case("before-crlf-after-a-body", "RFC 9112 section 2.2", Send::Text("POST /echo HTTP/1.1\r\nHost: a\r\nContent-Length: 3\r\n\r\nabc\r\nGET / HTTP/1.1\r\nHost: a\r\n\r\n"), &[answer(200, "abc"), status(200)], Then::Open),

    // The target.
    case("target-origin-form", "RFC 9112 section 3.2.1", get!("/target/a?b=c&d"), &[status(200)], Then::Open),
    case("target-with-query", "RFC 9112 section 3.2.1", get!("/target?b=c&d"), &[answer(200, "GET /target?b=c&d")], Then::Open),
    case("target-double-slash", "RFC 9112 section 3.2.1", get!("//a/b"), &[status(200)], Then::Open),
    case("target-relative", "RFC 9112 section 3.2", get!("target"), &[status(400)], Then::Closed),
    case("target-query-alone", "RFC 9112 section 3.2", get!("?a=b"), &[status(400)], Then::Closed),
    case("target-absolute-form", "RFC 9112 section 3.2.2", get!("http://a/target?x"), &[answer(200, "GET http://a/target?x")], Then::Open),
    case("target-absolute-form-https", "RFC 9112 section 3.2.2", get!("https://a/"), &[status(200)], Then::Open),
    case("target-absolute-form-upper-case", "RFC 9110 section 4.2.3", get!("HTTP://a/"), &[status(200)], Then::Open),
    case("target-absolute-form-with-port", "RFC 9112 section 3.2.2", get!("http://a:80/"), &[status(200)], Then::Open),
    case("target-absolute-form-without-path", "RFC 9110 section 4.2.3", get!("http://a"), &[status(200)], Then::Open),
    case("target-absolute-form-other-scheme", "RFC 9112 section 3.2.2", get!("ftp://a/"), &[status(400)], Then::Closed),
    case("target-absolute-form-without-host", "RFC 9110 section 4.2.1", get!("http:///a"), &[status(400)], Then::Closed),
    case("target-absolute-form-with-port-alone", "RFC 9110 section 4.2.1", get!("http://:80/a"), &[status(400)], Then::Closed),
    case("target-absolute-form-with-user", "RFC 9110 section 4.2.4", get!("http://user@a/"), &[status(400)], Then::Closed),
    case("target-authority-form", "RFC 9112 section 3.2.3", get!("a:80"), &[status(400)], Then::Closed),
    case("target-asterisk-with-options", "RFC 9112 section 3.2.4", line!("OPTIONS * HTTP/1.1"), &[status(200)], Then::Open),
    case("target-asterisk-with-get", "RFC 9112 section 3.2.4", get!("*"), &[status(400)], Then::Closed),
    case("target-asterisk-and-more", "RFC 9112 section 3.2.4", line!("OPTIONS *a HTTP/1.1"), &[status(400)], Then::Closed),
    case("target-fragment", "RFC 9112 section 3.2", get!("/a#b"), &[status(400)], Then::Closed),
    case("target-fragment-in-query", "RFC 9112 section 3.2", get!("/a?b#c"), &[status(400)], Then::Closed),
    case("target-nul", "RFC 9112 section 3.2", Send::Octets(b"GET /\0 HTTP/1.1\r\nHost: a\r\n\r\n"), &[status(400)], Then::Closed),
    case("target-del", "RFC 9112 section 3.2", Send::Octets(b"GET /\x7f HTTP/1.1\r\nHost: a\r\n\r\n"), &[status(400)], Then::Closed),
    case("target-control", "RFC 9112 section 3.2", Send::Octets(b"GET /\x01 HTTP/1.1\r\nHost: a\r\n\r\n"), &[status(400)], Then::Closed),
    case("target-utf-8", "RFC 3986 section 2", Send::Octets(b"GET /\xc3\xa9 HTTP/1.1\r\nHost: a\r\n\r\n"), &[status(400)], Then::Closed),
    case("target-latin-1", "RFC 3986 section 2", Send::Octets(b"GET /\xe9 HTTP/1.1\r\nHost: a\r\n\r\n"), &[status(400)], Then::Closed),
    case("target-angle-bracket", "RFC 3986 section 2", get!("/<script>"), &[status(400)], Then::Closed),
    case("target-quote", "RFC 3986 section 2", get!("/\"a\""), &[status(400)], Then::Closed),
    case("target-percent-alone", "RFC 3986 section 2.1", get!("/%"), &[status(400)], Then::Closed),
    case("target-percent-one-digit", "RFC 3986 section 2.1", get!("/%2"), &[status(400)], Then::Closed),
    case("target-percent-no-digits", "RFC 3986 section 2.1", get!("/%zz"), &[status(400)], Then::Closed),
    case("target-percent-encoded", "RFC 3986 section 2.1", get!("/target%2f?%41"), &[status(200)], Then::Open),
    case("target-percent-alone-in-the-query", "RFC 3986 section 3.4", get!("/target?q=100%"), &[answer(200, "GET /target?q=100%")], Then::Open),
    case("target-what-browsers-leave-unescaped", "RFC 3986 section 3.4", get!("/target?q={a}|b^c`[d]"), &[answer(200, "GET /target?q={a}|b^c`[d]")], Then::Open),

    // The version.
    case("version-1.1", "RFC 9112 section 2.3", line!("GET /version HTTP/1.1"), &[answer(200, "HTTP/1.1")], Then::Open),
    case("version-1.2-is-read-as-1.1", "RFC 9110 section 2.5", line!("GET /version HTTP/1.2"), &[answer(200, "HTTP/1.1")], Then::Open),
    case("version-1.9-is-read-as-1.1", "RFC 9110 section 2.5", line!("GET /version HTTP/1.9"), &[answer(200, "HTTP/1.1")], Then::Open),
    case("version-1.0", "RFC 9112 section 2.3", line!("GET /version HTTP/1.0"), &[answer(200, "HTTP/1.0")], Then::Ended),
    case("version-2.0", "RFC 9110 section 15.6.6", line!("GET / HTTP/2.0"), &[status(505)], Then::Closed),
    case("version-3.0", "RFC 9110 section 15.6.6", line!("GET / HTTP/3.0"), &[status(505)], Then::Closed),
    case("version-0.9", "RFC 9110 section 15.6.6", line!("GET / HTTP/0.9"), &[status(505)], Then::Closed),
    case("version-h2-preface", "RFC 9113 section 3.4", Send::Text("PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n"), &[status(505)], Then::Closed),
    case("version-missing", "RFC 9112 section 3", Send::Text("GET /\r\n\r\n"), &[status(400)], Then::Closed),
    case("version-lower-case", "RFC 9112 section 2.3", line!("GET / http/1.1"), &[status(400)], Then::Closed),
    case("version-two-digits", "RFC 9112 section 2.3", line!("GET / HTTP/1.10"), &[status(400)], Then::Closed),
    case("version-leading-zero", "RFC 9112 section 2.3", line!("GET / HTTP/01.1"), &[status(400)], Then::Closed),
    case("version-no-minor", "RFC 9112 section 2.3", line!("GET / HTTP/1"), &[status(400)], Then::Closed),
    case("version-no-dot", "RFC 9112 section 2.3", line!("GET / HTTP/11"), &[status(400)], Then::Closed),
    case("version-comma", "RFC 9112 section 2.3", line!("GET / HTTP/1,1"), &[status(400)], Then::Closed),
    case("version-letter", "RFC 9112 section 2.3", line!("GET / HTTP/1.x"), &[status(400)], Then::Closed),
    case("version-other-protocol", "RFC 9112 section 2.3", line!("GET / RTSP/1.0"), &[status(400)], Then::Closed),
    case("version-other-protocol-of-the-same-length", "RFC 9112 section 2.3", line!("GET / ICAP/1.1"), &[status(400)], Then::Closed),
];
