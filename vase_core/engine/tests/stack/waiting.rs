//! Inner services that are not ready, do not answer, or are not waited for.

use std::future::Future;
use std::pin::Pin;
use std::sync::mpsc::Receiver;
use std::task::{Context, Waker};
use std::time::Duration;

use tokio::time::Instant;
use vase_engine::layers::access_log;
use vase_engine::{Hooks, Stack};

use crate::support::{App, build, code, get, header, layered, now, request, text};

/// A late answer is a 503, and the handler is ended.
#[tokio::test(start_paused = true)]
async fn timeouts() {
    let (stack, app) = layered(r#"{"layer": "request_id"}, {"layer": "timeout", "seconds": 1.5}"#);
    let start = Instant::now();
    let response = stack
        .handle(request("GET /never", &[("x-request-id", "abc")]))
        .await
        .unwrap();
    // The clock of the runtime rings in whole milliseconds, rounded up.
    assert!((1500..=1501).contains(&start.elapsed().as_millis()));
    assert_eq!(response.status(), 503);
    assert_eq!(header(&response, "x-request-id"), "abc");
    assert_eq!(code(response).await, "timeout.exceeded");
    assert_eq!(app.dropped.get(), 1);
}

/// An answer in time is the handler's.
#[tokio::test(start_paused = true)]
async fn in_time() {
    let (stack, app) = layered(r#"{"layer": "timeout", "seconds": 3}"#);
    let response = stack.handle(request("GET /slow", &[])).await.unwrap();
    assert_eq!(text(response).await, "slow");
    assert_eq!(app.dropped.get(), 0);
}

/// A handler that answers at once needs no timer, and so no runtime.
#[test]
fn no_timer() {
    let (stack, _) = layered(r#"{"layer": "timeout"}"#);
    assert_eq!(get(&stack, "/").status(), 200);
}

/// An inner service that is busy is waited for, and health endpoints do not wait for it.
#[tokio::test]
async fn busy_services() {
    let app = App::default();
    let stack = build("{}", app.clone(), Hooks::default()).unwrap();
    app.busy.set(3);
    assert_eq!(now(&stack, request("GET /livez", &[])).status(), 200);
    assert_eq!(app.busy.get(), 3);
    assert_eq!(
        stack.handle(request("GET /", &[])).await.unwrap().status(),
        200
    );
    assert_eq!(app.busy.get(), 0);
}

fn poll_once<F: Future>(future: Pin<&mut F>) {
    assert!(
        future
            .poll(&mut Context::from_waker(Waker::noop()))
            .is_pending()
    );
}

fn logged(layers: &str) -> (Stack<App>, App, Receiver<Vec<u8>>) {
    let (sink, lines) = access_log::channel(16);
    let app = App::default();
    let hooks = Hooks {
        access_log: Some(sink),
        ..Hooks::default()
    };
    let config = format!(r#"{{"layers": [{{"layer": "access_log"}}, {layers}]}}"#);
    (build(&config, app.clone(), hooks).unwrap(), app, lines)
}

/// A client that leaves ends its handler, gives its place back, and is logged and counted.
#[test]
fn abandoned() {
    let (stack, app, lines) = logged(r#"{"layer": "concurrency_limit", "max": 1}"#);
    let mut future = Box::pin(stack.handle(request("GET /never", &[])));
    poll_once(future.as_mut());
    assert_eq!(stack.metrics().in_flight(), 1);
    assert_eq!(get(&stack, "/").status(), 503);
    drop(future);
    assert_eq!(app.dropped.get(), 1);
    assert_eq!(stack.metrics().in_flight(), 0);
    assert_eq!(stack.metrics().abandoned(), 1);
    assert_eq!(get(&stack, "/").status(), 200);
    let lines: Vec<u8> = lines.try_iter().flatten().collect();
    let text = String::from_utf8(lines).unwrap();
    let statuses: Vec<&str> = text
        .lines()
        .filter_map(|line| line.split("\" ").nth(1)?.get(..3))
        .collect();
    assert_eq!(statuses, ["503", "499", "200"]);
}

/// A request that is never polled was still begun, and ends like any other.
#[test]
fn never_polled() {
    let (stack, app) = layered(r#"{"layer": "timeout"}"#);
    drop(stack.handle(request("GET /never", &[])));
    assert_eq!(stack.metrics().in_flight(), 0);
    assert_eq!(app.dropped.get(), 1);
}

/// Lines of the access log go out soon after, without a further request.
#[tokio::test(start_paused = true)]
async fn log_lines_go_out() {
    let (stack, _, lines) = logged(r#"{"layer": "request_id"}"#);
    stack.handle(request("GET /nowhere", &[])).await.unwrap();
    assert!(lines.try_recv().is_err());
    tokio::time::sleep(Duration::from_millis(200)).await;
    assert!(
        String::from_utf8(lines.try_recv().unwrap())
            .unwrap()
            .contains("\"GET /nowhere HTTP/1.1\" 404 ")
    );
}
