//! Writes one line a request, and never waits for where it goes.
//!
//! Lines are formatted into a buffer of the worker. A full buffer, or one that is 100 ms old, is handed to the
//! [`Sink`] of the embedder, which must take it at once or drop it: [`channel`] is one that drops when its reader
//! falls behind. What is dropped is counted in `vase_access_log_dropped_total`.
//!
//! ```text
//! 2026-11-21T10:00:00.123Z 203.0.113.5 "GET /articles/?page=2 HTTP/1.1" 200 5120 1.250ms 4bf92f3577b34da6a3ce929d0e0e4736
//! {"time":"2026-11-21T10:00:00.123Z","client":"203.0.113.5","method":"GET","target":"/articles/?page=2",…}
//! ```
//!
//! A client that leaves before its answer is logged with the status 499; a length that is not known, with `-`.
//! The time is that of the answer's head. Place the layer inside `trusted_proxies` and `request_id`.
//!
//! ```
//! use vase_engine::config::AccessLogConfig;
//! use vase_engine::layers::{Tower, access_log};
//!
//! let (sink, lines) = access_log::channel(64);
//! let layer = access_log::AccessLog::new(&AccessLogConfig::default(), sink);
//! drop(Tower::new(layer));
//! assert!(lines.recv().is_err());
//! ```

mod buffer;
mod clock;
mod format;
mod layer;
#[cfg(test)]
mod tests;

pub use buffer::{Sink, channel};
pub(crate) use format::Record;
pub use layer::AccessLog;
