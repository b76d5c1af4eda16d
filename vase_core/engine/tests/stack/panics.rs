//! A bug is a 500 with the id of its request, not a dead worker.

use std::panic::{AssertUnwindSafe, catch_unwind};

use crate::support::{code, get, header, layered, now, request, text};

const LAYERS: &str = r#"{"layer": "request_id"}, {"layer": "security_headers"}, {"layer": "catch_panic"},
    {"layer": "cors", "allowed_origins": ["https://a.example"]}"#;

/// A panic in the handler's own call is a 500 that names the request, and the stack goes on.
#[tokio::test]
async fn in_the_call() {
    let (stack, _) = layered(LAYERS);
    let response = now(&stack, request("GET /panic", &[("x-request-id", "abc")]));
    assert_eq!(response.status(), 500);
    assert_eq!(header(&response, "x-request-id"), "abc");
    let body = text(response).await;
    let problem: serde_json::Value = serde_json::from_str(&body).unwrap();
    assert_eq!(problem["code"], "server.panicked");
    assert_eq!(problem["request_id"], "abc");
    assert!(
        !body.contains("panics"),
        "the message of the panic is not for clients: {body}"
    );
    assert_eq!(get(&stack, "/").status(), 200);
    assert_eq!(stack.metrics().in_flight(), 0);
}

/// So is a panic later on, and what the handler held is dropped.
#[tokio::test(start_paused = true)]
async fn in_the_future() {
    let (stack, app) = layered(LAYERS);
    let response = stack
        .handle(request("GET /panic-later", &[]))
        .await
        .unwrap();
    assert_eq!(response.status(), 500);
    assert_eq!(app.dropped.get(), 1);
    assert_eq!(code(response).await, "server.panicked");
}

/// The answer passes the layers outside, and not those inside, which saw no end of the request.
#[test]
fn layers_outside() {
    let (stack, _) = layered(LAYERS);
    let response = now(
        &stack,
        request("GET /panic", &[("origin", "https://a.example")]),
    );
    assert_eq!(header(&response, "x-frame-options"), "DENY");
    assert_eq!(header(&response, "access-control-allow-origin"), "");
}

/// A browser gets a page.
#[tokio::test]
async fn pages() {
    let (stack, _) = layered(LAYERS);
    let headers = [("accept", "text/html,*/*;q=0.8"), ("x-request-id", "abc")];
    let response = now(&stack, request("GET /panic", &headers));
    assert_eq!(
        header(&response, "content-type"),
        "text/html; charset=utf-8"
    );
    assert!(text(response).await.contains("Request abc"));
}

/// Without the layer a panic is the embedder's matter.
#[test]
fn without_the_layer() {
    let (stack, _) = layered("");
    assert!(catch_unwind(AssertUnwindSafe(|| get(&stack, "/panic"))).is_err());
}
