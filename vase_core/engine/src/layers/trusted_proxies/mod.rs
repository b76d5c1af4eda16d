//! Believes what named proxies say of the client, and nobody else.
//!
//! When the peer of the socket is in `proxies`, the client's address, scheme and host are taken
//! from `X-Forwarded-For`, `X-Forwarded-Proto` and `X-Forwarded-Host`, or from `Forwarded`
//! (RFC 7239) when `header` says so. Only one of the two is read: a proxy that writes the one lets
//! a client's forgery of the other through. The chain is walked from the right, and the first address
//! that is no trusted proxy is the client.
//! What is found replaces the [`Peer`](crate::Peer) of the request; layers further in, the access log
//! and the inner service see it. From any other peer the headers mean nothing and change nothing.
//!
//! ```
//! use vase_engine::config::TrustedProxiesConfig;
//! use vase_engine::layers::{Tower, trusted_proxies::TrustedProxies};
//!
//! let config = TrustedProxiesConfig { proxies: vec!["10.0.0.0/8".into()], ..Default::default() };
//! let layer = Tower::new(TrustedProxies::new(&config).unwrap());
//! ```

mod forwarded;
mod layer;
mod network;
#[cfg(test)]
mod tests;

pub use layer::TrustedProxies;
