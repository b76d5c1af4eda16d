//! The queue of what is ready to run, in the order in which it became ready.

use std::collections::VecDeque;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Mutex, MutexGuard, PoisonError};

use pyo3::prelude::*;
use pyo3::{PyTraverseError, PyVisit};

use super::handle::Handle;
use super::transport::SocketTransport;

/// One thing to run.
pub(super) enum Entry {
    /// A callback of ours, timers included.
    Handle(Py<Handle>),
    /// A handle that the standard library made itself, as for a signal.
    Foreign(Py<PyAny>),
    /// A socket that can be read.
    Read(Py<SocketTransport>),
    /// A socket that can be written.
    Write(Py<SocketTransport>),
}

impl Entry {
    /// Lets go of it; with the GIL known to be held this is cheaper than a plain drop.
    pub(super) fn release(self, py: Python<'_>) {
        match self {
            Self::Handle(handle) => handle.drop_ref(py),
            Self::Foreign(handle) => handle.drop_ref(py),
            Self::Read(transport) | Self::Write(transport) => transport.drop_ref(py),
        }
    }

    pub(super) fn object(&self) -> &Py<PyAny> {
        match self {
            Self::Handle(handle) => handle.as_any(),
            Self::Foreign(handle) => handle,
            Self::Read(transport) | Self::Write(transport) => transport.as_any(),
        }
    }
}

#[derive(Default)]
pub(super) struct Ready {
    queue: Mutex<VecDeque<Entry>>,
    /// The queue's length, readable without its lock.
    count: AtomicUsize,
}

impl Ready {
    fn queue(&self) -> MutexGuard<'_, VecDeque<Entry>> {
        self.queue.lock().unwrap_or_else(PoisonError::into_inner)
    }

    pub(super) fn push(&self, entry: Entry) {
        let mut queue = self.queue();
        queue.push_back(entry);
        self.count.store(queue.len(), Ordering::Release);
    }

    /// Exchanges the queue for `batch`, which is empty: one lock for all that run in a turn.
    pub(super) fn swap(&self, batch: &mut VecDeque<Entry>) {
        let mut queue = self.queue();
        std::mem::swap(&mut *queue, batch);
        self.count.store(queue.len(), Ordering::Release);
    }

    /// Puts the rest of a batch back to the front: the turn ended early.
    pub(super) fn put_back(&self, batch: &mut VecDeque<Entry>) {
        let mut queue = self.queue();
        batch.append(&mut queue);
        std::mem::swap(&mut *queue, batch);
        self.count.store(queue.len(), Ordering::Release);
    }

    pub(super) fn len(&self) -> usize {
        self.count.load(Ordering::Acquire)
    }

    /// Takes everything out, for the caller to drop.
    pub(super) fn take(&self) -> VecDeque<Entry> {
        let mut queue = self.queue();
        self.count.store(0, Ordering::Release);
        std::mem::take(&mut *queue)
    }

    /// What is queued, for those who look at `_ready`.
    pub(super) fn objects(&self, py: Python<'_>) -> Vec<Py<PyAny>> {
        self.queue()
            .iter()
            .map(|entry| entry.object().clone_ref(py))
            .collect()
    }

    pub(super) fn traverse(&self, visit: &PyVisit<'_>) -> Result<(), PyTraverseError> {
        if let Ok(queue) = self.queue.try_lock() {
            for entry in &*queue {
                visit.call(entry.object())?;
            }
        }
        Ok(())
    }
}
