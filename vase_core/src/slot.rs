//! Where a request waits for an answer that Python gives later.

use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::task::{Context, Poll, Waker};

use pyo3::prelude::*;

use crate::answer::Answer;

#[derive(Default)]
struct State {
    answer: Option<Answer>,
    waker: Option<Waker>,
    task: Option<Py<PyAny>>,
}

/// The meeting point of a connection and the Python code that answers it.
///
/// Any thread may put the answer in; the connection is woken on the loop thread.
#[derive(Default)]
pub(crate) struct Slot {
    state: Mutex<State>,
    // Beside the lock: who begins a call only wants to know this.
    abandoned: AtomicBool,
}

impl Slot {
    pub(crate) fn new() -> Arc<Self> {
        Arc::default()
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Puts the answer in, and gives the waker of the connection if it waits; on the loop thread.
    #[must_use = "the connection waits until it is woken"]
    pub(crate) fn put(&self, answer: Answer) -> Option<Waker> {
        let mut state = self.state();
        state.answer = Some(answer);
        state.task = None;
        state.waker.take()
    }

    /// Puts the answer in, on any thread; the loop thread sees to the waking.
    pub(crate) fn leave(&self, answer: Answer) {
        let mut state = self.state();
        state.answer = Some(answer);
        state.task = None;
    }

    /// Wakes the connection, on the loop thread and inside a turn.
    pub(crate) fn wake(&self) {
        let waker = self.state().waker.take();
        if let Some(waker) = waker {
            waker.wake();
        }
    }

    pub(crate) fn set_task(&self, task: Py<PyAny>) {
        self.state().task = Some(task);
    }

    /// True when the client left before Python began.
    pub(crate) fn is_abandoned(&self) -> bool {
        self.abandoned.load(Ordering::Relaxed)
    }

    /// The client left: the answer is not wanted, a task is returned for cancellation.
    pub(crate) fn abandon(&self) -> Option<Py<PyAny>> {
        self.abandoned.store(true, Ordering::Relaxed);
        let mut state = self.state();
        state.waker = None;
        state.task.take()
    }

    pub(crate) fn poll(&self, cx: &mut Context<'_>) -> Poll<Answer> {
        let mut state = self.state();
        if let Some(answer) = state.answer.take() {
            return Poll::Ready(answer);
        }
        state.waker = Some(cx.waker().clone());
        Poll::Pending
    }
}
