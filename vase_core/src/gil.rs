//! Who holds the interpreter, and for how long.
//!
//! The loop thread keeps the GIL while there is work and gives it up only when tokio parks, which is after each batch of
//! ready sockets: a handler in the thread pool gets its turn there, and nobody pays for handing the lock over in between.

use std::sync::atomic::{AtomicBool, AtomicPtr, AtomicU64, Ordering};
use std::sync::{Arc, Mutex, PoisonError};

use futures_util::task::AtomicWaker;
use pyo3::prelude::*;

use crate::handoff;

/// The loop thread's sign of life, readable from any thread.
#[derive(Default)]
pub(crate) struct Pulse {
    /// Set while the runtime sleeps in epoll.
    pub(crate) parked: AtomicBool,
    /// Turns of the loop plus calls into Python: stands still only while one piece of Python runs.
    pub(crate) beats: AtomicU64,
    /// Wakes the root future from other threads; tokio writes its eventfd once for many wakes.
    pub(crate) root: AtomicWaker,
    /// What other threads let go of and this loop's thread has to drop.
    pub(crate) graves: Arc<handoff::Graves>,
    /// What a Python signal handler raised while the runtime was parked.
    raised: Mutex<Option<PyErr>>,
}

/// The loop's sign of life as Python sees it, from any thread.
#[pyclass(frozen, name = "Pulse", module = "vase._core")]
pub(crate) struct PyPulse(pub(crate) Arc<Pulse>);

#[pymethods]
impl PyPulse {
    /// Whether the loop sleeps: it has nothing to do.
    #[getter]
    fn parked(&self) -> bool {
        self.0.parked.load(Ordering::Relaxed)
    }

    /// A count of turns and calls; it stands still while one piece of Python holds the loop.
    #[getter]
    fn beats(&self) -> u64 {
        self.0.beats.load(Ordering::Relaxed)
    }
}

impl Pulse {
    pub(crate) fn beat(&self) {
        // A plain add: only the loop thread writes.
        self.beats.store(
            self.beats.load(Ordering::Relaxed).wrapping_add(1),
            Ordering::Relaxed,
        );
    }

    pub(crate) fn take_raised(&self) -> Option<PyErr> {
        self.raised
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .take()
    }
}

/// Gives the GIL up while the runtime is parked; the two halves are tokio's park hooks.
#[derive(Clone)]
pub(crate) struct ParkHooks {
    state: Arc<AtomicPtr<handoff::ThreadState>>,
    entered: Arc<AtomicBool>,
    pulse: Arc<Pulse>,
}

impl ParkHooks {
    pub(crate) fn new(pulse: Arc<Pulse>) -> Self {
        Self {
            state: Arc::default(),
            entered: Arc::default(),
            pulse,
        }
    }

    /// Says whether the runtime runs inside a turn, thus with the GIL held.
    pub(crate) fn set_entered(&self, entered: bool) {
        self.entered.store(entered, Ordering::Relaxed);
    }

    pub(crate) fn park(&self) {
        if self.entered.load(Ordering::Relaxed) {
            self.pulse.parked.store(true, Ordering::Relaxed);
            self.state.store(handoff::save_thread(), Ordering::Relaxed);
        }
    }

    pub(crate) fn unpark(&self) {
        let state = self.state.swap(std::ptr::null_mut(), Ordering::Relaxed);
        if state.is_null() {
            return;
        }
        handoff::restore_thread(state);
        self.pulse.parked.store(false, Ordering::Relaxed);
        self.pulse.beat();
        // tokio swallows EINTR and parks again, so Python's signal handlers are run here.
        Python::attach(|py| {
            if let Err(error) = py.check_signals() {
                *self
                    .pulse
                    .raised
                    .lock()
                    .unwrap_or_else(PoisonError::into_inner) = Some(error);
                self.pulse.root.wake();
            }
        });
    }
}
