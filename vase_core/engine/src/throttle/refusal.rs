use std::time::Duration;

use http::{HeaderMap, HeaderName, HeaderValue, header};

const LIMIT: HeaderName = HeaderName::from_static("ratelimit-limit");
const POLICY: HeaderName = HeaderName::from_static("ratelimit-policy");
const REMAINING: HeaderName = HeaderName::from_static("ratelimit-remaining");
const RESET: HeaderName = HeaderName::from_static("ratelimit-reset");

/// What a client that came too early is told.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Refusal {
    /// Whole seconds until it may ask again, rounded up: a client that waits so long is let in.
    pub wait: u64,
    /// The requests of the rate that refused it.
    pub limit: u32,
    /// Every rate, as `RateLimit-Policy` tells it: `10;w=60, 100;w=86400`.
    pub policy: HeaderValue,
}

impl Refusal {
    pub(crate) fn new(wait: Duration, limit: u32, policy: HeaderValue) -> Self {
        Self {
            wait: seconds_up(wait),
            limit,
            policy,
        }
    }

    /// The headers that tell it.
    pub fn headers(&self) -> [(HeaderName, HeaderValue); 5] {
        let wait = HeaderValue::from(self.wait);
        [
            (header::RETRY_AFTER, wait.clone()),
            (LIMIT, HeaderValue::from(self.limit)),
            (POLICY, self.policy.clone()),
            (REMAINING, HeaderValue::from_static("0")),
            (RESET, wait),
        ]
    }

    pub(crate) fn write(&self, headers: &mut HeaderMap) {
        headers.extend(self.headers());
    }
}

pub(crate) fn seconds_up(duration: Duration) -> u64 {
    duration.as_secs() + u64::from(duration.subsec_nanos() > 0)
}
