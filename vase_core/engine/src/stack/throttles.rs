//! Routes that may be called so often by one address.

use std::cell::RefCell;
use std::collections::HashMap;
use std::time::Instant;

use http::request::Parts;
use http::{Response, StatusCode};

use super::Exchange;
use crate::body::ResponseBody;
use crate::routing::RouteTable;
use crate::throttle::Throttle;

/// As many as the layer `rate_limit` remembers.
const MAX_CLIENTS: usize = 65_536;

/// The throttles of all routes that have one.
pub(super) struct Throttles {
    by_route: HashMap<u32, RefCell<Throttle>>,
    start: Instant,
}

impl Throttles {
    /// The throttles of a table; none when no route has one, so that others pay nothing.
    pub(super) fn new(table: &RouteTable) -> Option<Self> {
        let by_route: HashMap<_, _> = table
            .throttles()
            .iter()
            .map(|(id, rates)| (*id, RefCell::new(Throttle::new(rates, MAX_CLIENTS))))
            .collect();
        (!by_route.is_empty()).then(|| Self {
            by_route,
            start: Instant::now(),
        })
    }

    /// Counts a request of this route, and answers it if its client asks too often.
    ///
    /// A client without an address (a Unix socket without a trusted proxy) is not counted.
    pub(super) fn refuse(
        &self,
        route: u32,
        head: &Parts,
        exchange: &Exchange,
    ) -> Option<Response<ResponseBody>> {
        let throttle = self.by_route.get(&route)?;
        let client = exchange.peer.client?;
        let now = exchange.started.saturating_duration_since(self.start);
        let refusal = throttle.borrow_mut().take_address(client.ip(), now).err()?;
        let detail = "too many requests from this address to this route";
        let status = StatusCode::TOO_MANY_REQUESTS;
        let mut response = exchange.refuse(head, status, "throttle.exceeded", detail);
        refusal.write(response.headers_mut());
        Some(response)
    }
}
