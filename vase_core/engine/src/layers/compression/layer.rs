use std::convert::Infallible;
use std::io;

use futures_util::FutureExt;
use http::header::{self, HeaderMap};
use http::request::Parts;
use http::{HeaderValue, Request, Response, StatusCode};
use http_body::Body;
use http_body_util::BodyExt;
use tower::{Service, service_fn};
use tower_http::compression::predicate::Predicate;

use super::accept::{capture, choose, token};
use crate::body::{RequestBody, ResponseBody};
use crate::config::{Algorithm, CompressionConfig};
use crate::layers::{HeadLayer, vary};
use crate::stack::Exchange;

/// The layer `compression`.
#[derive(Debug, Clone)]
pub struct Compression {
    minimum_bytes: u64,
    algorithms: Vec<Algorithm>,
}

/// The decision was made from the head; tower-http need not make another.
#[derive(Clone, Copy)]
struct Decided;

impl Predicate for Decided {
    fn should_compress<B: Body>(&self, _response: &Response<B>) -> bool {
        true
    }
}

impl Compression {
    /// Makes the layer.
    pub fn new(config: &CompressionConfig) -> Self {
        Self {
            minimum_bytes: config.minimum_bytes,
            algorithms: config.algorithms.clone(),
        }
    }

    /// Whether an answer is worth compressing, whoever asked for it.
    fn is_worthwhile(&self, response: &Response<ResponseBody>) -> bool {
        let length = response.body().length();
        if length.is_some_and(|length| length < self.minimum_bytes.max(1)) {
            return false;
        }
        let status = response.status();
        if status == StatusCode::NO_CONTENT
            || status == StatusCode::NOT_MODIFIED
            || status == StatusCode::PARTIAL_CONTENT
            || status.is_informational()
        {
            return false;
        }
        let headers = response.headers();
        !headers.contains_key(header::CONTENT_ENCODING)
            && !headers.contains_key(header::CONTENT_RANGE)
            && headers
                .get(header::CONTENT_TYPE)
                .is_some_and(is_compressible)
            && !is_marked(headers, header::CACHE_CONTROL, "no-transform")
    }
}

/// Whether a media type shrinks: text and its relatives, not images, fonts, sound and archives.
fn is_compressible(content_type: &HeaderValue) -> bool {
    let Ok(text) = content_type.to_str() else {
        return false;
    };
    let media = text
        .split(';')
        .next()
        .unwrap_or_default()
        .trim()
        .to_ascii_lowercase();
    match media.split_once('/') {
        // An event must leave when it happens, not when a block is full.
        Some(("text", subtype)) => subtype != "event-stream",
        Some((_, subtype)) => {
            subtype.ends_with("+json")
                || subtype.ends_with("+xml")
                || matches!(
                    media.as_str(),
                    "application/json"
                        | "application/javascript"
                        | "application/xml"
                        | "application/wasm"
                        | "application/manifest+json"
                        | "application/x-ndjson"
                        | "application/vnd.ms-fontobject"
                        | "font/ttf"
                        | "font/otf"
                        | "image/bmp"
                )
        }
        None => false,
    }
}

fn is_marked(headers: &HeaderMap, name: http::HeaderName, directive: &str) -> bool {
    headers
        .get_all(name)
        .iter()
        .filter_map(|line| line.to_str().ok())
        .any(|line| {
            line.split(',')
                .any(|entry| entry.trim().eq_ignore_ascii_case(directive))
        })
}

impl HeadLayer for Compression {
    fn on_request(
        &self,
        head: &mut Parts,
        _body: &mut RequestBody,
        exchange: &mut Exchange,
    ) -> Option<Response<ResponseBody>> {
        exchange.accept_encoding = capture(&head.headers);
        None
    }

    fn on_response(&self, response: &mut Response<ResponseBody>, exchange: &mut Exchange) {
        if !self.is_worthwhile(response) {
            return;
        }
        let accepted = exchange.accept_encoding.as_ref();
        if let Some(algorithm) = accepted.and_then(|accepted| choose(accepted, &self.algorithms)) {
            weaken_etag(response.headers_mut());
            compress(response, algorithm);
        }
        vary(response.headers_mut(), "accept-encoding");
    }
}

/// The bytes change with the coding, so a validator of bytes (RFC 9110 section 8.8.1) may not stay.
fn weaken_etag(headers: &mut HeaderMap) {
    let Some(etag) = headers
        .get(header::ETAG)
        .filter(|etag| etag.as_bytes().starts_with(b"\""))
    else {
        return;
    };
    if let Ok(weak) = HeaderValue::from_bytes(&[b"W/", etag.as_bytes()].concat()) {
        headers.insert(header::ETAG, weak);
    }
}

/// Hands an answer that is already there to tower-http, as if it had wrapped its service.
fn compress(response: &mut Response<ResponseBody>, algorithm: Algorithm) {
    let mut plain = Some(std::mem::take(response));
    let service = service_fn(move |_: Request<()>| {
        std::future::ready(Ok::<_, Infallible>(plain.take().unwrap_or_default()))
    });
    let mut request = Request::new(());
    request.headers_mut().insert(
        header::ACCEPT_ENCODING,
        HeaderValue::from_static(token(algorithm)),
    );
    let mut compression = tower_http::compression::Compression::new(service).compress_when(Decided);
    // The service is ready at once, and so is the answer; only its body is computed later.
    if let Some(Ok(compressed)) = compression.call(request).now_or_never() {
        *response = compressed.map(|body| ResponseBody::boxed(body.map_err(io::Error::other)));
    }
}
