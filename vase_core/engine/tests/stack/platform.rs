//! The endpoints about the engine itself.

use std::fs;
use std::time::Duration;

use vase_engine::Hooks;

use crate::support::{App, build, get, header, layered, now, request, stack, text};

/// `/livez` is always 200, and never stored.
#[tokio::test]
async fn livez() {
    let (stack, app) = stack("{}");
    let response = get(&stack, "/livez");
    assert_eq!(response.status(), 200);
    assert_eq!(header(&response, "cache-control"), "no-store");
    assert_eq!(text(response).await, "ok");
    assert!(app.calls.borrow().is_empty());
}

/// `/readyz` is a 503 that names what is missing.
#[tokio::test]
async fn readyz() {
    let (stack, _) = stack("{}");
    assert_eq!(text(get(&stack, "/readyz")).await, "ok");
    stack.readiness().withhold("database", "connection refused");
    let response = get(&stack, "/readyz");
    assert_eq!(response.status(), 503);
    assert_eq!(text(response).await, "database: connection refused\n");
    assert_eq!(get(&stack, "/livez").status(), 200);
    stack.readiness().restore("database");
    assert_eq!(get(&stack, "/readyz").status(), 200);
}

/// `/metrics` tells of the requests so far, and of the embedder's counters.
#[tokio::test]
async fn metrics() {
    let (stack, _) = stack("{}");
    stack
        .metrics()
        .counter("vase_python_calls_total", "Calls.")
        .add(3);
    get(&stack, "/");
    get(&stack, "/nowhere");
    let response = get(&stack, "/metrics");
    assert_eq!(
        header(&response, "content-type"),
        "text/plain; version=0.0.4; charset=utf-8"
    );
    let text = text(response).await;
    for line in [
        "vase_requests_total{method=\"GET\",status=\"2xx\"} 1",
        "vase_requests_total{method=\"GET\",status=\"4xx\"} 1",
        "vase_requests_in_flight 1",
        "vase_python_calls_total 3",
    ] {
        assert!(text.lines().any(|found| found == line), "{line}\n{text}");
    }
    assert_eq!(stack.metrics().requests(), 3);
    assert_eq!(stack.metrics().in_flight(), 0);
}

/// The paths are the configuration's; null switches one off and leaves the path to the routes.
#[test]
fn paths() {
    let (stack, _) = stack(r#"{"platform": {"livez": "/up", "readyz": null, "metrics": null}}"#);
    assert_eq!(get(&stack, "/up").status(), 200);
    for path in ["/livez", "/readyz", "/metrics"] {
        assert_eq!(get(&stack, path).status(), 404);
    }
}

/// The endpoints take GET and HEAD, and walk through the layers like everything else.
#[test]
fn methods_and_layers() {
    let (stack, _) = layered(r#"{"layer": "request_id"}, {"layer": "security_headers"}"#);
    let response = now(&stack, request("HEAD /livez", &[("x-request-id", "mine")]));
    assert_eq!(response.status(), 200);
    assert_eq!(header(&response, "content-length"), "2");
    assert_eq!(header(&response, "x-request-id"), "mine");
    assert_eq!(header(&response, "x-frame-options"), "DENY");
    let response = now(&stack, request("POST /livez", &[]));
    assert_eq!(response.status(), 405);
    assert_eq!(header(&response, "allow"), "GET,HEAD");
}

/// Static files are served before the routes are asked, and what is none goes on to them.
#[tokio::test]
async fn static_files() {
    let folder = tempfile("files");
    fs::write(folder.join("style.css"), "body {}").unwrap();
    let root = serde_json::to_string(folder.to_str().unwrap()).unwrap();
    let config = format!(r#"{{"static_files": [{{"prefix": "/static/", "roots": [{root}]}}]}}"#);
    let app = App::default();
    let stack = build(&config, app.clone(), Hooks::default()).unwrap();
    let response = get(&stack, "/static/style.css");
    assert_eq!(header(&response, "content-type"), "text/css; charset=utf-8");
    assert_eq!(text(response).await, "body {}");
    assert_eq!(get(&stack, "/static/other.css").status(), 404);
    assert_eq!(get(&stack, "/").status(), 200);
    assert_eq!(app.calls.borrow().len(), 1);
    fs::remove_dir_all(folder).unwrap();
}

/// In debug an edited file is served at once; otherwise one that was just served is not looked at again for a second.
#[tokio::test]
async fn edited_static_files() {
    for (debug, expected) in [("true", "a {}"), ("false", "body {}")] {
        let folder = tempfile(debug);
        let file = folder.join("style.css");
        fs::write(&file, "body {}").unwrap();
        // A file that was changed a moment ago is read again in any case.
        std::thread::sleep(Duration::from_millis(100));
        let root = serde_json::to_string(folder.to_str().unwrap()).unwrap();
        let config = format!(
            r#"{{"debug": {debug}, "static_files": [{{"prefix": "/static/", "roots": [{root}]}}]}}"#
        );
        let stack = build(&config, App::default(), Hooks::default()).unwrap();
        assert_eq!(text(get(&stack, "/static/style.css")).await, "body {}");
        fs::write(&file, "a {}").unwrap();
        assert_eq!(text(get(&stack, "/static/style.css")).await, expected);
        fs::remove_dir_all(folder).unwrap();
    }
}

fn tempfile(name: &str) -> std::path::PathBuf {
    let folder = std::env::temp_dir().join(format!("vase-stack-{name}-{}", std::process::id()));
    fs::create_dir_all(&folder).unwrap();
    folder
}
