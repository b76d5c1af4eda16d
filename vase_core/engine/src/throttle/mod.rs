//! Counting requests against rates: who asks too often, and when it may ask again.
//!
//! The generic cell rate algorithm (GCRA) keeps one instant for each client and rate, in memory that is bounded: the
//! layer `rate_limit` counts all requests of an address with it, a route those that reach it ([`Throttle`]).
//! The count is kept by each worker for itself.
//!
//! ```
//! use std::time::Duration;
//! use vase_engine::throttle::{Rate, Throttle};
//!
//! let mut throttle = Throttle::new(&[Rate { requests: 1, seconds: 60 }], 1024);
//! assert!(throttle.take_name("ann", Duration::ZERO).is_ok());
//! assert!(throttle.take_name("bob", Duration::ZERO).is_ok());
//! assert_eq!(throttle.take_name("ann", Duration::from_secs(15)).unwrap_err().wait, 45);
//! ```

mod cells;
mod meter;
mod refusal;
#[cfg(test)]
mod tests;

pub(crate) use cells::{Cells, Key};
pub use meter::{Rate, Throttle};
pub use refusal::Refusal;
pub(crate) use refusal::{policy, seconds_up};
