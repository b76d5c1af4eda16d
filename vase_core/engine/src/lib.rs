//! Vase's HTTP engine: sockets, routing, layers, limits and static files.
//!
//! It has never heard of Python. What lies behind the routes is an inner [`tower::Service`] that is
//! called with a [`Call`]: the bridge supplies one that runs Python, tests supply a `service_fn`.
//!
//! # The way of a request
//!
//! ```text
//! server     a socket, hyper, time-outs          → http::Request<RequestBody>
//! stack      layers, in the order of the config     (each may answer)
//!            platform endpoints                     /livez /readyz /metrics
//!            static files
//!            route table                            404, 405 + Allow, OPTIONS, HEAD, slash redirect
//! inner      the service given by the embedder      Call → http::Response<ResponseBody>
//! ```
//!
//! # The map
//!
//! - [`config`]: plain data, every default documented; [`error`]: all that can be wrong with it.
//! - [`stack`]: the order above, as one service; the only place that knows it.
//! - [`layers`]: one folder a layer.
//! - [`routing`]: the table compiled from patterns: match, methods, converted parameters.
//! - [`files`]: static files: ranges, conditions, precompressed siblings.
//! - [`server`]: listeners, connections, graceful shutdown.
//! - [`body`]: what comes in and what goes out; [`forms`]: fields and files in it; [`json`]: numbers that are none;
//!   [`problem`]: how errors look.
//! - [`throttle`]: who asks too often.
//! - [`metrics`] and [`platform`]: what the engine counts, and where it tells.
//!
//! # What is always true
//!
//! One worker is one thread: a [`Stack`] is cheap to clone and never leaves its thread.
//! No statics, no environment, no signals: two engines live in one process.

#![forbid(unsafe_code)]
// A test ends where it is surprised. The same code is linted without tests, too.
#![cfg_attr(test, allow(clippy::expect_used, clippy::unwrap_used))]

pub mod body;
pub mod config;
pub mod error;
pub mod files;
pub mod forms;
pub mod json;
pub mod layers;
pub mod metrics;
pub mod platform;
pub mod problem;
pub mod routing;
pub mod server;
pub mod stack;
pub mod throttle;
pub mod websocket;

pub use body::{BodyError, RequestBody, ResponseBody};
pub use config::Config;
pub use error::ConfigError;
pub use stack::{Call, Hooks, Peer, RequestId, Stack};
