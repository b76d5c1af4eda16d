//! Ranges of bytes: RFC 9110 section 14.

use std::ops::Range;

use http::header::{self, HeaderMap};

/// More ranges than this in one request are abuse.
const MAX_RANGES: usize = 32;

/// What a request asks for of a file.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Wanted {
    /// All of it.
    Whole,
    /// This much; never empty.
    One(Range<u64>),
    /// These, at least two, in the order of the request.
    Many(Vec<Range<u64>>),
    /// Nothing that is there.
    Nothing,
}

/// Reads `Range` for a file of so many bytes.
///
/// A header that is malformed, has another unit, comes twice or looks like an attack (CVE-2011-3192,
/// CVE-2025-62727) is as if absent, which RFC 9110 section 14.2 allows: answering costs as much as
/// one download. So does any range of an empty file, since no `Content-Range` can describe it.
pub(super) fn parse(headers: &HeaderMap, length: u64) -> Wanted {
    let mut values = headers.get_all(header::RANGE).iter();
    let (Some(value), None) = (values.next(), values.next()) else {
        return Wanted::Whole;
    };
    if length == 0 {
        return Wanted::Whole;
    }
    match value
        .to_str()
        .ok()
        .and_then(|value| parse_set(value, length))
    {
        Some(ranges) => choose(ranges, length),
        None => Wanted::Whole,
    }
}

fn choose(mut ranges: Vec<Range<u64>>, length: u64) -> Wanted {
    let total = ranges.iter().fold(0_u64, |sum, range| {
        sum.saturating_add(range.end - range.start)
    });
    if ranges.len() > 1 && total > length {
        return Wanted::Whole;
    }
    join_overlapping(&mut ranges);
    if ranges.len() > 1 {
        return Wanted::Many(ranges);
    }
    ranges.pop().map_or(Wanted::Nothing, Wanted::One)
}

/// The ranges that lie in the file, at least in part; `None` when the header cannot be read.
fn parse_set(value: &str, length: u64) -> Option<Vec<Range<u64>>> {
    let (unit, set) = value.trim().split_once('=')?;
    if !unit.eq_ignore_ascii_case("bytes") {
        return None;
    }
    let mut ranges = Vec::new();
    let mut count = 0;
    for spec in set.split(',').map(|spec| spec.trim_matches([' ', '\t'])) {
        // RFC 9110 section 5.6.1.2: empty elements of a list are passed over.
        if spec.is_empty() {
            continue;
        }
        count += 1;
        if count > MAX_RANGES {
            return None;
        }
        ranges.extend(parse_one(spec, length)?);
    }
    (count > 0).then_some(ranges)
}

/// One range; inside `None` when it lies behind the end.
#[allow(clippy::option_option)] // malformed, or well-formed and empty
fn parse_one(spec: &str, length: u64) -> Option<Option<Range<u64>>> {
    let (first, last) = spec.split_once('-')?;
    if first.is_empty() {
        let suffix = parse_number(last)?.min(length);
        return Some((suffix > 0).then(|| length - suffix..length));
    }
    let first = parse_number(first)?;
    let end = if last.is_empty() {
        length
    } else {
        let last = parse_number(last)?;
        if last < first {
            return None;
        }
        last.saturating_add(1).min(length)
    };
    Some((first < length).then_some(first..end))
}

/// Digits alone; a number that is too large is larger than any file, which is all that matters.
fn parse_number(text: &str) -> Option<u64> {
    let is_number = !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit());
    is_number.then(|| text.parse().unwrap_or(u64::MAX))
}

/// Joins ranges that overlap or touch (RFC 9110 section 15.3.7.2); the order of the others is kept.
fn join_overlapping(ranges: &mut Vec<Range<u64>>) {
    let mut sorted = ranges.clone();
    sorted.sort_by_key(|range| range.start);
    if sorted.windows(2).all(|pair| pair[0].end < pair[1].start) {
        return;
    }
    ranges.clear();
    for range in sorted {
        match ranges.last_mut() {
            Some(before) if range.start <= before.end => before.end = before.end.max(range.end),
            _ => ranges.push(range),
        }
    }
}
