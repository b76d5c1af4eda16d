//! One request through one layer, for the tests of the layers.

use std::net::SocketAddr;

use http::request::Parts;
use http::{Request, Response, StatusCode};

use super::HeadLayer;
use crate::body::{RequestBody, ResponseBody};
use crate::platform::Endpoint;
use crate::stack::{Exchange, Peer};

/// A request with a head, a client and a body, before it meets a layer.
pub(crate) struct Trial {
    pub(crate) head: Parts,
    pub(crate) body: RequestBody,
    pub(crate) exchange: Exchange,
}

impl Trial {
    pub(crate) fn new(method: &str, target: &str, headers: &[(&str, &str)]) -> Self {
        let mut request = Request::builder().method(method).uri(target);
        for (name, value) in headers {
            request = request.header(*name, *value);
        }
        let (head, body) = request.body(RequestBody::empty()).unwrap().into_parts();
        let client: SocketAddr = "203.0.113.5:50000".parse().unwrap();
        let exchange = Exchange::new(&head, Peer::tcp(client));
        Self {
            head,
            body,
            exchange,
        }
    }

    pub(crate) fn get(headers: &[(&str, &str)]) -> Self {
        Self::new("GET", "/", headers)
    }

    pub(crate) fn from(mut self, client: Option<&str>) -> Self {
        self.exchange.peer.client = client.map(|client| client.parse().unwrap());
        self
    }

    pub(crate) fn body(mut self, body: impl Into<RequestBody>) -> Self {
        self.body = body.into();
        self
    }

    pub(crate) fn secure(mut self) -> Self {
        self.exchange.peer.is_secure = true;
        self
    }

    pub(crate) fn probe(mut self) -> Self {
        self.exchange.endpoint = Some(Endpoint::Livez);
        self
    }

    /// The way in.
    pub(crate) fn enter(&mut self, layer: &impl HeadLayer) -> Option<Response<ResponseBody>> {
        layer.on_request(&mut self.head, &mut self.body, &mut self.exchange)
    }

    /// The way in and out, around an inner service that answers `response`; a refusal comes back as it is.
    pub(crate) fn pass(
        &mut self,
        layer: &impl HeadLayer,
        response: Response<ResponseBody>,
    ) -> Response<ResponseBody> {
        if let Some(refusal) = self.enter(layer) {
            return refusal;
        }
        let mut response = response;
        layer.on_response(&mut response, &mut self.exchange);
        response
    }
}

impl From<&'static str> for RequestBody {
    fn from(text: &'static str) -> Self {
        Self::full(text)
    }
}

/// An answer with headers, as an inner service would make it.
pub(crate) fn answer(status: u16, headers: &[(&str, &str)], body: &str) -> Response<ResponseBody> {
    let mut response = Response::builder().status(status);
    for (name, value) in headers {
        response = response.header(*name, *value);
    }
    response.body(ResponseBody::full(body.to_owned())).unwrap()
}

/// The values of a header, in order.
pub(crate) fn values<'a>(response: &'a Response<ResponseBody>, name: &str) -> Vec<&'a str> {
    response
        .headers()
        .get_all(name)
        .iter()
        .map(|value| value.to_str().unwrap())
        .collect()
}

/// The status, and the code of the problem.
pub(crate) fn problem(response: &Response<ResponseBody>) -> (StatusCode, String) {
    let text = response.body().as_bytes().unwrap();
    let problem: serde_json::Value = serde_json::from_slice(text).unwrap();
    (
        response.status(),
        problem["code"].as_str().unwrap().to_owned(),
    )
}
