//! Lets pages of other origins in, as the Fetch standard asks.
//!
//! A preflight (`OPTIONS` with `Origin` and `Access-Control-Request-Method`) is answered here: 204 with
//! what is allowed, or a 403 that says that the origin is not. Any other request passes, and its
//! answer says whether the page may read it. `Vary: Origin` stands on every answer that depends on the
//! origin, also on those to requests without one: a cache must not mix them up.
//! Origins are compared by bytes; `https://*.example.com` stands for one or more names below.
//! This does not keep requests out: a page may still send simple ones, it just cannot read the answer.
//!
//! ```
//! use vase_engine::config::CorsConfig;
//! use vase_engine::layers::{Tower, cors::Cors};
//!
//! let origins = vec!["https://app.example.com".to_owned()];
//! let layer = Tower::new(Cors::new(&CorsConfig { allowed_origins: origins, ..Default::default() }).unwrap());
//! ```

mod layer;
mod origins;
#[cfg(test)]
mod tests;

pub use layer::Cors;
