//! From a file and a request to an answer.

use std::collections::VecDeque;
use std::ops::Range;
use std::sync::Arc;
use std::time::SystemTime;

use bytes::Bytes;
use http::header::{self, HeaderMap, HeaderName};
use http::{HeaderValue, Method, Response, StatusCode};

use super::body::{FileBody, Piece};
use super::conditions::{self, Verdict};
use super::multipart::{Multipart, content_range};
use super::ranges::{self, Wanted};
use super::representation::{Content, Representation};
use crate::body::ResponseBody;
use crate::problem;

/// What a 304 repeats (RFC 9110 section 15.4.5). `Last-Modified` helps caches that know no tags.
const KEPT_BY_304: [HeaderName; 7] = [
    header::CACHE_CONTROL,
    header::CONTENT_LOCATION,
    header::ETAG,
    header::EXPIRES,
    header::LAST_MODIFIED,
    header::SET_COOKIE,
    header::VARY,
];

/// Answers a request for a file.
pub(super) fn respond(
    file: &Representation,
    method: &Method,
    headers: &HeaderMap,
) -> Response<ResponseBody> {
    if !matches!(*method, Method::GET | Method::HEAD) {
        return refuse_method(headers);
    }
    // Conditions and ranges are about the file as it would be sent by a plain GET; an answer that says
    // something else is not (RFC 9110 section 13.2.1).
    if file.status != StatusCode::OK || !asks_for_more(headers) {
        return send(file, method, Wanted::Whole);
    }
    match conditions::weigh(method, headers, &file.validators) {
        Verdict::Proceed => {}
        Verdict::NotModified => return not_modified(file),
        Verdict::Failed => {
            return refuse(
                headers,
                StatusCode::PRECONDITION_FAILED,
                "files.precondition_failed",
                "the file is not the one that the request names",
            );
        }
    }
    // RFC 9110 section 14.2: Range is for GET alone.
    let wanted = if *method == Method::GET
        && headers.contains_key(header::RANGE)
        && conditions::allows_range(headers, &file.validators, SystemTime::now())
    {
        ranges::parse(headers, file.length)
    } else {
        Wanted::Whole
    };
    if wanted == Wanted::Nothing {
        return refuse_range(file, headers);
    }
    send(file, method, wanted)
}

fn asks_for_more(headers: &HeaderMap) -> bool {
    headers.contains_key(header::IF_NONE_MATCH)
        || headers.contains_key(header::IF_MODIFIED_SINCE)
        || headers.contains_key(header::RANGE)
        || headers.contains_key(header::IF_MATCH)
        || headers.contains_key(header::IF_UNMODIFIED_SINCE)
}

/// Sends the file, or what is wanted of it.
pub(super) fn send(
    file: &Representation,
    method: &Method,
    wanted: Wanted,
) -> Response<ResponseBody> {
    let mut response = Response::new(ResponseBody::empty());
    *response.status_mut() = file.status;
    *response.headers_mut() = file.headers.clone();
    if *method == Method::HEAD {
        return response;
    }
    match wanted {
        Wanted::Whole | Wanted::Nothing => *response.body_mut() = part(file, 0..file.length),
        Wanted::One(range) => {
            let headers = response.headers_mut();
            let length = HeaderValue::from(range.end - range.start);
            headers.insert(header::CONTENT_LENGTH, length);
            if let Ok(value) = HeaderValue::try_from(content_range(&range, file.length)) {
                headers.insert(header::CONTENT_RANGE, value);
            }
            *response.status_mut() = StatusCode::PARTIAL_CONTENT;
            *response.body_mut() = part(file, range);
        }
        Wanted::Many(ranges) => {
            let content_type = file.headers.get(header::CONTENT_TYPE);
            let octets = HeaderValue::from_static("application/octet-stream");
            let parts = Multipart::new(&ranges, file.length, content_type.unwrap_or(&octets));
            let headers = response.headers_mut();
            headers.insert(header::CONTENT_LENGTH, HeaderValue::from(parts.length));
            headers.insert(header::CONTENT_TYPE, parts.content_type);
            *response.status_mut() = StatusCode::PARTIAL_CONTENT;
            *response.body_mut() = match &file.content {
                Content::Memory(bytes) => ResponseBody::full(join(bytes, parts.pieces)),
                Content::Disk(disk) => {
                    ResponseBody::boxed(FileBody::new(Arc::clone(disk), parts.pieces))
                }
            };
        }
    }
    response
}

fn part(file: &Representation, range: Range<u64>) -> ResponseBody {
    match &file.content {
        Content::Memory(bytes) => ResponseBody::full(slice(bytes, &range)),
        Content::Disk(_) if range.is_empty() => ResponseBody::empty(),
        Content::Disk(disk) => {
            let pieces = VecDeque::from([Piece::File(range)]);
            ResponseBody::boxed(FileBody::new(Arc::clone(disk), pieces))
        }
    }
}

/// What is in memory is small: one copy is cheaper than a body of many pieces.
fn join(bytes: &Bytes, pieces: VecDeque<Piece>) -> Bytes {
    let mut joined = Vec::new();
    for piece in pieces {
        match piece {
            Piece::Text(text) => joined.extend_from_slice(&text),
            Piece::File(range) => joined.extend_from_slice(&slice(bytes, &range)),
        }
    }
    joined.into()
}

fn slice(bytes: &Bytes, range: &Range<u64>) -> Bytes {
    // The range lies in the file, the file lies in memory.
    let place = |place: u64| usize::try_from(place).map_or(bytes.len(), |at| at.min(bytes.len()));
    bytes.slice(place(range.start)..place(range.end))
}

fn not_modified(file: &Representation) -> Response<ResponseBody> {
    let mut response = Response::new(ResponseBody::empty());
    *response.status_mut() = StatusCode::NOT_MODIFIED;
    for name in KEPT_BY_304 {
        for value in file.headers.get_all(&name) {
            response.headers_mut().append(name.clone(), value.clone());
        }
    }
    response
}

fn refuse_method(headers: &HeaderMap) -> Response<ResponseBody> {
    let mut response = refuse(
        headers,
        StatusCode::METHOD_NOT_ALLOWED,
        "files.method_not_allowed",
        "a file can only be read",
    );
    response
        .headers_mut()
        .insert(header::ALLOW, HeaderValue::from_static("GET, HEAD"));
    response
}

fn refuse_range(file: &Representation, headers: &HeaderMap) -> Response<ResponseBody> {
    let mut response = refuse(
        headers,
        StatusCode::RANGE_NOT_SATISFIABLE,
        "files.range_not_satisfiable",
        "the file has none of the bytes that the request names",
    );
    let length = format!("bytes */{}", file.length);
    if let Ok(value) = HeaderValue::try_from(length) {
        response.headers_mut().insert(header::CONTENT_RANGE, value);
    }
    response
}

/// A problem, in the form that the client reads.
pub(super) fn refuse(
    headers: &HeaderMap,
    status: StatusCode,
    code: &str,
    detail: &str,
) -> Response<ResponseBody> {
    problem::respond(status, code, detail, headers.get(header::ACCEPT))
}
