//! What the stack costs: nanoseconds a request, without a socket.
//!
//! `cargo run --release -p vase_engine --example stack_cost`
//!
//! Each row answers the same request with the same 13 bytes; the first builds the request and calls
//! the inner service directly, and is taken off the others. The best of several rounds is shown: what disturbs only adds.

#![allow(clippy::expect_used)] // a measurement has nothing to fall back on

use std::convert::Infallible;
use std::future::{Ready, ready};
use std::hint::black_box;
use std::io::Write;
use std::net::{Ipv4Addr, SocketAddr};
use std::task::{Context, Poll, Waker};
use std::time::Instant;

use bytes::Bytes;
use http::{HeaderMap, HeaderValue, Request, Response, header};
use tower::Service;
use vase_engine::routing::{RouteSpec, RouteTable};
use vase_engine::{Call, Config, Hooks, Peer, RequestBody, ResponseBody, Stack};

const REQUESTS: u32 = 100_000;
const ROUNDS: usize = 25;

/// Every layer that a production site would list, in the usual order.
const PRODUCTION: &str = r#"
    {"layer": "trusted_proxies", "proxies": ["10.0.0.0/8"]},
    {"layer": "request_id"},
    {"layer": "access_log"},
    {"layer": "catch_panic"},
    {"layer": "security_headers", "hsts_seconds": 31536000},
    {"layer": "allowed_hosts", "hosts": [".example.com", "example.org"]},
    {"layer": "rate_limit", "requests": 4000000000, "period": 1.0},
    {"layer": "concurrency_limit"},
    {"layer": "timeout"},
    {"layer": "body_limit"},
    {"layer": "cors", "allowed_origins": ["https://app.example.com"]},
    {"layer": "compression"}"#;

#[derive(Clone)]
struct Hello;

impl Hello {
    fn answer() -> Ready<Result<Response<ResponseBody>, Infallible>> {
        let mut response = Response::new(ResponseBody::full(Bytes::from_static(b"Hello, World!")));
        // Room for what the layers add, as a good inner service leaves it.
        let mut headers = HeaderMap::with_capacity(12);
        headers.insert(
            header::CONTENT_TYPE,
            HeaderValue::from_static("text/plain; charset=utf-8"),
        );
        *response.headers_mut() = headers;
        ready(Ok(response))
    }
}

impl Service<Call> for Hello {
    type Response = Response<ResponseBody>;
    type Error = Infallible;
    type Future = Ready<Result<Response<ResponseBody>, Infallible>>;

    fn poll_ready(&mut self, _context: &mut Context<'_>) -> Poll<Result<(), Infallible>> {
        Poll::Ready(Ok(()))
    }

    fn call(&mut self, call: Call) -> Self::Future {
        black_box(&call);
        Self::answer()
    }
}

fn request() -> Request<RequestBody> {
    let mut request = Request::new(RequestBody::empty());
    *request.uri_mut() = http::Uri::from_static("/hello/world?page=2");
    let headers = request.headers_mut();
    headers.insert(header::HOST, HeaderValue::from_static("www.example.com"));
    headers.insert(header::USER_AGENT, HeaderValue::from_static("wrk/4.2.0"));
    headers.insert(header::ACCEPT, HeaderValue::from_static("*/*"));
    headers.insert(
        header::ACCEPT_ENCODING,
        HeaderValue::from_static("gzip, deflate, br, zstd"),
    );
    request
}

/// The fewest nanoseconds a request over the rounds.
fn measure(mut answer: impl FnMut(Request<RequestBody>)) -> f64 {
    let mut rounds: Vec<f64> = (0..ROUNDS)
        .map(|_| {
            let start = Instant::now();
            for _ in 0..REQUESTS {
                answer(black_box(request()));
            }
            start.elapsed().as_secs_f64() * 1e9 / f64::from(REQUESTS)
        })
        .collect();
    rounds.sort_by(f64::total_cmp);
    rounds[0]
}

fn stack(layers: &str, platform: &str) -> Stack<Hello> {
    let config: Config = serde_json::from_str(&format!(
        r#"{{"layers": [{layers}], "platform": {platform}}}"#
    ))
    .expect("a configuration");
    let routes: Vec<RouteSpec> = serde_json::from_str(
        r#"[{"id": 0, "methods": ["GET"], "name": null, "path": "/hello/{name}",
             "segments": [{"literal": "/hello/"}, {"parameter": "name", "converter": "str"}]}]"#,
    )
    .expect("routes");
    let table = RouteTable::compile(&routes).expect("a table");
    let hooks = Hooks {
        access_log: Some(Box::new(|lines| !black_box(lines).is_empty())),
        ..Hooks::default()
    };
    let stack = Stack::new(&config, table, Hello, hooks).expect("a stack");
    stack.with_peer(Peer::tcp(SocketAddr::from((
        Ipv4Addr::new(203, 0, 113, 5),
        50_000,
    ))))
}

fn cost(stack: &Stack<Hello>) -> f64 {
    let mut stack = stack.clone();
    measure(|request| {
        let mut context = Context::from_waker(Waker::noop());
        let mut future = std::pin::pin!(stack.call(request));
        match future.as_mut().poll(&mut context) {
            Poll::Ready(Ok(response)) => assert!(black_box(response).status().is_success()),
            _ => panic!("the inner service is ready at once"),
        }
    })
}

fn main() -> std::io::Result<()> {
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_time()
        .build()?;
    let _guard = runtime.enter();
    let mut out = std::io::stdout().lock();
    let bare = measure(|request| {
        black_box(request);
        drop(black_box(Hello::answer()));
    });
    writeln!(
        out,
        "request and inner service alone  {bare:7.0} ns, taken off below"
    )?;
    let none = r#"{"livez": null, "readyz": null, "metrics": null}"#;
    writeln!(
        out,
        "empty stack                      {:7.0} ns",
        cost(&stack("", none)) - bare
    )?;
    let mut so_far = String::new();
    for layer in PRODUCTION
        .split("},")
        .map(|layer| layer.trim().trim_end_matches('}'))
    {
        if !so_far.is_empty() {
            so_far.push(',');
        }
        so_far.push_str(layer);
        so_far.push('}');
        let name = layer.split('"').nth(3).unwrap_or_default();
        writeln!(
            out,
            "  + {name:28} {:7.0} ns",
            cost(&stack(&so_far, "{}")) - bare
        )?;
    }
    Ok(())
}
