use std::time::Duration;

use http::{HeaderMap, HeaderName, HeaderValue, header};

const LIMIT: HeaderName = HeaderName::from_static("ratelimit");
const POLICY: HeaderName = HeaderName::from_static("ratelimit-policy");

/// What a client that came too early is told, in the words of draft-ietf-httpapi-ratelimit-headers-11.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Refusal {
    /// Whole seconds until it may ask again, rounded up: a client that waits so long is let in.
    pub wait: u64,
    /// The rates that refused it, as `RateLimit` tells it: `"10/minute";r=0;t=6`.
    pub limit: HeaderValue,
    /// Every rate, as `RateLimit-Policy` tells it: `"10/minute";q=10;w=60, "100/day";q=100;w=86400`.
    pub policy: HeaderValue,
}

impl Refusal {
    /// What is told of some rates by their names, and of the time until each lets the next request in.
    pub(crate) fn new(refused: &[(&str, Duration)], policy: HeaderValue) -> Self {
        let waits = refused.iter().map(|&(name, wait)| (name, seconds_up(wait)));
        let limits = waits
            .clone()
            .map(|(name, wait)| format!("\"{name}\";r=0;t={wait}"));
        Self {
            wait: waits.map(|(_, wait)| wait).max().unwrap_or_default(),
            limit: list(limits),
            policy,
        }
    }

    /// The headers that tell it.
    pub fn headers(&self) -> [(HeaderName, HeaderValue); 3] {
        [
            (header::RETRY_AFTER, HeaderValue::from(self.wait)),
            (LIMIT, self.limit.clone()),
            (POLICY, self.policy.clone()),
        ]
    }

    pub(crate) fn write(&self, headers: &mut HeaderMap) {
        headers.extend(self.headers());
    }
}

/// The value of `RateLimit-Policy` for rates, each with its name, its requests and its seconds.
pub(crate) fn policy<'a>(rates: impl Iterator<Item = (&'a str, u32, u64)>) -> HeaderValue {
    list(rates.map(|(name, requests, seconds)| format!("\"{name}\";q={requests};w={seconds}")))
}

/// A list of structured fields (RFC 9651); its names are ours, and need no escapes.
fn list(items: impl Iterator<Item = String>) -> HeaderValue {
    let items: Vec<String> = items.collect();
    HeaderValue::try_from(items.join(", ")).unwrap_or(HeaderValue::from_static(""))
}

pub(crate) fn seconds_up(duration: Duration) -> u64 {
    duration.as_secs() + u64::from(duration.subsec_nanos() > 0)
}
