use std::cell::RefCell;
use std::time::{Duration, Instant};

use http::request::Parts;
use http::{HeaderName, HeaderValue, Response, StatusCode, header};

use super::cells::{Cells, Key};
use crate::body::{RequestBody, ResponseBody};
use crate::config::RateLimitConfig;
use crate::error::{ConfigError, Faults};
use crate::layers::HeadLayer;
use crate::stack::Exchange;

const LIMIT: HeaderName = HeaderName::from_static("ratelimit-limit");
const POLICY: HeaderName = HeaderName::from_static("ratelimit-policy");
const REMAINING: HeaderName = HeaderName::from_static("ratelimit-remaining");
const RESET: HeaderName = HeaderName::from_static("ratelimit-reset");

/// The layer `rate_limit`.
pub struct RateLimit {
    cells: RefCell<Cells>,
    start: Instant,
    limit: HeaderValue,
    policy: HeaderValue,
    exempt: Vec<Box<str>>,
}

impl RateLimit {
    /// Checks the options and makes the layer.
    pub fn new(config: &RateLimitConfig) -> Result<Self, ConfigError> {
        Faults::collect(|faults| Self::build(config, faults))
    }

    pub(crate) fn build(config: &RateLimitConfig, faults: &mut Faults) -> Self {
        let period = faults.positive_seconds("period", config.period);
        if config.requests == 0 {
            faults.add("requests", "0 would refuse every request");
        }
        if config.burst == Some(0) {
            faults.add("burst", "0 would refuse every request");
        }
        if config.max_clients == 0 {
            faults.add("max_clients", "0 would remember no client");
        }
        let requests = config.requests.max(1);
        let burst = config.burst.unwrap_or(requests);
        let policy = format!("{requests};w={}", seconds_up(period));
        Self {
            cells: RefCell::new(Cells::new(period / requests, burst, config.max_clients)),
            start: Instant::now(),
            limit: HeaderValue::from(requests),
            policy: HeaderValue::try_from(policy).unwrap_or(HeaderValue::from_static("")),
            exempt: config
                .exempt
                .iter()
                .map(|path| path.as_str().into())
                .collect(),
        }
    }

    fn refuse(&self, head: &Parts, exchange: &Exchange, wait: Duration) -> Response<ResponseBody> {
        let detail = "too many requests from this address";
        let mut response = exchange.refuse(
            head,
            StatusCode::TOO_MANY_REQUESTS,
            "rate_limit.exceeded",
            detail,
        );
        let wait = HeaderValue::from(seconds_up(wait));
        let headers = response.headers_mut();
        headers.insert(header::RETRY_AFTER, wait.clone());
        headers.insert(LIMIT, self.limit.clone());
        headers.insert(POLICY, self.policy.clone());
        headers.insert(REMAINING, HeaderValue::from_static("0"));
        headers.insert(RESET, wait);
        response
    }
}

/// Whole seconds, rounded up: a client that waits so long is let in.
fn seconds_up(duration: Duration) -> u64 {
    duration.as_secs() + u64::from(duration.subsec_nanos() > 0)
}

impl HeadLayer for RateLimit {
    fn on_request(
        &self,
        head: &mut Parts,
        _body: &mut RequestBody,
        exchange: &mut Exchange,
    ) -> Option<Response<ResponseBody>> {
        let client = exchange.peer.client?;
        let path = head.uri.path();
        if exchange.is_platform() || self.exempt.iter().any(|exempt| **exempt == *path) {
            return None;
        }
        let now = exchange.started.saturating_duration_since(self.start);
        let wait = self
            .cells
            .borrow_mut()
            .take(Key::new(client.ip()), now)
            .err()?;
        Some(self.refuse(head, exchange, wait))
    }
}
