//! What the route table says, as answers.

use http_body::Body;
use vase_engine::{Peer, RequestBody};

use crate::support::{code, get, header, now, request, stack, text};

/// A path with a route reaches the inner service, with its parameters converted.
#[tokio::test]
async fn found() {
    let (stack, app) = stack("{}");
    let response = get(&stack, "/users/42?x=y");
    assert_eq!(text(response).await, "hello");
    assert_eq!(
        *app.calls.borrow(),
        ["9 GET [Int(42)] id= client=None scheme=http"]
    );
}

/// A path without a route is a 404 that never reaches the inner service.
#[tokio::test]
async fn not_found() {
    let (stack, app) = stack("{}");
    for path in ["/nowhere", "/users/x", "/echo/more"] {
        let response = get(&stack, path);
        assert_eq!(response.status(), 404);
        assert_eq!(code(response).await, "route.not_found");
    }
    assert!(app.calls.borrow().is_empty());
}

/// While developing, a 404 names the paths that there are.
#[tokio::test]
async fn not_found_while_developing() {
    let (debug, _) = stack(r#"{"debug": true}"#);
    assert!(
        text(get(&debug, "/nowhere"))
            .await
            .contains("; the routes are: /, /echo, /panic, ")
    );
    let (quiet, _) = stack("{}");
    assert!(!text(get(&quiet, "/nowhere")).await.contains("/echo"));
}

/// A method without a route is a 405 that says which ones there are.
#[tokio::test]
async fn method_not_allowed() {
    let (stack, _) = stack("{}");
    let response = now(&stack, request("DELETE /echo", &[]));
    assert_eq!(response.status(), 405);
    assert_eq!(header(&response, "allow"), "POST, OPTIONS");
    assert_eq!(code(response).await, "route.method_not_allowed");
}

/// OPTIONS is answered for every route.
#[test]
fn options() {
    let (stack, app) = stack("{}");
    let response = now(&stack, request("OPTIONS /", &[]));
    assert_eq!(response.status(), 204);
    assert_eq!(header(&response, "allow"), "GET, HEAD, OPTIONS");
    assert!(app.calls.borrow().is_empty());
}

/// HEAD is GET without its body, and says how long the body is.
#[test]
fn head() {
    let (stack, app) = stack("{}");
    let response = now(&stack, request("HEAD /", &[]));
    assert_eq!(response.status(), 200);
    assert_eq!(header(&response, "content-length"), "5");
    assert_eq!(header(&response, "content-type"), "text/plain");
    assert!(response.body().is_end_stream());
    assert_eq!(app.calls.borrow().len(), 1);
}

/// A length that is not known, or was counted by the handler itself, is not made up.
#[test]
fn head_lengths() {
    let (stack, _) = stack("{}");
    let response = now(&stack, request("HEAD /stream", &[]));
    assert_eq!(header(&response, "content-length"), "");
    assert!(response.body().is_end_stream());
    assert_eq!(
        header(
            &now(&stack, request("HEAD /own-head", &[])),
            "content-length"
        ),
        "77"
    );
    let response = now(&stack, request("HEAD /nowhere", &[]));
    assert_eq!(response.status(), 404);
    assert!(response.body().is_end_stream());
    assert!(!header(&response, "content-length").is_empty());
}

/// A missing slash is added by a redirect that keeps the query, unless that is switched off.
#[test]
fn slash_redirects() {
    let (redirecting, _) = stack("{}");
    let response = get(&redirecting, "/folder?a=b&c=%20");
    assert_eq!(response.status(), 301);
    assert_eq!(header(&response, "location"), "/folder/?a=b&c=%20");
    let (strict, _) = stack(r#"{"append_slash": false}"#);
    assert_eq!(get(&strict, "/folder").status(), 404);
}

/// A path that is no text after decoding is a 400.
#[tokio::test]
async fn malformed_paths() {
    let (stack, _) = stack("{}");
    let response = get(&stack, "/users/%ff");
    assert_eq!(response.status(), 400);
    assert_eq!(code(response).await, "route.malformed_path");
}

/// What reaches a route has a limit of its body, also without the layer.
#[tokio::test]
async fn default_body_limit() {
    let (stack, app) = stack(r#"{"http": {"max_body_bytes": 4}}"#);
    let post = |text: &'static str| request("POST /echo", &[]).map(|_| RequestBody::full(text));
    assert_eq!(text(now(&stack, post("1234"))).await, "1234");
    let response = now(&stack, post("12345"));
    assert_eq!(response.status(), 413);
    assert_eq!(code(response).await, "body.too_large");
    assert_eq!(app.calls.borrow().len(), 1);
}

/// The layer's limit counts in place of the default one, larger or smaller.
#[tokio::test]
async fn layer_body_limit() {
    for (limit, status) in [(2, 413), (5, 200), (100, 200)] {
        let layers = format!(r#"[{{"layer": "body_limit", "max_bytes": {limit}}}]"#);
        let (stack, _) = stack(&format!(
            r#"{{"http": {{"max_body_bytes": 3}}, "layers": {layers}}}"#
        ));
        let response = now(
            &stack,
            request("POST /echo", &[]).map(|_| RequestBody::full("12345")),
        );
        assert_eq!(response.status(), status, "{limit}");
    }
}

/// A route's own limit counts in place of the layer's and the default one, for this route alone, larger or smaller.
#[tokio::test]
async fn route_body_limit() {
    for config in [
        r#"{"http": {"max_body_bytes": 16}}"#,
        r#"{"layers": [{"layer": "body_limit", "max_bytes": 16}]}"#,
    ] {
        let (stack, _) = stack(config);
        for (target, length, status) in [
            ("POST /small", 4, 200),
            ("POST /small", 5, 413),
            ("POST /large", 64, 200),
            ("POST /large", 65, 413),
            ("POST /echo", 16, 200),
            ("POST /echo", 17, 413),
        ] {
            let body = RequestBody::full(vec![b'x'; length]);
            let response = now(&stack, request(target, &[]).map(|_| body));
            assert_eq!(response.status(), status, "{config} {target} {length}");
        }
    }
}

/// A route that an address may call so often refuses the next request before it reaches the inner service.
#[tokio::test]
async fn route_throttle() {
    let (stack, app) = stack("{}");
    let from = |address: &str| stack.with_peer(Peer::tcp(address.parse().unwrap()));
    assert_eq!(get(&from("192.0.2.1:1"), "/rare").status(), 200);
    let response = get(&from("192.0.2.1:2"), "/rare");
    assert_eq!(response.status(), 429);
    assert_eq!(header(&response, "retry-after"), "60");
    assert_eq!(
        header(&response, "ratelimit-policy"),
        "\"1/minute\";q=1;w=60"
    );
    assert_eq!(code(response).await, "throttle.exceeded");
    assert_eq!(
        now(&from("192.0.2.1:2"), request("HEAD /rare", &[])).status(),
        429
    );
    assert_eq!(get(&from("192.0.2.1:1"), "/").status(), 200);
    assert_eq!(get(&from("192.0.2.2:1"), "/rare").status(), 200);
    assert_eq!(app.calls.borrow().len(), 3);
    // A client without an address is not counted.
    for _ in 0..3 {
        assert_eq!(get(&stack, "/rare").status(), 200);
    }
}

/// `Server` is sent when there is one to send.
#[test]
fn server_header() {
    let (silent, _) = stack("{}");
    assert_eq!(header(&get(&silent, "/"), "server"), "");
    let (named, _) = stack(r#"{"server_header": "shop"}"#);
    assert_eq!(header(&get(&named, "/"), "server"), "shop");
    assert_eq!(header(&get(&named, "/nowhere"), "server"), "shop");
}
