use http::request::Parts;
use http::{HeaderValue, Response, header};
use http_body::Body;

use crate::body::{BodyError, RequestBody, ResponseBody};
use crate::layers::HeadLayer;
use crate::stack::Exchange;

/// The layer `body_limit`.
#[derive(Debug, Clone, Copy)]
pub struct BodyLimit {
    max_bytes: u64,
    /// The most that any route allows: what declares more is refused before its route is known.
    ceiling: u64,
}

impl BodyLimit {
    /// Makes the layer.
    pub const fn new(max_bytes: u64) -> Self {
        Self {
            max_bytes,
            ceiling: max_bytes,
        }
    }

    /// Leaves it to the routes to refuse bodies up to this length, because one of them allows it.
    pub fn raise_ceiling(&mut self, bytes: u64) {
        self.ceiling = self.ceiling.max(bytes);
    }
}

impl HeadLayer for BodyLimit {
    fn on_request(
        &self,
        head: &mut Parts,
        body: &mut RequestBody,
        exchange: &mut Exchange,
    ) -> Option<Response<ResponseBody>> {
        exchange.max_body = Some(self.max_bytes);
        body.set_limit(self.max_bytes);
        if body.is_end_stream() || declared_length(head, body) <= self.ceiling {
            return None;
        }
        let error = BodyError::TooLarge {
            limit: self.ceiling,
        };
        Some(exchange.refuse(head, error.status(), error.code(), &error.to_string()))
    }
}

/// The length that the client declares, or 0 when it declares none.
fn declared_length(head: &Parts, body: &RequestBody) -> u64 {
    // hyper's own body knows its length; a wrapped one may not, and then the header says it.
    body.size_hint().exact().unwrap_or_else(|| {
        let length = head
            .headers
            .get(header::CONTENT_LENGTH)
            .map(HeaderValue::to_str);
        length
            .and_then(Result::ok)
            .and_then(|text| text.parse().ok())
            .unwrap_or(0)
    })
}
