//! What the parts of one loop share. Any thread may hold it; the GIL or the locks inside order its use.

use std::sync::Mutex;
use std::sync::atomic::{AtomicBool, Ordering};

use pyo3::exceptions::{PyOSError, PyRuntimeError};
use pyo3::prelude::*;
use rustix::io::Errno;
use rustix::time::{ClockId, clock_gettime};

use super::ready::{Entry, Ready};
use super::registry::Registry;
use super::timers::Timers;
use super::tools::Tools;
use super::wake::Wake;

/// How much is read from a socket at once; the standard library's figure.
pub(super) const READ_SIZE: usize = 256 * 1024;

/// The state of one loop.
pub(crate) struct Shared {
    pub(super) ready: Ready,
    pub(super) timers: Timers,
    pub(super) registry: Registry,
    pub(super) wake: Wake,
    pub(super) tools: Tools,
    /// Where sockets are read into before the size of what came is known; empty until the first read.
    pub(super) read_buffer: Mutex<Vec<u8>>,
    debug: AtomicBool,
    stopping: AtomicBool,
    closed: AtomicBool,
}

impl Shared {
    pub(super) fn new(py: Python<'_>) -> PyResult<Self> {
        let shared = Self {
            ready: Ready::default(),
            timers: Timers::default(),
            registry: Registry::new()?,
            wake: Wake::new()?,
            tools: Tools::new(py)?,
            read_buffer: Mutex::default(),
            debug: AtomicBool::new(false),
            stopping: AtomicBool::new(false),
            closed: AtomicBool::new(false),
        };
        shared.registry.watch_wake(shared.wake.descriptor())?;
        Ok(shared)
    }

    /// Whether no callback is ready to run.
    pub(crate) fn ready_is_empty(&self) -> bool {
        self.ready.len() == 0
    }

    /// When the first timer is due on the loop's clock; infinite if there is none.
    pub(crate) fn earliest_timer(&self) -> f64 {
        self.timers.earliest()
    }

    /// Queues something from the loop's thread.
    pub(super) fn push(&self, entry: Entry) {
        self.ready.push(entry);
    }

    /// Queues something from any thread.
    pub(super) fn push_and_wake(&self, entry: Entry) {
        self.ready.push(entry);
        self.wake.wake();
    }

    pub(super) fn is_debug(&self) -> bool {
        self.debug.load(Ordering::Relaxed)
    }

    pub(super) fn set_debug(&self, debug: bool) {
        self.debug.store(debug, Ordering::Relaxed);
    }

    pub(super) fn is_stopping(&self) -> bool {
        self.stopping.load(Ordering::Relaxed)
    }

    pub(super) fn set_stopping(&self, stopping: bool) {
        self.stopping.store(stopping, Ordering::Relaxed);
    }

    pub(super) fn is_closed(&self) -> bool {
        self.closed.load(Ordering::Relaxed)
    }

    pub(super) fn set_closed(&self, closed: bool) {
        self.closed.store(closed, Ordering::Relaxed);
    }

    pub(super) fn check_open(&self) -> PyResult<()> {
        if self.is_closed() {
            Err(PyRuntimeError::new_err("Event loop is closed"))
        } else {
            Ok(())
        }
    }
}

/// The loop's clock: Python's `time.monotonic()`.
#[allow(
    clippy::cast_precision_loss,
    reason = "a float is what asyncio counts in"
)]
pub(super) fn now() -> f64 {
    let now = clock_gettime(ClockId::Monotonic);
    now.tv_sec as f64 + now.tv_nsec as f64 * 1e-9
}

/// The `OSError` of an error number, of the class that Python gives it.
pub(super) fn os_error(py: Python<'_>, error: Errno) -> PyErr {
    let number = error.raw_os_error();
    let text = py
        .import("os")
        .and_then(|os| os.call_method1("strerror", (number,)))
        .and_then(|text| text.extract::<String>())
        .unwrap_or_else(|_| error.to_string());
    PyOSError::new_err((number, text))
}
