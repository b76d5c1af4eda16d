//! Refuses request bodies that are too large: 413.
//!
//! A declared length is compared before anything is read, so a client that waits for
//! `100 Continue` never sends. A body without a length is counted while it is read, and its reader
//! gets [`BodyError::TooLarge`](crate::BodyError::TooLarge).
//! Without the layer, the stack applies `http.max_body_bytes` to what reaches a route; with it, the
//! layer's number counts, larger or smaller. There is no request body without a limit.
//! A route with a limit of its own (`max_body`) has that one in place of both, larger or smaller.
//!
//! ```
//! use vase_engine::layers::{Tower, body_limit::BodyLimit};
//!
//! let layer = Tower::new(BodyLimit::new(1024 * 1024));
//! ```

mod layer;
#[cfg(test)]
mod tests;

pub use layer::BodyLimit;
