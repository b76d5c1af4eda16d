use std::borrow::Cow;

use http::HeaderValue;
use http::header::{self, HeaderMap};

use crate::config::Algorithm;
use crate::problem::parse_quality;

/// What the client accepts, kept unread until an answer is worth compressing.
pub(super) fn capture(headers: &HeaderMap) -> Option<HeaderValue> {
    let mut lines = headers.get_all(header::ACCEPT_ENCODING).iter();
    let first = lines.next()?;
    match lines.next() {
        None => Some(first.clone()),
        Some(second) => {
            let mut joined = Cow::Borrowed(first.as_bytes());
            for line in std::iter::once(second).chain(lines) {
                joined.to_mut().extend_from_slice(b",");
                joined.to_mut().extend_from_slice(line.as_bytes());
            }
            HeaderValue::from_bytes(&joined).ok()
        }
    }
}

/// The coding that the client likes best (RFC 9110 section 12.5.3), if it likes one at all.
pub(super) fn choose(accepted: &HeaderValue, algorithms: &[Algorithm]) -> Option<Algorithm> {
    let accepted = accepted.to_str().ok()?;
    let mut best: Option<(u16, Algorithm)> = None;
    for algorithm in algorithms {
        let quality = quality_of(accepted, *algorithm);
        if quality > best.map_or(0, |(quality, _)| quality) {
            best = Some((quality, *algorithm));
        }
    }
    best.map(|(_, algorithm)| algorithm)
}

fn quality_of(accepted: &str, algorithm: Algorithm) -> u16 {
    let mut any = 0;
    for entry in accepted.split(',') {
        let (name, parameter) = entry.split_once(';').unwrap_or((entry, ""));
        let name = name.trim();
        let is_meant = name.eq_ignore_ascii_case(token(algorithm))
            || (algorithm == Algorithm::Gzip && name.eq_ignore_ascii_case("x-gzip"));
        if is_meant {
            return parse_quality(parameter).unwrap_or(1000);
        }
        if name == "*" {
            any = parse_quality(parameter).unwrap_or(1000);
        }
    }
    any
}

pub(super) const fn token(algorithm: Algorithm) -> &'static str {
    match algorithm {
        Algorithm::Zstd => "zstd",
        Algorithm::Br => "br",
        Algorithm::Gzip => "gzip",
    }
}
