//! Heads as no honest client writes them: whatever comes, there is an answer.

use http::{HeaderValue, StatusCode};
use vase_engine::{Hooks, Peer, RequestBody};

use crate::support::{App, build, now};

const HEADERS: [&str; 11] = [
    "host",
    "accept",
    "accept-encoding",
    "origin",
    "forwarded",
    "x-forwarded-for",
    "x-forwarded-proto",
    "x-forwarded-host",
    "x-request-id",
    "access-control-request-method",
    "access-control-request-headers",
];

/// Pieces that mean something to one parser or another.
const PIECES: [&[u8]; 32] = [
    b"",
    b" ",
    b",",
    b";",
    b"=",
    b":",
    b"[",
    b"]",
    b"\"",
    b"/",
    b"*",
    b".",
    b"q=",
    b"q=0.",
    b"1",
    b"99999999999999999999",
    b"for=",
    b"proto=https",
    b"host=",
    b"10.0.0.1",
    b"::1",
    b"[::ffff:1.2.3.4]",
    b"example.com",
    b"https://",
    b"gzip",
    b"br",
    b"text/html",
    b"*/*",
    b"\xff\xfe",
    b"%",
    b"%41",
    b"unknown",
];

const METHODS: [&str; 6] = ["GET", "HEAD", "POST", "OPTIONS", "DELETE", "PURGE"];
const TARGETS: [&str; 8] = [
    "/",
    "/users/1",
    "/users/%ff",
    "/echo",
    "/livez",
    "//",
    "http://example.com/",
    "/a?b=%00&c=\"d\"",
];

/// A xorshift generator: the same storm in every run.
struct Storm(u64);

impl Storm {
    fn below(&mut self, end: usize) -> usize {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        usize::try_from(self.0 % end as u64).unwrap()
    }

    fn value(&mut self) -> HeaderValue {
        let text: Vec<u8> = (0..self.below(9))
            .flat_map(|_| PIECES[self.below(PIECES.len())])
            .copied()
            .collect();
        HeaderValue::from_bytes(&text).unwrap()
    }
}

/// Every storm of headers is answered, and never with a 500.
#[test]
fn headers() {
    for family in ["x_forwarded", "forwarded"] {
        let config = format!(
            r#"{{"layers": [
                {{"layer": "trusted_proxies", "proxies": ["0.0.0.0/0", "::/0"], "header": "{family}"}}, {{"layer": "request_id"}},
                {{"layer": "access_log", "format": "json"}}, {{"layer": "catch_panic"}}, {{"layer": "security_headers"}},
                {{"layer": "rate_limit", "requests": 100000}},
                {{"layer": "cors", "allowed_origins": ["https://example.com", "https://*.example.com"], "allow_headers": ["*"]}},
                {{"layer": "compression", "minimum_bytes": 1}}]}}"#
        );
        let hooks = Hooks {
            access_log: Some(Box::new(|lines| std::str::from_utf8(&lines).is_ok())),
            ..Hooks::default()
        };
        let stack = build(&config, App::default(), hooks).unwrap();
        let stack = stack.with_peer(Peer::tcp("10.0.0.1:1".parse().unwrap()));
        let mut storm = Storm(0x5eed);
        let mut answered = 0;
        for _ in 0..20_000 {
            let mut request = http::Request::builder()
                .method(METHODS[storm.below(METHODS.len())])
                .uri(TARGETS[storm.below(TARGETS.len())].replace('"', ""))
                .header("host", "example.com")
                .body(RequestBody::empty())
                .unwrap();
            for _ in 0..storm.below(5) {
                let name = HEADERS[storm.below(HEADERS.len())];
                let value = storm.value();
                if name == "host" {
                    request.headers_mut().insert(name, value);
                } else {
                    request.headers_mut().append(name, value);
                }
            }
            let response = now(&stack, request);
            let status = response.status();
            assert_ne!(status, StatusCode::INTERNAL_SERVER_ERROR);
            assert!(response.headers().contains_key("x-request-id"));
            answered += u32::from(status.is_success());
        }
        assert!(answered > 4_000, "much of a storm is harmless: {answered}");
        assert_eq!(stack.metrics().in_flight(), 0);
    }
}
