//! All layers together, as a production site has them.

use vase_engine::{Hooks, Peer, Stack};

use crate::support::{App, build, get, header, now, request, text};

const PRODUCTION: &str = r#"{"layers": [
    {"layer": "trusted_proxies", "proxies": ["10.0.0.0/8"]}, {"layer": "request_id"}, {"layer": "access_log"},
    {"layer": "catch_panic"}, {"layer": "security_headers", "hsts_seconds": 60},
    {"layer": "allowed_hosts", "hosts": [".example.com"]}, {"layer": "rate_limit", "requests": 5, "period": 60},
    {"layer": "concurrency_limit"}, {"layer": "timeout"}, {"layer": "body_limit"},
    {"layer": "cors", "allowed_origins": ["https://app.example.com"]}, {"layer": "compression", "minimum_bytes": 1}]}"#;

fn production() -> Stack<App> {
    let stack = build(PRODUCTION, App::default(), Hooks::default()).unwrap();
    stack.with_peer(Peer::tcp("10.0.0.1:1".parse().unwrap()))
}

/// A plain answer carries what every layer adds, once each.
#[tokio::test]
async fn plain() {
    let headers = [
        ("x-forwarded-proto", "https"),
        ("origin", "https://app.example.com"),
    ];
    let response = now(&production(), request("GET /", &headers));
    let mut names: Vec<&str> = response
        .headers()
        .iter()
        .map(|(name, _)| name.as_str())
        .collect();
    names.sort_unstable();
    let expected = [
        "access-control-allow-origin",
        "content-type",
        "cross-origin-opener-policy",
        "referrer-policy",
        "strict-transport-security",
        "vary",
        "x-content-type-options",
        "x-frame-options",
        "x-request-id",
    ];
    assert_eq!(names, expected);
    assert_eq!(text(response).await, "hello");
}

/// A client is told from another behind one proxy, and one that asks too often does not shut the other out.
#[test]
fn limits_are_per_client() {
    let stack = production();
    let ask = |client| {
        now(&stack, request("GET /", &[("x-forwarded-for", client)]))
            .status()
            .as_u16()
    };
    let statuses: Vec<u16> = (0..7).map(|_| ask("198.51.100.1")).collect();
    assert_eq!(statuses, [200, 200, 200, 200, 200, 429, 429]);
    assert_eq!(ask("198.51.100.2"), 200);
}

/// HEAD and GET have the same head, also when the body would be compressed.
#[test]
fn head_of_compressed() {
    let stack = production();
    let ask = |method: &str| {
        let headers = [("accept-encoding", "gzip"), ("x-request-id", "same")];
        now(&stack, request(&format!("{method} /"), &headers))
    };
    let (get, head) = (ask("GET"), ask("HEAD"));
    assert_eq!(get.headers(), head.headers());
    assert_eq!(header(&head, "content-encoding"), "gzip");
    assert_eq!(header(&head, "content-length"), "");
}

/// The access log needs a sink; without one the layer is not there, and nothing else changes.
#[test]
fn no_sink() {
    assert_eq!(get(&production(), "/").status(), 200);
}
