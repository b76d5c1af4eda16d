//! Conditional requests: RFC 9110 section 13.

use std::time::{Duration, SystemTime};

use http::header::{self, AsHeaderName, HeaderMap};
use http::{HeaderValue, Method};

/// What is compared with the conditions of a request.
#[derive(Debug, Clone)]
pub(super) struct Validators {
    /// A strong entity tag, quotes included.
    pub(super) etag: HeaderValue,
    /// Whole seconds since 1970; `None` when the file system knows no sensible time.
    pub(super) modified: Option<u64>,
}

/// What the conditions of a request ask for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Verdict {
    /// The answer that there would be without conditions.
    Proceed,
    /// 304.
    NotModified,
    /// 412.
    Failed,
}

/// Weighs the conditions in the order of RFC 9110 section 13.2.2. `If-Range` has its own function.
pub(super) fn weigh(method: &Method, headers: &HeaderMap, validators: &Validators) -> Verdict {
    if headers.contains_key(header::IF_MATCH) {
        if !is_listed(
            headers,
            header::IF_MATCH,
            &validators.etag,
            Comparison::Strong,
        ) {
            return Verdict::Failed;
        }
    } else if let Some(since) = date(headers, header::IF_UNMODIFIED_SINCE)
        && validators.modified.is_some_and(|modified| modified > since)
    {
        return Verdict::Failed;
    }
    let is_reading = matches!(*method, Method::GET | Method::HEAD);
    if headers.contains_key(header::IF_NONE_MATCH) {
        if is_listed(
            headers,
            header::IF_NONE_MATCH,
            &validators.etag,
            Comparison::Weak,
        ) {
            return if is_reading {
                Verdict::NotModified
            } else {
                Verdict::Failed
            };
        }
    } else if is_reading
        && let Some(since) = date(headers, header::IF_MODIFIED_SINCE)
        && validators
            .modified
            .is_some_and(|modified| modified <= since)
    {
        return Verdict::NotModified;
    }
    Verdict::Proceed
}

/// Whether `If-Range` lets a range stand (RFC 9110 section 13.1.5); it does when there is none.
pub(super) fn allows_range(headers: &HeaderMap, validators: &Validators, now: SystemTime) -> bool {
    let mut values = headers.get_all(header::IF_RANGE).iter();
    let Some(value) = values.next() else {
        return true;
    };
    if values.next().is_some() {
        return false;
    }
    if value.as_bytes().starts_with(b"\"") {
        return value == validators.etag;
    }
    // A date is a strong validator only once its second is over, so that the file cannot have
    // changed again within it (RFC 9110 section 8.8.2.2). A weak tag is no date and never stands.
    let (Some(since), Some(modified)) = (parse_date(value), validators.modified) else {
        return false;
    };
    let over = SystemTime::UNIX_EPOCH + Duration::from_secs(modified + 1);
    since == modified && now >= over
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Comparison {
    Strong,
    Weak,
}

/// Whether a list of entity tags holds this one, or is `*`.
fn is_listed(
    headers: &HeaderMap,
    name: impl AsHeaderName,
    etag: &HeaderValue,
    comparison: Comparison,
) -> bool {
    let lines = headers.get_all(name);
    lines.iter().any(|line| {
        let line = line.as_bytes().trim_ascii();
        line == b"*" || holds_tag(line, etag.as_bytes(), comparison)
    })
}

/// Walks a list of tags. A comma may stand inside a tag, so that the list cannot be split at commas.
/// What is no tag ends the walk.
fn holds_tag(mut list: &[u8], etag: &[u8], comparison: Comparison) -> bool {
    loop {
        while let [b' ' | b'\t' | b',', rest @ ..] = list {
            list = rest;
        }
        let is_weak = list.starts_with(b"W/");
        let tag = if is_weak { &list[2..] } else { list };
        let [b'"', inside @ ..] = tag else {
            return false;
        };
        let Some(length) = inside.iter().position(|byte| *byte == b'"') else {
            return false;
        };
        let (tag, rest) = tag.split_at(length + 2);
        if tag == etag && (comparison == Comparison::Weak || !is_weak) {
            return true;
        }
        list = rest;
    }
}

/// The date of a header that stands there once and holds one; anything else is as if absent.
fn date(headers: &HeaderMap, name: impl AsHeaderName) -> Option<u64> {
    let mut values = headers.get_all(name).iter();
    let value = values.next()?;
    values.next().is_none().then(|| parse_date(value)).flatten()
}

fn parse_date(value: &HeaderValue) -> Option<u64> {
    let date = httpdate::parse_http_date(value.to_str().ok()?.trim()).ok()?;
    let since = date.duration_since(SystemTime::UNIX_EPOCH).ok()?;
    Some(since.as_secs())
}
