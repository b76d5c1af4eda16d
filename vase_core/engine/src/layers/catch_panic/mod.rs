//! Turns a panic inside into a 500 that names the request.
//!
//! A panic is a bug, and without this layer it costs the client its connection. The message of the
//! panic goes to the panic hook of the process, as always, and never into the answer.
//! That needs the stack's own future, so this layer lives in a stack alone; other towers have
//! `tower_http::catch_panic`.
//!
//! ```
//! let config: vase_engine::Config =
//!     serde_json::from_str(r#"{"layers": [{"layer": "catch_panic"}]}"#).unwrap();
//! ```

mod layer;
#[cfg(test)]
mod tests;

pub(crate) use layer::CatchPanic;
