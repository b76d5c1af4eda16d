use std::task::{Context, Poll};
use std::time::Duration;

use http::{Response, StatusCode};

use super::{Ticket, Waiting};
use crate::body::ResponseBody;
use crate::config::TimeoutConfig;
use crate::error::Faults;
use crate::problem::Problem;
use crate::stack::Exchange;

/// The layer `timeout`; the future of the stack does the waiting.
pub(crate) struct Timeout {
    limit: Duration,
    waiting: Waiting,
}

impl Timeout {
    pub(crate) fn build(config: &TimeoutConfig, faults: &mut Faults) -> Self {
        Self {
            limit: faults.positive_seconds("seconds", config.seconds),
            waiting: Waiting::default(),
        }
    }

    /// Waits until a request has taken as long as it may.
    pub(crate) fn poll_late(
        &self,
        exchange: &Exchange,
        ticket: &mut Option<Ticket>,
        context: &mut Context<'_>,
    ) -> Poll<()> {
        self.waiting
            .poll(ticket, context, || exchange.started + self.limit)
    }

    /// The answer to a request that took too long.
    pub(crate) fn answer(exchange: &Exchange) -> Response<ResponseBody> {
        let detail = "the request took longer than the server waits for an answer";
        Problem::new(StatusCode::SERVICE_UNAVAILABLE, "timeout.exceeded", detail)
            .request_id(exchange.id.as_str())
            .respond_as(exchange.prefers_html)
    }
}
