//! Ends requests that take too long: 503 when the head of the answer is late.
//!
//! What runs inside is dropped, which cancels the handler. A body that streams on is not cut.
//! One timer serves all requests; one that is answered at once never meets it. That needs the stack's own future, so this layer lives in a stack alone; other
//! towers have `tower::timeout`.
//! Different from the time-outs of `http`, which bound what a client may do, this bounds the handler.
//!
//! ```
//! let config: vase_engine::Config =
//!     serde_json::from_str(r#"{"layers": [{"layer": "timeout", "seconds": 2.5}]}"#).unwrap();
//! ```

mod layer;
mod waiting;

pub(crate) use layer::Timeout;
pub(crate) use waiting::{Ticket, Waiting};
