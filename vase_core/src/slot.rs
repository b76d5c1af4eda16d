//! Where a request waits for an answer that Python gives later.

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::task::{Context, Poll, Waker};

use pyo3::prelude::*;

use crate::answer::Answer;

#[derive(Default)]
struct State {
    answer: Option<Answer>,
    waker: Option<Waker>,
    task: Option<Py<PyAny>>,
    abandoned: bool,
}

/// The meeting point of a connection and the Python code that answers it.
///
/// Any thread may put the answer in; the connection is woken on the loop thread.
#[derive(Default)]
pub(crate) struct Slot(Mutex<State>);

impl Slot {
    pub(crate) fn new() -> Arc<Self> {
        Arc::default()
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Puts the answer in; whoever calls sees to the waking.
    pub(crate) fn put(&self, answer: Answer) {
        let mut state = self.state();
        state.answer = Some(answer);
        state.task = None;
    }

    pub(crate) fn take_waker(&self) -> Option<Waker> {
        self.state().waker.take()
    }

    /// Wakes the connection, on the loop thread and inside a turn.
    pub(crate) fn wake(&self) {
        if let Some(waker) = self.take_waker() {
            waker.wake();
        }
    }

    pub(crate) fn set_task(&self, task: Py<PyAny>) {
        self.state().task = Some(task);
    }

    /// True when the client left before Python began.
    pub(crate) fn is_abandoned(&self) -> bool {
        self.state().abandoned
    }

    /// The client left: the answer is not wanted, a task is returned for cancellation.
    pub(crate) fn abandon(&self) -> Option<Py<PyAny>> {
        let mut state = self.state();
        state.abandoned = true;
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
