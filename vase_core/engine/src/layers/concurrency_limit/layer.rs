use std::cell::Cell;
use std::rc::Rc;

use http::request::Parts;
use http::{HeaderValue, Response, StatusCode, header};

use crate::body::{RequestBody, ResponseBody};
use crate::config::ConcurrencyLimitConfig;
use crate::error::{ConfigError, Faults};
use crate::layers::HeadLayer;
use crate::stack::Exchange;

/// The layer `concurrency_limit`.
pub struct ConcurrencyLimit {
    max: usize,
    retry_after: HeaderValue,
    running: Rc<Cell<usize>>,
}

/// A place among the running requests, given back when dropped.
pub(crate) struct Permit {
    running: Rc<Cell<usize>>,
}

impl Drop for Permit {
    fn drop(&mut self) {
        self.running.set(self.running.get() - 1);
    }
}

impl ConcurrencyLimit {
    /// Checks the options and makes the layer.
    pub fn new(config: &ConcurrencyLimitConfig) -> Result<Self, ConfigError> {
        Faults::collect(|faults| Self::build(config, faults))
    }

    pub(crate) fn build(config: &ConcurrencyLimitConfig, faults: &mut Faults) -> Self {
        if config.max == 0 {
            faults.add("max", "0 would refuse every request");
        }
        Self {
            max: config.max,
            retry_after: HeaderValue::from(config.retry_after),
            running: Rc::default(),
        }
    }
}

impl HeadLayer for ConcurrencyLimit {
    fn on_request(
        &self,
        head: &mut Parts,
        _body: &mut RequestBody,
        exchange: &mut Exchange,
    ) -> Option<Response<ResponseBody>> {
        let running = self.running.get();
        if running < self.max {
            self.running.set(running + 1);
            exchange.permit = Some(Permit {
                running: Rc::clone(&self.running),
            });
            return None;
        }
        if exchange.is_probe() {
            return None;
        }
        let detail = "the server is answering as many requests as it can";
        let mut response = exchange.refuse(
            head,
            StatusCode::SERVICE_UNAVAILABLE,
            "concurrency_limit.exceeded",
            detail,
        );
        response
            .headers_mut()
            .insert(header::RETRY_AFTER, self.retry_after.clone());
        Some(response)
    }

    fn on_response(&self, _response: &mut Response<ResponseBody>, exchange: &mut Exchange) {
        exchange.permit = None;
    }
}
