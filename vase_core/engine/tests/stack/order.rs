//! The order of things, and what is wrong with a configuration.

use vase_engine::{Config, Hooks, Peer};

use crate::support::{App, build, code, get, header, layered, now, request, stack};

/// A refusal passes the layers outside it, and those inside never see the request.
#[test]
fn refusals_go_out() {
    let layers = r#"{"layer": "request_id"}, {"layer": "allowed_hosts", "hosts": ["shop.example"]},
        {"layer": "security_headers"}"#;
    let (stack, app) = layered(layers);
    let response = get(&stack, "/");
    assert_eq!(response.status(), 400);
    assert_eq!(header(&response, "x-request-id").len(), 32);
    assert_eq!(header(&response, "x-frame-options"), "");
    assert!(app.calls.borrow().is_empty());
}

/// The id and the client that layers found reach the inner service.
#[test]
fn findings_go_in() {
    let layers =
        r#"{"layer": "trusted_proxies", "proxies": ["10.0.0.0/8"]}, {"layer": "request_id"}"#;
    let (stack, app) = layered(layers);
    let stack = stack.with_peer(Peer::tcp("10.0.0.1:99".parse().unwrap()));
    let headers = [
        ("x-forwarded-for", "198.51.100.7"),
        ("x-forwarded-proto", "https"),
        ("x-request-id", "abc"),
    ];
    now(&stack, request("GET /", &headers));
    now(&stack, request("GET /", &[("x-request-id", "def")]));
    let expected = [
        "0 GET [] id=abc client=Some(198.51.100.7:0) scheme=https",
        "0 GET [] id=def client=Some(10.0.0.1:99) scheme=http",
    ];
    assert_eq!(*app.calls.borrow(), expected);
}

/// `Host` is checked without any layer, the refusal is logged and named, and the check can be switched off.
#[tokio::test]
async fn default_host_check() {
    let mut bad = request("GET /", &[]);
    bad.headers_mut().remove("host");
    let (strict, _) = layered(r#"{"layer": "request_id"}, {"layer": "concurrency_limit"}"#);
    let response = now(&strict, bad);
    assert_eq!(response.status(), 400);
    assert_eq!(header(&response, "x-request-id").len(), 32);
    assert_eq!(code(response).await, "host.missing");

    let mut bad = request("GET /", &[]);
    bad.headers_mut().remove("host");
    let (lax, _) = stack(r#"{"default_host_check": false}"#);
    assert_eq!(now(&lax, bad).status(), 200);
}

/// A browser's preflight is answered before the route table could say 405.
#[test]
fn preflights_come_first() {
    let (stack, app) = layered(r#"{"layer": "cors", "allowed_origins": ["https://a.example"]}"#);
    let headers = [
        ("origin", "https://a.example"),
        ("access-control-request-method", "POST"),
    ];
    let response = now(&stack, request("OPTIONS /echo", &headers));
    assert_eq!(response.status(), 204);
    assert_eq!(
        header(&response, "access-control-allow-origin"),
        "https://a.example"
    );
    assert_eq!(header(&response, "allow"), "");
    assert!(app.calls.borrow().is_empty());
}

/// Health endpoints answer under any address and over every limit; metrics do not go to strangers.
#[test]
fn probes_get_in() {
    let layers = r#"{"layer": "allowed_hosts", "hosts": ["shop.example"]},
        {"layer": "rate_limit", "requests": 1, "period": 3600}"#;
    let (stack, _) = layered(layers);
    let stack = stack.with_peer(Peer::tcp("10.0.0.1:99".parse().unwrap()));
    for _ in 0..3 {
        assert_eq!(get(&stack, "/livez").status(), 200);
        assert_eq!(get(&stack, "/readyz").status(), 200);
    }
    assert_eq!(get(&stack, "/metrics").status(), 400);
}

/// Every fault of a configuration is told at once, with its place.
#[test]
fn faults() {
    let config = r#"{
        "layers": [
            {"layer": "request_id", "header": "a b"},
            {"layer": "timeout", "seconds": 0},
            {"layer": "request_id"},
            {"layer": "allowed_hosts", "hosts": ["ok", "http://x"]}
        ],
        "static_files": [{"prefix": "static", "roots": []}],
        "platform": {"livez": "x"},
        "server_header": "a\nb"
    }"#;
    let error = build(config, App::default(), Hooks::default()).unwrap_err();
    let places: Vec<&str> = error
        .faults
        .iter()
        .map(|fault| fault.place.as_str())
        .collect();
    let expected = [
        "layers[0].header",
        "layers[1].seconds",
        "layers[2].layer",
        "layers[3].hosts[1]",
        "platform.livez",
    ];
    assert_eq!(places[..5], expected);
    assert!(places[5].starts_with("static_files[0]"), "{places:?}");
    assert_eq!(places.last(), Some(&"server_header"));
    assert!(
        error
            .to_string()
            .contains("layers[2].layer: `request_id` is listed twice")
    );
}

/// An unknown field, or layer, is refused where it is read.
#[test]
fn unknown_fields() {
    for (config, expected) in [
        (r#"{"layer": []}"#, "unknown field `layer`"),
        (r#"{"http": {"timeout": 1}}"#, "unknown field `timeout`"),
        (
            r#"{"layers": [{"layer": "timeout", "secs": 1}]}"#,
            "unknown field `secs`",
        ),
        (
            r#"{"layers": [{"layer": "catch_panic", "x": 1}]}"#,
            "unknown field `x`",
        ),
        (
            r#"{"layers": [{"layer": "csrf"}]}"#,
            "unknown variant `csrf`",
        ),
    ] {
        let error = serde_json::from_str::<Config>(config)
            .unwrap_err()
            .to_string();
        assert!(error.starts_with(expected), "{error}");
    }
}

/// What is written out is read back the same.
#[test]
fn round_trip() {
    let layers = [
        "trusted_proxies",
        "request_id",
        "access_log",
        "catch_panic",
        "security_headers",
        "allowed_hosts",
        "rate_limit",
        "concurrency_limit",
        "timeout",
        "body_limit",
        "cors",
        "compression",
    ];
    let layers: Vec<String> = layers
        .iter()
        .map(|layer| format!(r#"{{"layer": "{layer}"}}"#))
        .collect();
    let config: Config =
        serde_json::from_str(&format!(r#"{{"layers": [{}]}}"#, layers.join(","))).unwrap();
    let text = serde_json::to_string(&config).unwrap();
    assert_eq!(serde_json::from_str::<Config>(&text).unwrap(), config);
}
