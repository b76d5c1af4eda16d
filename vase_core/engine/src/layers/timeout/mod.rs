//! Ends requests that take too long: 503 when the head of the answer is late.
//!
//! What runs inside is dropped, which cancels the handler. A body that streams on is not cut.
//! A request that is answered at once never meets a timer: one is set only when the inner service
//! had to wait. That needs the stack's own future, so this layer lives in a stack alone; other
//! towers have `tower::timeout`.
//! Different from the time-outs of `http`, which bound what a client may do, this bounds the handler.
//!
//! ```
//! let config: vase_engine::Config =
//!     serde_json::from_str(r#"{"layers": [{"layer": "timeout", "seconds": 2.5}]}"#).unwrap();
//! ```

mod layer;
#[cfg(test)]
mod tests;

pub(crate) use layer::Timeout;
