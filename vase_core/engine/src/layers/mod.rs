//! The layers: one folder each, its `mod.rs` is its manual.
//!
//! Most layers decide from the head alone: they look at a request before it goes in, may answer it,
//! and touch the answer on its way out. Such a layer implements [`HeadLayer`], and the
//! [`Stack`](crate::Stack) walks a list of them inside one concrete future: no box, no clone and
//! no future of its own for every layer. Measured on one machine, tower-http's ready-made layers cost a
//! production stack 3.5 to 4 µs a request; all twelve of these, access log and rate limit included, cost 0.8 µs
//! (`examples/stack_cost.rs`).
//! [`catch_panic`] and [`timeout`] must stand around the inner future, so the stack's own future
//! does their work; their folders hold the settings and the answer.
//!
//! Outside a stack, [`Tower`] makes a [`tower::Layer`](::tower::Layer) of any [`HeadLayer`].

pub mod access_log;
pub mod allowed_hosts;
pub mod body_limit;
pub mod catch_panic;
pub mod compression;
pub mod concurrency_limit;
pub mod cors;
pub mod rate_limit;
pub mod request_id;
pub mod security_headers;
pub mod timeout;
pub mod trusted_proxies;

mod build;
#[cfg(test)]
mod testing;
mod tower;
mod vary;

use http::Response;
use http::request::Parts;

pub use self::tower::{Tower, TowerFuture, TowerService};
pub(crate) use build::build;
pub(crate) use vary::vary;

use crate::body::{RequestBody, ResponseBody};
use crate::stack::Exchange;

/// A layer that decides from heads: before the request goes in, and when the answer comes out.
pub trait HeadLayer {
    /// Looks at a request on its way in, and answers it or lets it pass.
    ///
    /// An answer goes out through the layers outside this one; those inside never see the request.
    fn on_request(
        &self,
        head: &mut Parts,
        body: &mut RequestBody,
        exchange: &mut Exchange,
    ) -> Option<Response<ResponseBody>> {
        let _ = (head, body, exchange);
        None
    }

    /// Touches an answer on its way out.
    fn on_response(&self, response: &mut Response<ResponseBody>, exchange: &mut Exchange) {
        let _ = (response, exchange);
    }
}

/// Every layer that a configuration can name: a list of these is walked without a virtual call.
pub(crate) enum Layer {
    TrustedProxies(trusted_proxies::TrustedProxies),
    RequestId(request_id::RequestIds),
    AccessLog(access_log::AccessLog),
    CatchPanic(catch_panic::CatchPanic),
    SecurityHeaders(security_headers::SecurityHeaders),
    HostSyntax(allowed_hosts::HostSyntax),
    AllowedHosts(allowed_hosts::AllowedHosts),
    RateLimit(rate_limit::RateLimit),
    ConcurrencyLimit(concurrency_limit::ConcurrencyLimit),
    Timeout(timeout::Timeout),
    BodyLimit(body_limit::BodyLimit),
    Cors(cors::Cors),
    Compression(compression::Compression),
}

impl Layer {
    /// Whether the layer has something to do when an answer goes out: others are not asked.
    pub(crate) fn touches_answers(&self) -> bool {
        match self {
            Self::RequestId(_)
            | Self::AccessLog(_)
            | Self::SecurityHeaders(_)
            | Self::ConcurrencyLimit(_)
            | Self::Cors(_)
            | Self::Compression(_) => true,
            Self::TrustedProxies(_)
            | Self::CatchPanic(_)
            | Self::HostSyntax(_)
            | Self::AllowedHosts(_)
            | Self::RateLimit(_)
            | Self::Timeout(_)
            | Self::BodyLimit(_) => false,
        }
    }

    /// How many headers the layer may add to an answer; a guess too low costs speed alone.
    pub(crate) fn most_headers(&self) -> usize {
        match self {
            Self::RequestId(_) | Self::Compression(_) => 1,
            Self::SecurityHeaders(layer) => layer.len(),
            Self::Cors(_) => 2,
            _ => 0,
        }
    }
}

impl HeadLayer for Layer {
    #[inline]
    fn on_request(
        &self,
        head: &mut Parts,
        body: &mut RequestBody,
        exchange: &mut Exchange,
    ) -> Option<Response<ResponseBody>> {
        match self {
            Self::TrustedProxies(layer) => layer.on_request(head, body, exchange),
            Self::RequestId(layer) => layer.on_request(head, body, exchange),
            Self::AccessLog(layer) => layer.on_request(head, body, exchange),
            Self::HostSyntax(layer) => layer.on_request(head, body, exchange),
            Self::AllowedHosts(layer) => layer.on_request(head, body, exchange),
            Self::RateLimit(layer) => layer.on_request(head, body, exchange),
            Self::ConcurrencyLimit(layer) => layer.on_request(head, body, exchange),
            Self::BodyLimit(layer) => layer.on_request(head, body, exchange),
            Self::Cors(layer) => layer.on_request(head, body, exchange),
            Self::Compression(layer) => layer.on_request(head, body, exchange),
            Self::SecurityHeaders(_) | Self::CatchPanic(_) | Self::Timeout(_) => None,
        }
    }

    #[inline]
    fn on_response(&self, response: &mut Response<ResponseBody>, exchange: &mut Exchange) {
        match self {
            Self::RequestId(layer) => layer.on_response(response, exchange),
            Self::AccessLog(layer) => layer.on_response(response, exchange),
            Self::SecurityHeaders(layer) => layer.on_response(response, exchange),
            Self::ConcurrencyLimit(layer) => layer.on_response(response, exchange),
            Self::Cors(layer) => layer.on_response(response, exchange),
            Self::Compression(layer) => layer.on_response(response, exchange),
            // `touches_answers` names these, so that none is asked for nothing.
            _ => {}
        }
    }
}
