//! Counting by name, for what only Python knows: the client that a guard has found.

use std::sync::{Mutex, PoisonError};
use std::time::Instant;

use pyo3::prelude::*;
use vase_engine::throttle::{Rate, Throttle};

/// Rates that hold together, counted by name; usable from any thread.
#[pyclass(frozen, name = "Throttle", module = "vase._core")]
pub(crate) struct PyThrottle {
    throttle: Mutex<Throttle>,
    start: Instant,
}

#[pymethods]
impl PyThrottle {
    #[new]
    fn new(rates: Vec<(u32, u32)>, max_clients: usize) -> Self {
        let rates: Vec<Rate> = rates
            .into_iter()
            .map(|(requests, seconds)| Rate { requests, seconds })
            .collect();
        Self {
            throttle: Mutex::new(Throttle::new(&rates, max_clients)),
            start: Instant::now(),
        }
    }

    /// Counts a request; if the client came too early, the headers that tell it.
    fn take(&self, name: &str) -> Option<Vec<(String, String)>> {
        let mut throttle = self.throttle.lock().unwrap_or_else(PoisonError::into_inner);
        let refusal = throttle.take_name(name, self.start.elapsed()).err()?;
        let text = |value: &http::HeaderValue| value.to_str().unwrap_or_default().to_owned();
        Some(
            refusal
                .headers()
                .iter()
                .map(|(name, value)| (name.as_str().to_owned(), text(value)))
                .collect(),
        )
    }
}
