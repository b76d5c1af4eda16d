//! Where a request is sent that has one slash too few or too many.

use http::{HeaderValue, Method, StatusCode};
use percent_encoding::{AsciiSet, CONTROLS, utf8_percent_encode};

/// What is escaped on the way back: everything that some client takes for something else.
/// Escapes that came stay as they came, since `%` is not among these.
const UNSAFE: &AsciiSet = &CONTROLS
    .add(b' ')
    .add(b'"')
    .add(b'<')
    .add(b'>')
    .add(b'\\')
    .add(b'^')
    .add(b'`')
    .add(b'{')
    .add(b'|')
    .add(b'}');

/// Writes a path so that it names this host whoever reads it.
///
/// `//example.com/` would name another host (RFC 3986 section 4.2), and browsers read a backslash
/// as a slash and drop tabs and line ends: so the second slash and all of those are escaped.
pub(super) fn to_location(path: &str) -> String {
    let path = utf8_percent_encode(path, UNSAFE).to_string();
    match path.strip_prefix("//") {
        Some(rest) => ["/%2F", rest].concat(),
        None => path,
    }
}

pub(super) fn respond(
    method: &Method,
    location: &str,
    query: Option<&str>,
) -> (StatusCode, HeaderValue) {
    let status = if matches!(*method, Method::GET | Method::HEAD) {
        StatusCode::MOVED_PERMANENTLY
    } else {
        StatusCode::PERMANENT_REDIRECT
    };
    let target = match query {
        Some(query) => [
            location,
            "?",
            &utf8_percent_encode(query, UNSAFE).to_string(),
        ]
        .concat(),
        None => location.to_owned(),
    };
    // All that is left is visible ASCII, which every header can hold.
    let value = HeaderValue::try_from(target).unwrap_or(HeaderValue::from_static("/"));
    (status, value)
}
