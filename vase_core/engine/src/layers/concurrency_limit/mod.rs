//! Refuses requests while too many are being answered: 503 with `Retry-After`.
//!
//! Refusing at once keeps the answers of those inside quick; a queue would make everybody wait and
//! hide the overload from the load balancer. The place is given back when the head of the answer is
//! there or the client leaves; a body that streams on holds no place.
//! Health endpoints are let in: a busy worker is not a dead one.
//!
//! ```
//! use vase_engine::config::ConcurrencyLimitConfig;
//! use vase_engine::layers::{Tower, concurrency_limit::ConcurrencyLimit};
//!
//! let config = ConcurrencyLimitConfig { max: 64, retry_after: 1 };
//! let layer = Tower::new(ConcurrencyLimit::new(&config).unwrap());
//! ```

mod layer;
#[cfg(test)]
mod tests;

pub use layer::ConcurrencyLimit;
pub(crate) use layer::Permit;
