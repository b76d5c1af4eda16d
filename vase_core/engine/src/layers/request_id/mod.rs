//! Gives every request an id, and says it in the answer.
//!
//! The id links an answer, the access log and the application's own log. A well-formed id that the
//! client sent is kept (`accept_inbound`), so that it lives across services: up to 64 characters of
//! `[A-Za-z0-9_-]`; anything else is replaced, never repeated.
//! New ids are 32 hexadecimal digits from a fast generator that is seeded once a worker: they are
//! unique, not secret, and cost no system call.
//!
//! ```
//! use vase_engine::config::RequestIdConfig;
//! use vase_engine::layers::{Tower, request_id::RequestIds};
//!
//! let layer = Tower::new(RequestIds::new(&RequestIdConfig::default()).unwrap());
//! ```

mod generator;
mod layer;
#[cfg(test)]
mod tests;

pub use layer::RequestIds;
