use http::request::Parts;
use http::{HeaderName, HeaderValue, Response};

use super::generator::Generator;
use crate::body::{RequestBody, ResponseBody};
use crate::config::RequestIdConfig;
use crate::error::{ConfigError, Faults};
use crate::layers::HeadLayer;
use crate::stack::{Exchange, RequestId};

/// The layer `request_id`.
pub struct RequestIds {
    header: HeaderName,
    accept_inbound: bool,
    generator: Generator,
}

impl RequestIds {
    /// Checks the options and makes the layer.
    pub fn new(config: &RequestIdConfig) -> Result<Self, ConfigError> {
        Faults::collect(|faults| Self::build(config, faults))
    }

    pub(crate) fn build(config: &RequestIdConfig, faults: &mut Faults) -> Self {
        let header = HeaderName::try_from(&config.header).unwrap_or_else(|_| {
            faults.add("header", format!("`{}` is no header name", config.header));
            HeaderName::from_static("x-request-id")
        });
        Self {
            header,
            accept_inbound: config.accept_inbound,
            generator: Generator::new(),
        }
    }
}

impl HeadLayer for RequestIds {
    fn on_request(
        &self,
        head: &mut Parts,
        _body: &mut RequestBody,
        exchange: &mut Exchange,
    ) -> Option<Response<ResponseBody>> {
        let inbound = if self.accept_inbound {
            head.headers.get(&self.header)
        } else {
            None
        };
        exchange.id = inbound
            .and_then(|value| RequestId::parse(value.as_bytes()))
            .unwrap_or_else(|| self.generator.next());
        None
    }

    fn on_response(&self, response: &mut Response<ResponseBody>, exchange: &mut Exchange) {
        if let Ok(value) = HeaderValue::from_bytes(exchange.id.as_bytes()) {
            response.headers_mut().insert(&self.header, value);
        }
    }
}
