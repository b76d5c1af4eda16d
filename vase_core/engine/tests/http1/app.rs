//! The application behind the server under test: small, and where a case asks for it, badly behaved.

use std::cell::Cell;
use std::convert::Infallible;
use std::io;
use std::rc::Rc;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use bytes::Bytes;
use futures_util::stream;
use http::{HeaderValue, Request, Response, StatusCode, header};
use vase_engine::{BodyError, RequestBody, ResponseBody};

/// What the tests look at from outside.
#[derive(Debug, Default)]
pub(crate) struct Counters {
    /// Requests that reached the application.
    pub(crate) requests: AtomicUsize,
    /// Handlers that run now.
    pub(crate) running: AtomicUsize,
    /// Handlers that were dropped before they were done.
    pub(crate) cancelled: AtomicUsize,
    /// Pieces that the endless stream was asked for.
    pub(crate) pieces: AtomicUsize,
}

struct Running {
    counters: Arc<Counters>,
    is_done: Cell<bool>,
}

impl Drop for Running {
    fn drop(&mut self) {
        self.counters.running.fetch_sub(1, Ordering::SeqCst);
        if !self.is_done.get() {
            self.counters.cancelled.fetch_add(1, Ordering::SeqCst);
        }
    }
}

const BODY_LIMIT: u64 = 8 * 1024 * 1024;

pub(crate) async fn answer(
    counters: Arc<Counters>,
    request: Request<RequestBody>,
) -> Result<Response<ResponseBody>, Infallible> {
    counters.requests.fetch_add(1, Ordering::SeqCst);
    counters.running.fetch_add(1, Ordering::SeqCst);
    let running = Running {
        counters: Arc::clone(&counters),
        is_done: Cell::new(false),
    };
    let response = route(&counters, request).await;
    running.is_done.set(true);
    Ok(response)
}

async fn route(counters: &Arc<Counters>, request: Request<RequestBody>) -> Response<ResponseBody> {
    let (head, body) = request.into_parts();
    let path = head.uri.path().to_owned();
    match path.as_str() {
        "/echo" => echo(&head.headers, body.limit(BODY_LIMIT)).await,
        "/count" => count(body).await,
        "/target" => text(format!("{} {}", head.method, head.uri)),
        "/version" => text(format!("{:?}", head.version)),
        "/header" => text(format!(
            "{:?}",
            head.headers
                .get_all("x-test")
                .iter()
                .map(|value| String::from_utf8_lossy(value.as_bytes()).into_owned())
                .collect::<Vec<_>>()
        )),
        "/slow" => {
            let wait = number(&head.uri, "ms");
            tokio::time::sleep(Duration::from_millis(wait)).await;
            text("slow")
        }
        "/lie" => lie(&head.uri),
        "/stream" => ResponseBody::from_stream(stream::iter(
            ["one ", "two ", "three"].map(|piece| Ok(Bytes::from_static(piece.as_bytes()))),
        ))
        .into_response(),
        "/endless" => endless(counters),
        "/broken" => ResponseBody::from_stream(stream::iter([
            Ok(Bytes::from_static(b"start")),
            Err(io::Error::other("the application failed")),
        ]))
        .into_response(),
        "/events" => events(counters),
        "/mirror" => mirror(body),
        "/status" => status(&head.uri),
        "/header-out" => header_out(&head.uri),
        "/wait" => {
            // A piece of the body is read, and then nothing is.
            let mut body = body;
            let _ = body.next_piece().await;
            std::future::pending().await
        }
        _ => text("ok"),
    }
}

trait IntoResponse {
    fn into_response(self) -> Response<ResponseBody>;
}

impl IntoResponse for ResponseBody {
    fn into_response(self) -> Response<ResponseBody> {
        Response::new(self)
    }
}

fn text(text: impl Into<String>) -> Response<ResponseBody> {
    Response::new(ResponseBody::from(text.into()))
}

fn failed(error: BodyError) -> Response<ResponseBody> {
    let mut response = text(error.code());
    *response.status_mut() = error.status();
    response
}

/// Does what the stack does: a declared length over the limit is refused unread.
async fn echo(headers: &http::HeaderMap, body: RequestBody) -> Response<ResponseBody> {
    let declared = headers
        .get(header::CONTENT_LENGTH)
        .and_then(|value| value.to_str().ok()?.parse::<u64>().ok());
    if declared.is_some_and(|length| length > BODY_LIMIT) {
        return failed(BodyError::TooLarge { limit: BODY_LIMIT });
    }
    match body.collect().await {
        Ok(bytes) => Response::new(ResponseBody::full(bytes)),
        Err(error) => failed(error),
    }
}

async fn count(mut body: RequestBody) -> Response<ResponseBody> {
    let mut octets = 0;
    loop {
        match body.next_piece().await {
            Ok(Some(piece)) => octets += piece.len(),
            Ok(None) => return text(octets.to_string()),
            Err(error) => return failed(error),
        }
    }
}

/// Sends the request body back while it is still arriving.
fn mirror(body: RequestBody) -> Response<ResponseBody> {
    ResponseBody::from_stream(stream::unfold(body, |mut body| async move {
        match body.next_piece().await {
            Ok(Some(piece)) => Some((Ok(piece), body)),
            Ok(None) => None,
            Err(error) => Some((Err(io::Error::other(error)), body)),
        }
    }))
    .into_response()
}

fn endless(counters: &Arc<Counters>) -> Response<ResponseBody> {
    let counters = Rc::new(Arc::clone(counters));
    let piece = Bytes::from(vec![b'x'; 16 * 1024]);
    ResponseBody::from_stream(stream::repeat_with(move || {
        counters.pieces.fetch_add(1, Ordering::SeqCst);
        Ok(piece.clone())
    }))
    .into_response()
}

/// One event, and then none: only the client's leaving ends it.
fn events(counters: &Arc<Counters>) -> Response<ResponseBody> {
    counters.running.fetch_add(1, Ordering::SeqCst);
    let running = Running {
        counters: Arc::clone(counters),
        is_done: Cell::new(false),
    };
    let pieces = stream::unfold((running, true), |(running, is_first)| async move {
        if is_first {
            Some((Ok(Bytes::from_static(b"data: 1\n\n")), (running, false)))
        } else {
            std::future::pending().await
        }
    });
    ResponseBody::from_stream(pieces).into_response()
}

/// Declares one length and sends another: `/lie?declare=10&send=5`, streamed with `&stream=1`.
fn lie(uri: &http::Uri) -> Response<ResponseBody> {
    let sent = vec![b'x'; usize::try_from(number(uri, "send")).unwrap_or_default()];
    let body = if number(uri, "stream") == 1 {
        let half = sent.len() / 2;
        let (first, second) = (sent[..half].to_vec(), sent[half..].to_vec());
        ResponseBody::from_stream(stream::iter([first, second].map(|half| Ok(half.into()))))
    } else {
        ResponseBody::full(sent)
    };
    let mut response = body.into_response();
    response.headers_mut().insert(
        header::CONTENT_LENGTH,
        HeaderValue::from(number(uri, "declare")),
    );
    response
}

fn status(uri: &http::Uri) -> Response<ResponseBody> {
    let code = u16::try_from(number(uri, "code")).unwrap_or(500);
    let mut response = text(if number(uri, "empty") == 1 {
        ""
    } else {
        "hello"
    });
    *response.status_mut() = StatusCode::from_u16(code).unwrap_or(StatusCode::OK);
    if number(uri, "length") == 1 {
        response
            .headers_mut()
            .insert(header::CONTENT_LENGTH, HeaderValue::from_static("5"));
    }
    response
}

/// Adds headers that a service should leave alone: `/header-out?te=1`, `cl=abc`, `two=1`, `close=1`.
fn header_out(uri: &http::Uri) -> Response<ResponseBody> {
    let mut response = text("hello");
    let headers = response.headers_mut();
    match uri.query().unwrap_or_default() {
        "te" => {
            headers.insert(header::TRANSFER_ENCODING, HeaderValue::from_static("gzip"));
            headers.insert(header::CONTENT_LENGTH, HeaderValue::from_static("5"));
        }
        "nonsense" => {
            headers.insert(header::CONTENT_LENGTH, HeaderValue::from_static("five"));
        }
        "plus" => {
            headers.insert(header::CONTENT_LENGTH, HeaderValue::from_static("+5"));
        }
        "two" => {
            headers.append(header::CONTENT_LENGTH, HeaderValue::from_static("5"));
            headers.append(header::CONTENT_LENGTH, HeaderValue::from_static("6"));
        }
        "twice" => {
            headers.append(header::CONTENT_LENGTH, HeaderValue::from_static("5"));
            headers.append(header::CONTENT_LENGTH, HeaderValue::from_static("5"));
        }
        "close" => {
            headers.insert(header::CONNECTION, HeaderValue::from_static("close"));
        }
        _ => {}
    }
    response
}

fn number(uri: &http::Uri, name: &str) -> u64 {
    let query = uri.query().unwrap_or_default();
    query
        .split('&')
        .filter_map(|pair| pair.split_once('='))
        .find(|(key, _)| *key == name)
        .and_then(|(_, value)| value.parse().ok())
        .unwrap_or_default()
}
