//! Refuses clients that ask too often: 429 with `Retry-After`, `RateLimit` and `RateLimit-Policy`.
//!
//! The generic cell rate algorithm (GCRA) keeps one instant for each client: requests flow at
//! `requests` in `period` on the average, and up to `burst` may come at once. The key is the address of
//! the client, of IPv6 the /64 that one subscriber gets; place the layer inside `trusted_proxies`,
//! or all clients of a proxy share its address. A client without an address (a Unix socket without a trusted
//! proxy) is not limited.
//! At most `max_clients` are remembered; under a flood from more addresses than that the oldest are
//! forgotten first. Platform endpoints and the paths in `exempt` have no limit. The count is kept by each
//! worker for itself.
//!
//! ```
//! use vase_engine::config::RateLimitConfig;
//! use vase_engine::layers::{Tower, rate_limit::RateLimit};
//!
//! let config = RateLimitConfig { requests: 100, period: 60.0, ..Default::default() };
//! let layer = Tower::new(RateLimit::new(&config).unwrap());
//! ```

mod layer;
#[cfg(test)]
mod tests;

pub use layer::RateLimit;
