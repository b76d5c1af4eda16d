use std::time::{Duration, Instant};

use http::request::Parts;
use http::{HeaderValue, Method, Response, StatusCode, header};

use super::{Peer, RequestId};
use crate::body::ResponseBody;
use crate::layers::{access_log, concurrency_limit};
use crate::platform::Endpoint;
use crate::problem::Problem;

/// What is remembered of one request until its answer has gone out.
///
/// Layers keep here what they decided on the way in; a field that no layer uses stays empty and costs nothing.
pub struct Exchange {
    pub(crate) id: RequestId,
    pub(crate) peer: Peer,
    pub(crate) started: Instant,
    /// Read once for all who ask: a clock costs as much as a layer.
    pub(crate) finished: Instant,
    took: Duration,
    pub(crate) method: Method,
    pub(crate) endpoint: Option<Endpoint>,
    /// What the layer `body_limit` allows.
    pub(crate) max_body: Option<u64>,
    /// For answers that are made when the head is gone.
    pub(crate) prefers_html: bool,
    pub(crate) accept_encoding: Option<HeaderValue>,
    /// The origin, if `cors` lets it in; boxed, for few requests have one.
    pub(crate) origin: Option<Box<HeaderValue>>,
    pub(crate) permit: Option<concurrency_limit::Permit>,
    pub(crate) record: Option<access_log::Record>,
}

impl Exchange {
    pub(crate) fn new(head: &Parts, peer: Peer) -> Self {
        let started = Instant::now();
        Self {
            id: RequestId::EMPTY,
            peer,
            started,
            finished: started,
            took: Duration::ZERO,
            method: head.method.clone(),
            endpoint: None,
            max_body: None,
            prefers_html: false,
            accept_encoding: None,
            origin: None,
            permit: None,
            record: None,
        }
    }

    /// The id of the request; empty before the layer `request_id`.
    pub fn id(&self) -> &RequestId {
        &self.id
    }

    /// Who asks.
    pub fn peer(&self) -> &Peer {
        &self.peer
    }

    /// Notes when the head of the answer was there.
    pub(crate) fn finish(&mut self, finished: Instant) {
        self.finished = finished;
        self.took = finished.duration_since(self.started);
    }

    /// The time from the head of the request to the head of its answer; zero before.
    pub fn took(&self) -> Duration {
        self.took
    }

    /// Whether one of the platform's endpoints is asked.
    pub(crate) fn is_platform(&self) -> bool {
        self.endpoint.is_some()
    }

    /// Whether an orchestrator asks for health.
    pub(crate) fn is_probe(&self) -> bool {
        self.endpoint.is_some_and(Endpoint::is_probe)
    }

    /// Answers with a problem that names the request.
    pub(crate) fn refuse(
        &self,
        head: &Parts,
        status: StatusCode,
        code: &str,
        detail: &str,
    ) -> Response<ResponseBody> {
        let accept = head.headers.get(header::ACCEPT);
        Problem::new(status, code, detail)
            .request_id(self.id.as_str())
            .respond(accept)
    }
}
