//! What needs a stack behind the server: Host, methods and paths.

use std::convert::Infallible;
use std::sync::Arc;

use http::Response;
use vase_engine::ResponseBody;
use vase_engine::config::{Config, HttpConfig};
use vase_engine::routing::{RouteSpec, RouteTable};
use vase_engine::stack::{Call, Hooks, Stack};

use super::{Case, Send, Then, answer, case, status};
use crate::app::Counters;
use crate::server::Server;

const ROUTES: &str = r#"[
    {"id": 0, "methods": ["GET"], "path": "/", "segments": [{"literal": "/"}]},
    {"id": 2, "methods": ["GET"], "path": "/next", "segments": [{"literal": "/next"}]},
    {"id": 1, "methods": ["POST"], "path": "/echo", "segments": [{"literal": "/echo"}]},
    {"id": 3, "methods": ["GET"], "path": "/users/{id:int}",
     "segments": [{"literal": "/users/"}, {"parameter": "id", "converter": "int"}]}
]"#;

async fn answer_call(call: Call) -> Result<Response<ResponseBody>, Infallible> {
    if call.route != 1 {
        return Ok(Response::new(ResponseBody::from("ok")));
    }
    Ok(match call.body.collect().await {
        Ok(bytes) => Response::new(ResponseBody::full(bytes)),
        Err(error) => {
            let mut response = Response::new(ResponseBody::from(error.code()));
            *response.status_mut() = error.status();
            response
        }
    })
}

/// A server with a real stack in it.
pub(super) fn start() -> Server {
    Server::start_with(HttpConfig::default(), |_counters: &Arc<Counters>| {
        let routes: Vec<RouteSpec> = serde_json::from_str(ROUTES).expect("routes");
        let table = RouteTable::compile(&routes).expect("a table");
        let inner = tower::service_fn(answer_call);
        let stack =
            Stack::new(&Config::default(), table, inner, Hooks::default()).expect("a stack");
        move |peer| stack.with_peer(peer)
    })
}

macro_rules! hosts {
    ($fields:expr) => {
        Send::Text(concat!("GET / HTTP/1.1\r\n", $fields, "\r\n"))
    };
}

macro_rules! line {
    ($line:expr) => {
        Send::Text(concat!($line, "\r\nHost: a\r\n\r\n"))
    };
}

#[rustfmt::skip]
pub(super) const CASES: &[Case] = &[
    // Host.
    case("host", "RFC 9112 section 3.2", hosts!("Host: example.com\r\n"), &[answer(200, "ok")], Then::Open),
    case("host-with-port", "RFC 9110 section 7.2", hosts!("Host: example.com:8000\r\n"), &[status(200)], Then::Open),
    case("host-ipv4", "RFC 9110 section 7.2", hosts!("Host: 127.0.0.1:8000\r\n"), &[status(200)], Then::Open),
    case("host-ipv6", "RFC 9110 section 7.2", hosts!("Host: [::1]:8000\r\n"), &[status(200)], Then::Open),
    case("host-in-any-case", "RFC 9110 section 5.1", hosts!("HOST: EXAMPLE.COM\r\n"), &[status(200)], Then::Open),
    case("host-missing", "RFC 9112 section 3.2", hosts!("X-Test: a\r\n"), &[status(400)], Then::Open),
    case("host-missing-from-1.0", "RFC 9112 section 3.2", Send::Text("GET / HTTP/1.0\r\n\r\n"), &[status(200)], Then::Ended),
    case("host-twice", "RFC 9112 section 3.2", hosts!("Host: a\r\nHost: b\r\n"), &[status(400)], Then::Open),
    case("host-twice-the-same", "RFC 9112 section 3.2", hosts!("Host: a\r\nHost: a\r\n"), &[status(400)], Then::Open),
    case("host-list", "RFC 9112 section 3.2", hosts!("Host: a, b\r\n"), &[status(400)], Then::Open),
    case("host-with-path", "RFC 9112 section 3.2", hosts!("Host: a/b\r\n"), &[status(400)], Then::Open),
    case("host-with-user", "RFC 9112 section 3.2", hosts!("Host: user@a\r\n"), &[status(400)], Then::Open),
    case("host-with-space", "RFC 9112 section 3.2", hosts!("Host: a b\r\n"), &[status(400)], Then::Open),
    case("host-with-quote", "RFC 9112 section 3.2", hosts!("Host: \"a\"\r\n"), &[status(400)], Then::Open),
    case("host-with-bad-port", "RFC 9112 section 3.2", hosts!("Host: a:b\r\n"), &[status(400)], Then::Open),
    case("host-with-port-over-16-bits", "RFC 9112 section 3.2", hosts!("Host: a:99999999\r\n"), &[status(400)], Then::Open),
    case("host-not-ascii", "RFC 9112 section 3.2", Send::Octets(b"GET / HTTP/1.1\r\nHost: \xc3\xa9\r\n\r\n"), &[status(400)], Then::Open),
    case("host-missing-in-absolute-form", "RFC 9112 section 3.2", Send::Text("GET http://a/ HTTP/1.1\r\n\r\n"), &[status(400)], Then::Open),

    // Methods and paths.
    case("path-unknown", "RFC 9110 section 15.5.5", line!("GET /nothing HTTP/1.1"), &[status(404)], Then::Open),
    case("path-converted", "RFC 9112 section 3.2.1", line!("GET /users/7 HTTP/1.1"), &[status(200)], Then::Open),
    case("path-not-converted", "RFC 9110 section 15.5.5", line!("GET /users/x HTTP/1.1"), &[status(404)], Then::Open),
    case("path-not-utf-8", "RFC 3986 section 2.5", line!("GET /users/%ff HTTP/1.1"), &[status(400)], Then::Open),
    case("method-not-allowed", "RFC 9110 section 15.5.6", line!("GET /echo HTTP/1.1"), &[status(405).with(&[("allow", Some("POST, OPTIONS"))])], Then::Open),
    case("method-trace-is-not-allowed", "RFC 9110 section 9.3.8", line!("TRACE / HTTP/1.1"), &[status(405)], Then::Open),
    case("method-unknown", "RFC 9110 section 9.1", line!("BREW / HTTP/1.1"), &[status(405)], Then::Open),
    case("method-head-follows-get", "RFC 9110 section 9.3.2", line!("HEAD / HTTP/1.1"), &[status(200).for_head().with(&[("content-length", Some("2"))])], Then::Open),
    case("method-options", "RFC 9110 section 9.3.7", line!("OPTIONS / HTTP/1.1"), &[status(204)], Then::Open),
    case("method-options-of-the-server", "RFC 9110 section 9.3.7", line!("OPTIONS * HTTP/1.1"), &[status(204)], Then::Open),

    // Bodies.
    case("body-read", "RFC 9112 section 6.2", Send::Text("POST /echo HTTP/1.1\r\nHost: a\r\nContent-Length: 3\r\n\r\nabc"), &[answer(200, "abc")], Then::Open),
    case("body-too-large", "RFC 9110 section 15.5.14", Send::Text("POST /echo HTTP/1.1\r\nHost: a\r\nContent-Length: 8388609\r\n\r\n"), &[status(413)], Then::Closed),
    case("body-too-large-in-chunks", "RFC 9110 section 15.5.14", Send::Made(|| [b"POST /echo HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n900000\r\n", &b"a".repeat(9 * 1024 * 1024)[..]].concat()), &[status(413)], Then::Closed),
    case("body-malformed", "RFC 9112 section 7.1", Send::Text("POST /echo HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\nxyz\r\n"), &[status(400)], Then::Closed),
    case("body-of-a-request-that-is-not-found", "RFC 9112 section 9.3", Send::Text("POST /nothing HTTP/1.1\r\nHost: a\r\nContent-Length: 3\r\n\r\nabc"), &[status(404)], Then::Open),
    case("body-of-a-request-without-host", "RFC 9112 section 11.2", Send::Text("POST /echo HTTP/1.1\r\nContent-Length: 3\r\n\r\nabc"), &[status(400)], Then::Open),
];
