use http::{Response, StatusCode};

use crate::body::ResponseBody;
use crate::problem::Problem;
use crate::stack::Exchange;

/// The layer `catch_panic`; the future of the stack does the catching.
pub(crate) struct CatchPanic;

impl CatchPanic {
    /// The answer to a request whose handling panicked.
    pub(crate) fn answer(exchange: &Exchange) -> Response<ResponseBody> {
        let detail = "the server met an internal error";
        Problem::new(StatusCode::INTERNAL_SERVER_ERROR, "server.panicked", detail)
            .request_id(exchange.id.as_str())
            .respond_as(exchange.prefers_html)
    }
}
