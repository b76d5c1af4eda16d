//! Adds the headers that every answer should have: one prepared block.
//!
//! `X-Content-Type-Options`, `Referrer-Policy`, `Cross-Origin-Opener-Policy`, `X-Frame-Options`, and
//! `Strict-Transport-Security` when the client speaks https. A header that the handler set stays as
//! the handler set it. Policies that depend on the page, such as CSP, are not made here.
//!
//! ```
//! use vase_engine::config::SecurityHeadersConfig;
//! use vase_engine::layers::{Tower, security_headers::SecurityHeaders};
//!
//! let config = SecurityHeadersConfig { hsts_seconds: 3600, ..Default::default() };
//! let layer = Tower::new(SecurityHeaders::new(&config).unwrap());
//! ```

mod layer;
#[cfg(test)]
mod tests;

pub use layer::SecurityHeaders;
