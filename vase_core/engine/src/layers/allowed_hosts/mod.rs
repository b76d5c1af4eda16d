//! Refuses requests for hosts that are not ours: 400, before anything else reads the host.
//!
//! A forged `Host` ends up in links of e-mails and in caches, so it is settled first. There are two
//! layers here. [`HostSyntax`] is always in a stack (`default_host_check`): RFC 9112 section 3.2 asks
//! for a 400 when `Host` is missing (HTTP/1.1), doubled or malformed. [`AllowedHosts`] asks, on top of that, that the host is one of ours:
//! `example.com`, `.example.com` (the host and all below it) or `*`. Behind a trusted proxy the host
//! that the client asked the proxy for is compared.
//! An absolute request target names the host in place of `Host` (RFC 9112 section 3.2.2): the stack sees to that
//! before any layer, so that all who read `Host` read the same.
//! Health endpoints are let in under any well-formed host: orchestrators call them by address.
//!
//! ```
//! use vase_engine::config::AllowedHostsConfig;
//! use vase_engine::layers::{Tower, allowed_hosts::AllowedHosts};
//!
//! let config = AllowedHostsConfig { hosts: vec![".example.com".into()] };
//! let layer = Tower::new(AllowedHosts::new(&config).unwrap());
//! ```

mod layer;
mod syntax;
#[cfg(test)]
mod tests;

pub(crate) use layer::adopt_target;
pub use layer::{AllowedHosts, HostSyntax};
pub(crate) use syntax::parse_authority;
