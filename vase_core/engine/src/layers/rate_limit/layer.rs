use std::cell::RefCell;
use std::time::{Duration, Instant};

use http::request::Parts;
use http::{HeaderValue, Response, StatusCode};

use crate::body::{RequestBody, ResponseBody};
use crate::config::RateLimitConfig;
use crate::error::{ConfigError, Faults};
use crate::layers::HeadLayer;
use crate::stack::Exchange;
use crate::throttle::{Cells, Key, Refusal, policy, seconds_up};

/// What clients know the rate by: a site has one.
const NAME: &str = "default";

/// The layer `rate_limit`.
pub struct RateLimit {
    cells: RefCell<Cells>,
    start: Instant,
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
        Self {
            cells: RefCell::new(Cells::new(period / requests, burst, config.max_clients)),
            start: Instant::now(),
            policy: policy([(NAME, requests, seconds_up(period))].into_iter()),
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
        let refusal = Refusal::new(&[(NAME, wait)], self.policy.clone());
        refusal.write(response.headers_mut());
        response
    }
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
