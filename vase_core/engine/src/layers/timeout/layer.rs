use std::time::Duration;

use http::{Response, StatusCode};

use crate::body::ResponseBody;
use crate::config::TimeoutConfig;
use crate::error::Faults;
use crate::problem::Problem;
use crate::stack::Exchange;

/// The layer `timeout`; the future of the stack does the waiting.
pub(crate) struct Timeout {
    limit: Duration,
}

impl Timeout {
    pub(crate) fn build(config: &TimeoutConfig, faults: &mut Faults) -> Self {
        Self {
            limit: faults.positive_seconds("seconds", config.seconds),
        }
    }

    /// How long an answer may take.
    pub(crate) fn limit(&self) -> Duration {
        self.limit
    }

    /// The answer to a request that took too long.
    pub(crate) fn answer(exchange: &Exchange) -> Response<ResponseBody> {
        let detail = "the request took longer than the server waits for an answer";
        Problem::new(StatusCode::SERVICE_UNAVAILABLE, "timeout.exceeded", detail)
            .request_id(exchange.id.as_str())
            .respond_as(exchange.prefers_html)
    }
}
